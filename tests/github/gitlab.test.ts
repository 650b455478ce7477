import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "../../toolchain/lib/paths";

interface Job {
  script?: string | string[];
  stage?: string;
  extends?: string | string[];
  needs?: string[];
  resource_group?: string;
  interruptible?: boolean;
}

const text = readFileSync(join(checkout, "docs", "gitlab-ci.md"), "utf8");
const document: unknown = parse(/```yaml\n([^]*?)```/.exec(text)?.[1] ?? "");
const pipeline = document as Record<string, Job>;
const { stages } = document as { stages: string[] };
const keywords = new Set(["stages", "default", "variables", "workflow"]);
const jobs = Object.entries(pipeline).filter(([name]) => !keywords.has(name));

describe("the pipeline for GitLab", () => {
  it("has jobs of known stages that extend and need what is there", () => {
    for (const [name, job] of jobs) {
      if (!name.startsWith(".")) assert.ok(stages.includes(job.stage ?? ""), name);
      for (const other of [job.extends ?? [], job.needs ?? []].flat())
        assert.ok(other in pipeline, `${name} uses ${other}`);
    }
  });

  it("runs the verbs that the workflows run, stack by stack", () => {
    const folder = join(checkout, ".github", "workflows");
    const workflows = ["pull-request", "staging", "production", "nightly", "drill"]
      .map((name) => readFileSync(join(folder, `${name}.yml`), "utf8"))
      .join("\n");
    const verbs = (all: string) =>
      new Set(Array.from(all.matchAll(/\.\/slipway ([a-z]+)/g), ([, verb]) => verb));
    assert.deepEqual([...verbs(JSON.stringify(jobs))].sort(), [...verbs(workflows)].sort());
  });

  it("deploys one at a time a stack, and breaks none off", () => {
    for (const stack of ["staging", "production"]) {
      assert.equal(pipeline[stack]?.resource_group, `deploy-${stack}`);
      assert.equal(pipeline[stack].interruptible, false);
    }
  });
});
