/** The command itself: files it writes, files it does not write over, questions it asks. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { readStackFile } from "../../../config/source";
import { parseSettings } from "../../../config";
import { Failure } from "../../../toolchain/lib/failure";
import { run } from "../../../toolchain/lib/run";
import { checkout } from "../../../toolchain/lib/paths";
import { ask } from "../../../tools/init/ask";
import { frame } from "../../../tools/init/draft";
import { type Flags, fromFlags, questionsFor } from "../../../tools/init/flags";
import { mustBeRight, textOf } from "../../../tools/init/write";

import { graphOfExample, policyOf } from "../../examples/stacks";

const DIGEST = `@sha256:${"a".repeat(64)}`;
const flags = (more: Partial<Flags> = {}): Flags & { tier: "local" | "staging" | "production" } => ({
  alerts: "pagerduty",
  allow: [],
  apiPort: "8000",
  profile: [],
  tier: "local",
  webPort: "8080",
  ...more,
});
const settingsOf = (given: ReturnType<typeof flags>, answers: Record<string, string> = {}) => {
  const text = textOf(frame(fromFlags(given, answers, "shop")), [], "schema.json");
  mustBeRight(text, "Pulumi.test.yaml", "");
  return text;
};

describe("slipway init", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "slipway-init-"));
  });
  afterEach(() => rmSync(folder, { force: true, recursive: true }));

  const initIn = (cwd: string, ...args: string[]) =>
    run(
      process.execPath,
      [
        "-r",
        join(checkout, "node_modules/ts-node/register/transpile-only"),
        join(checkout, "tools/main.ts"),
        ...["init", ...args],
      ],
      { cwd, allowFailure: true, env: { TS_NODE_PROJECT: join(checkout, "tsconfig.json") } },
    );
  const init = (...args: string[]) => initIn(checkout, ...args);

  it("writes a stack file that is right, and not over one that is there", async () => {
    const out = join(folder, "Pulumi.staging.yaml");
    const words = [
      "staging",
      "--yes",
      "--product",
      "shop",
      "--host",
      "staging.example.com",
      "--api",
      "ghcr.io/acme/api:1.2.3",
      "--postgres",
      "--redis",
      "queue",
      "--out",
      out,
    ];
    const first = await init(...words);
    assert.equal(first.code, 0, first.stderr);
    const file = readStackFile(out);
    const settings = parseSettings(file.raw, file);
    assert.deepEqual(
      [settings.product, settings.tier, settings.hosts.app?.name],
      ["shop", "staging", "staging.example.com"],
    );
    assert.match(readFileSync(out, "utf8"), /^# yaml-language-server: \$schema=/);

    writeFileSync(out, "mine");
    const again = await init(...words);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /is there already\n {2}next: .*--force/);
    assert.equal(readFileSync(out, "utf8"), "mine");
    assert.equal((await init(...words, "--force")).code, 0);
    assert.notEqual(readFileSync(out, "utf8"), "mine");
  });

  it("takes the product's name into the file's where the plain one is taken, and ends where both are", async () => {
    const words = ["--yes", "--product", "shop", "--api", "ghcr.io/acme/api:1.2.3"];
    writeFileSync(join(folder, "Pulumi.local.yaml"), "the demo's");
    const first = await initIn(folder, ...words);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /wrote .*Pulumi\.shop-local\.yaml\n/);
    assert.match(first.stdout, /\.\/slipway up --stack shop-local\n$/);
    const again = await initIn(folder, ...words);
    assert.equal(again.code, 1);
    assert.match(
      again.stderr,
      /Pulumi\.local\.yaml and .*Pulumi\.shop-local\.yaml are there already\n {2}next: /,
    );
    assert.equal(readFileSync(join(folder, "Pulumi.local.yaml"), "utf8"), "the demo's");
  });

  it("takes the tier from the end of a stack's name", async () => {
    const words = ["--yes", "--host", "shop.example.com", "--api", "ghcr.io/acme/api:1.2.3"];
    const { code, stderr } = await initIn(folder, "shop-staging", ...words);
    assert.equal(code, 0, stderr);
    assert.match(readFileSync(join(folder, "Pulumi.shop-staging.yaml"), "utf8"), /slipway:tier: staging/);
  });

  it("reads a compose file and says line by line what became of it", async () => {
    const out = join(folder, "Pulumi.local.yaml");
    const compose = join(__dirname, "compose/02-four-services.yml");
    const { code, stderr, stdout } = await init("--from-compose", compose, "--out", out);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /02-four-services\.yml:31: services\.api\.environment\.DATABASE_URL: carried: /);
    assert.match(stdout, /\d+ carried over, \d+ changed on the way, \d+ left out\nwrote /);
  });

  it("refuses broken YAML, and writes nothing", async () => {
    const out = join(folder, "Pulumi.local.yaml");
    const { code, stderr } = await init(
      "--from-compose",
      join(__dirname, "compose/20-broken-indent.yml"),
      "--out",
      out,
    );
    assert.equal(code, 1);
    assert.match(stderr, /^slipway: 20-broken-indent\.yml is no YAML that can be read\n/);
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.ok(!existsSync(out));
  });

  it("is right for every tier and set of parts", () => {
    const images = {
      api: `ghcr.io/acme/api:1${DIGEST}`,
      web: `ghcr.io/acme/web:1${DIGEST}`,
      worker: `ghcr.io/acme/worker:1${DIGEST}`,
    };
    for (const tier of ["local", "staging", "production"] as const) {
      for (const part of ["api", "web", "worker"] as const) {
        for (const stores of [
          {},
          { postgres: true as const },
          { postgres: true as const, redis: "cache" as const },
        ]) {
          const text = settingsOf(
            flags({ ...stores, bucket: "s3://shop", host: "shop.example.com", tier, [part]: images[part] }),
          );
          assert.match(text, new RegExp(`slipway:tier: ${tier}`));
        }
      }
    }
  });

  it("writes what breaks no rule of the policy pack", async () => {
    const given = {
      ...{ api: `ghcr.io/acme/api:1${DIGEST}`, web: `ghcr.io/acme/web:1${DIGEST}`, bucket: "s3://shop" },
      ...{ worker: `ghcr.io/acme/api:1${DIGEST}`, host: "shop.example.com", postgres: true as const },
      ...{ email: "ops@example.com", redis: "queue" as const },
    };
    for (const tier of ["local", "staging", "production"] as const) {
      const path = join(folder, `Pulumi.${tier}.yaml`);
      writeFileSync(path, settingsOf(flags({ ...given, tier })));
      assert.doesNotMatch(readFileSync(path, "utf8"), /[&*]a1/, "an alias that nobody wrote");
      const example = { path, product: "shop", stack: tier };
      assert.deepEqual(policyOf(example, await graphOfExample(example)), []);
    }
  });

  it("says the very words that come next", async () => {
    const out = join(folder, "Pulumi.staging.yaml");
    const images = ["--api", "ghcr.io/acme/api:1", "--host", "staging.example.com"];
    const { stdout } = await init("staging", "--yes", ...images, "--out", out);
    assert.match(
      stdout,
      /\nnext: put it beside Slipway's own Pulumi\.yaml, then \.\/slipway render staging /,
    );
    assert.match(stdout, /; \.\/slipway up --stack staging --context \S+-staging makes it\n$/);
  });

  it("wants production's images by digest, and says which flag asks for them", async () => {
    const out = join(folder, "Pulumi.production.yaml");
    const more = ["--host", "example.com", "--email", "ops@example.com", "--redis", "queue", "--out", out];
    const refused = await init("production", "--yes", "--api", "ghcr.io/acme/api:1", ...more);
    assert.match(refused.stderr, /parts\.api\.image: found an image without a digest/);
    assert.match(refused.stderr, /next: .*; --pin asks the registries for the digests\n/);
    assert.ok(!existsSync(out));

    const made = await init("production", "--yes", "--pin", "--api", `ghcr.io/acme/api:1${DIGEST}`, ...more);
    assert.equal(made.code, 0, made.stderr);
    assert.match(readFileSync(out, "utf8"), /slipway:owner: /);
  });

  it("says what is missing rather than write what is wrong", () => {
    assert.throws(() => settingsOf(flags()), /nothing to run: no image was given/);
    assert.throws(
      () => settingsOf(flags({ api: "ghcr.io/acme/api:1", tier: "staging" })),
      /staging needs a host name/,
    );
    assert.throws(
      () => settingsOf(flags({ api: "ghcr.io/acme/api:1", host: "a.example.com", tier: "production" })),
      (error: unknown) =>
        error instanceof Failure &&
        /would not be right yet[\s\S]*parts\.api\.image: found an image without a digest/.test(
          error.format(),
        ),
    );
  });

  it("asks what no flag has said, and again after a wrong answer", async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    input.end(
      ["shop", "ghcr.io/acme/api:1", "many", "9000", "", "8080", "", "perhaps", "yes", "queue"].join("\n"),
    );
    const answers = await ask(questionsFor(flags()), { input, output });
    assert.deepEqual(
      [answers.product, answers.apiPort, answers.postgres, answers.redis],
      ["shop", "9000", "yes", "queue"],
    );
    const shown = String(output.read());
    assert.match(shown, /Port the API listens on \[8000\]: {3}a number from 1 to 65535\n/);
    const text = settingsOf(flags(), answers);
    assert.match(text, /needs:\n\s+- postgres\n\s+- redis/);
  });

  it("asks nothing that a flag has said", () => {
    const asked = questionsFor(
      flags({ api: "x", host: "a.example.com", product: "shop", redis: "queue", web: "y", worker: "z" }),
    );
    assert.deepEqual(
      asked.map(({ name }) => name),
      ["apiPort", "webPort", "postgres"],
    );
  });
});
