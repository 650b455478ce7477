import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "../../toolchain/lib/paths";

interface Step {
  uses?: string;
  run?: string;
}
interface Job {
  if?: string;
  permissions?: Record<string, string>;
  environment?: string;
  "timeout-minutes"?: number;
  steps: Step[];
}
interface Workflow {
  on: Record<string, unknown> | string;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const folder = join(checkout, ".github", "workflows");
const files = readdirSync(folder).sort();
const text = (file: string) => readFileSync(join(folder, file), "utf8");
const read = (file: string) => parse(text(file)) as Workflow;
const actions = readdirSync(join(checkout, ".github", "actions")).map((name) =>
  join("..", "actions", name, "action.yml"),
);

/** Every `run`, at whatever depth. */
function scriptsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(scriptsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "run" && typeof inner === "string" ? [inner] : scriptsIn(inner),
  );
}

describe("the workflows", () => {
  it("are the four of a change's life, and the rehearsal of a disaster", () => {
    assert.deepEqual(files, [
      "drill.yml",
      "nightly.yml",
      "production.yml",
      "pull-request.yml",
      "staging.yml",
    ]);
  });

  for (const file of [...files, ...actions]) {
    it(`${file} pins every action of others to a commit, with its version beside it`, () => {
      for (const [line, action = ""] of text(file).matchAll(/^.*uses: *(\S+).*$/gm)) {
        if (action.startsWith("./")) assert.ok(existsSync(join(checkout, action, "action.yml")), line);
        else assert.match(line, /uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      }
    });

    it(`${file} puts nothing that others can write into a script`, () => {
      const scripts = scriptsIn(parse(text(file)));
      for (const script of scripts) {
        assert.doesNotMatch(
          script,
          /\$\{\{/,
          "expressions go through env, where the shell does not read them",
        );
      }
      if (!file.includes("slipway")) assert.ok(scripts.length > 0);
    });
  }

  for (const file of files) {
    it(`${file} gives no right that a job does not name, and every job an end`, () => {
      const { permissions, jobs } = read(file);
      assert.deepEqual(permissions, {});
      for (const [name, job] of Object.entries(jobs)) {
        assert.ok(job.permissions, `${name} names its permissions`);
        assert.equal(job.permissions.contents, "read", name);
        assert.ok(job["timeout-minutes"] !== undefined, `${name} has a timeout`);
      }
    });
  }

  it("run no change of a fork with keys: no pull_request_target, and every job with an identity asks where it comes from", () => {
    for (const file of files) assert.doesNotMatch(text(file), /pull_request_target/);
    for (const [name, job] of Object.entries(read("pull-request.yml").jobs)) {
      const writes = Object.entries(job.permissions ?? {}).filter(([, right]) => right === "write");
      const secrets = JSON.stringify(job).includes("secrets.");
      if (writes.length > 0 || secrets)
        assert.match(job.if ?? "", /head\.repo\.full_name == github\.repository/, name);
    }
  });

  it("deploy one at a time a stack, and never break one off", () => {
    for (const [file, group] of [
      ["staging.yml", "deploy-staging"],
      ["production.yml", "deploy-production"],
      ["drill.yml", "deploy-production"],
    ] as const) {
      assert.match(text(file), new RegExp(`group: ${group}\\n\\s+cancel-in-progress: false`));
    }
  });

  it("deploy to production only what was previewed, in an environment that asks", () => {
    const { deploy } = read("production.yml").jobs;
    assert.ok(deploy);
    assert.equal(deploy.environment, "production");
    assert.ok(deploy.steps.some(({ run }) => run?.includes("--plan")));
  });
});
