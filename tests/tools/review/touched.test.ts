import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cleanCommit, readBoundPlan, writeBoundPlan } from "../../../tools/review/plan";
import { projectName, stackNames } from "../../../tools/review/project";
import { allStacks, baseOf, changedFiles, touchedStacks } from "../../../tools/review/touched";
import type { Failure } from "../../../toolchain/lib/failure";
import { run } from "../../../toolchain/lib/run";

const stacks = ["local", "production", "staging"];

describe("the stacks that a change touches", () => {
  for (const [files, expected] of [
    [["Pulumi.staging.yaml"], ["staging"]],
    [
      ["Pulumi.staging.yaml", "docs/start.md", "Pulumi.production.yaml"],
      ["production", "staging"],
    ],
    [["index.ts"], stacks],
    [["components/api.ts"], stacks],
    [["package-lock.json"], stacks],
    [["Pulumi.yaml"], stacks],
    [["policies/index.ts"], stacks],
    [["something-new.txt"], stacks],
    [
      [
        "README.md",
        "docs/configure.md",
        "tests/config/units.test.ts",
        ".github/workflows/staging.yml",
        "demo/api/main.ts",
      ],
      [],
    ],
    [["Pulumi.gone.yaml"], []],
    [["../elsewhere/index.ts"], []],
    [[], []],
  ] as const) {
    it(`of ${files.join(", ") || "nothing"} are ${expected.join(", ") || "none"}`, () => {
      assert.deepEqual(touchedStacks([...files], stacks), expected);
    });
  }
});

describe("in a repository", () => {
  let folder = "";
  const git = (...args: string[]) =>
    run(
      "git",
      ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main", ...args],
      { cwd: folder },
    );
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "slipway-touched-"));
    await git("init", "-q");
    write("Pulumi.yaml", "name: shop\n");
    write("Pulumi.staging.yaml", "config: {}\n");
    write("Pulumi.production.yaml", "config: {}\n");
    await git("add", "-A");
    await git("commit", "-qm", "one");
    await git("checkout", "-qb", "change");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("the files are those of the branch and of the working tree, not what the base got meanwhile", async () => {
    write("Pulumi.staging.yaml", "config: {a: 1}\n");
    await git("commit", "-qam", "two");
    await git("checkout", "-q", "main");
    write("Pulumi.production.yaml", "config: {b: 1}\n");
    await git("commit", "-qam", "meanwhile");
    await git("checkout", "-q", "change");
    write("new file.ts", "");
    assert.equal(await baseOf(folder, {}), "main");
    assert.deepEqual((await changedFiles(folder, "main")).sort(), ["Pulumi.staging.yaml", "new file.ts"]);
  });

  it("a base that is not there says what to fetch", async () => {
    assert.equal(await baseOf(folder, { GITHUB_BASE_REF: "main" }), "origin/main");
    await assert.rejects(changedFiles(folder, "origin/main"), (error: Failure) => {
      assert.match(error.format(), /cannot compare with origin\/main[^]*fetch-depth: 0/);
      return true;
    });
  });

  it("the project has a name, and its stacks those of its files", () => {
    assert.equal(projectName(folder), "shop");
    assert.deepEqual(allStacks(folder), ["production", "staging"]);
    assert.throws(
      () => stackNames(folder, ["stagin", "staging", "nope"]),
      (error: Failure) => {
        assert.match(
          error.format(),
          /no such stack: stagin, nope[^]*did you mean staging\?[^]*production, staging/,
        );
        return true;
      },
    );
  });

  it("a plan is bound to project, stack and commit, and read back only when it is one", async () => {
    const commit = await cleanCommit(folder);
    write("engine.json", JSON.stringify({ resourcePlans: {} }));
    const file = join(folder, "production.plan.json");
    writeBoundPlan(file, join(folder, "engine.json"), { project: "shop", stack: "production", commit });
    const { made, ...plan } = readBoundPlan(file);
    assert.deepEqual(plan, {
      slipway: "plan/1",
      project: "shop",
      stack: "production",
      commit,
      plan: { resourcePlans: {} },
    });
    assert.ok(Math.abs(Date.now() - Date.parse(made)) < 60_000);
    assert.throws(() => readBoundPlan(join(folder, "engine.json")), /is not a plan/);
    await assert.rejects(cleanCommit(folder), /changes that are not committed/);
  });
});
