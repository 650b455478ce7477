import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { comment, LIMIT } from "../../../tools/review/comment";
import { marker } from "../../../tools/review/marker";
import type { StackReview } from "../../../tools/review/model";
import { exitCode } from "../../../tools/review/model";
import { reviewed, SECRET } from "./recordings";
import { html, prose, structure } from "./render";

const options = {
  project: "shop",
  marker: marker("shop", []),
  runUrl: "https://github.com/acme/shop/actions/runs/1",
  commit: "0123456789abcdef0123456789abcdef01234567",
};
const write = (...reviews: StackReview[]) => comment(reviews, options);

/** Compares with the committed comment; UPDATE_GOLDEN=1 writes it anew, for the diff to be reviewed. */
function golden(name: string, text: string): void {
  const file = join(__dirname, "golden", `${name}.md`);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);
  assert.equal(
    text,
    readFileSync(file, "utf8"),
    `the comment of ${name} changed; if it should: UPDATE_GOLDEN=1`,
  );
}

describe("the preview comment of a recorded preview", () => {
  for (const [name, what] of [
    ["first", "lists a first deployment with what each part is like"],
    ["base", "says that nothing changes"],
    ["create", "adds a queue with its disk to the sums"],
    ["update", "shows every property before and after, and the new version"],
    ["replace", "puts the replaced database first, with the property that forces it"],
    ["delete", "puts the lost credential first"],
    ["secret", "shows that a secret changes, and not how"],
    ["failure", "says why it failed and what to do"],
    ["policy", "puts the violation first"],
    ["advice", "lists advice and the waiver that runs out"],
    ["hostile", "shows hostile names as they are"],
    ["unicode", "shows names of every script"],
    ["many", "fits 500 changes"],
  ] as const) {
    it(`${name}: ${what}`, () => golden(name, write(reviewed(name))));
  }

  it("puts several stacks under their names, below one table of verdicts", () => {
    const text = write(
      reviewed("replace", { stack: "production" }),
      { ...reviewed("base", { stack: "staging" }), problems: [] },
      reviewed("failure", { stack: "local" }),
    );
    golden("several", text);
    assert.deepEqual(structure(html(text)).h3, 2, "the stack without changes needs no section");
  });

  it("says when a change touches no stack", () => golden("none", write()));
});

describe("the verdict", () => {
  for (const [name, outcome, code] of [
    ["base", "unchanged", 0],
    ["update", "changed", 2],
    ["failure", "failed", 1],
    ["policy", "violated", 3],
    ["advice", "changed", 2],
  ] as const) {
    it(`of ${name} is ${outcome}, exit ${code}`, () => {
      assert.equal(reviewed(name).outcome, outcome);
      assert.equal(exitCode([reviewed(name)]), code);
    });
  }

  it("of several stacks is the worst one's", () => {
    const all = ["base", "update", "policy", "failure"].map((name) => reviewed(name));
    assert.equal(exitCode(all), 1);
    assert.equal(exitCode(all.slice(0, 3)), 3);
    assert.equal(exitCode(all.slice(0, 2)), 2);
    assert.equal(exitCode([]), 0);
  });

  it("is a failure when the engine died without a word", () => {
    const { outcome, problems } = reviewed("base", { events: [], code: 137, stderr: "" });
    assert.equal(outcome, "failed");
    assert.match(problems[0]?.message ?? "", /exit code 137/);
  });
});

describe("a preview of 500 changes", () => {
  it("is written within a second, within the limit, with every danger and change in it", () => {
    // The processor's time, not the clock's: other tests may be running.
    const before = process.cpuUsage();
    const one = reviewed("many");
    const text = write(one);
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    assert.ok(one.changes.length >= 500, `${one.changes.length} changes`);
    assert.ok(took <= 1000, `${Math.round(took)} ms`);
    assert.ok(text.length <= LIMIT, `${text.length} characters`);
    const page = html(text);
    for (const { danger, name } of one.changes) {
      if (danger !== undefined) assert.ok(page.includes(`<code>${name}</code>`), `the danger of ${name}`);
    }
    assert.match(text, /Left out to fit, the least important first: .*properties/);
  });

  it("keeps every danger and every policy finding when all 500 are dangerous and violate", () => {
    const one = reviewed("many");
    const danger = {
      class: "data" as const,
      what: "everything",
      because: ["spec.size"],
      notes: ["a".repeat(200)],
    };
    const changes = one.changes.map((change) => ({ ...change, danger }));
    const findings = one.changes.slice(0, 100).map(({ name }) => ({
      ...{ rule: "no-loss", pack: "rules", level: "mandatory" as const, severity: "high" },
      resource: `ConfigMap ${name}`,
      message: `${name} ${"m".repeat(500)}`,
    }));
    const text = write({ ...one, changes, findings });
    assert.ok(text.length <= LIMIT, `${text.length} characters`);
    const page = html(text);
    for (const { name } of changes) assert.ok(page.includes(`<code>${name}</code>`), name);
    for (const { resource } of findings) assert.ok(page.includes(`<code>${resource}</code>`), resource);
  });
});

describe("what a reviewer must never see", () => {
  for (const name of ["first", "update", "secret", "failure", "policy"]) {
    it(`is not in the comment or the JSON of ${name}`, () => {
      const one = reviewed(name);
      for (const text of [write(one), JSON.stringify(one)]) {
        for (const form of [SECRET, Buffer.from(SECRET).toString("base64"), encodeURIComponent(SECRET)]) {
          assert.ok(!text.includes(form), `${form} in ${name}`);
        }
        assert.ok(!text.includes("correct-horse-battery"), "a password in a URL of an error");
        assert.ok(!/[ef]{64}/.test(text), "a hash of something secret");
      }
    });
  }
});

describe("hostile names", () => {
  it("neither add nor take any element, and call nobody", () => {
    const one = reviewed("hostile");
    const harmless = {
      ...one,
      changes: one.changes.map((change, index) => ({
        ...change,
        name: `name-${index}`,
        urn: `urn-${index}`,
        physical: "x",
      })),
    };
    assert.deepEqual(structure(html(write(one))), structure(html(write(harmless))));
    assert.ok(!/@octocat|#1\b|GH-2/.test(prose(html(write(one)))));
  });

  it("cannot pass for the hidden mark: only the first line counts", () => {
    const text = write(reviewed("hostile"));
    assert.equal(text.indexOf(options.marker), 0);
    assert.equal(text.split(options.marker).length, 2);
  });
});
