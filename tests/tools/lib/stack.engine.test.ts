import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { Stack } from "../../../tools/lib/stack";
import { checkout } from "../../../toolchain/lib/paths";
import type { Failure } from "../../../toolchain/lib/failure";
import { policyPacks } from "../../../tools/review/packs";
import { quiet } from "../../../toolchain/lib/progress";
import { engineEnv } from "../../helpers/pulumi";
import { fixtures, type Loose } from "../../policies/fixtures";

describe("a stack that several machines share", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "slipway-stack-"));
  const project = join(folder, "project");
  const committed = join(project, "Pulumi.dev.yaml");
  const stateBefore = process.env.SLIPWAY_STATE;
  let env: Record<string, string> = {};

  const at = (machine: string): Stack => {
    process.env.SLIPWAY_STATE = join(folder, machine);
    return new Stack({ project: "", stack: "dev", folder: project, env });
  };
  const saltOf = (stack: Stack) =>
    (parse(readFileSync(stack.settings, "utf8")) as { encryptionsalt?: string }).encryptionsalt;

  before(async () => {
    mkdirSync(join(folder, "backend"));
    mkdirSync(project);
    env = { ...(await engineEnv()), PULUMI_BACKEND_URL: `file://${join(folder, "backend")}` };
    writeFileSync(join(project, "Pulumi.yaml"), "name: shared\nruntime: nodejs\n");
    writeFileSync(join(project, "package.json"), '{"name":"shared","main":"index.js"}');
    writeFileSync(
      join(project, "index.js"),
      `const pulumi = require("@pulumi/pulumi");
const { RandomPet } = require("@pulumi/random");
const config = new pulumi.Config("slipway");
exports.said = config.get("said") ?? "nothing";
// An object of Kubernetes as the pack sees one, that needs no cluster; a pet stands for all that is made besides.
const object = config.getObject("object");
if (object !== undefined) {
  const pet = new RandomPet("pet");
  new pulumi.ComponentResource("kubernetes:apps/v1:Deployment", "api", object, { dependsOn: [pet] });
}
`,
    );
    symlinkSync(join(checkout, "node_modules"), join(project, "node_modules"));
    writeFileSync(committed, 'config: { "slipway:said": one }\n');
  });
  after(() => {
    if (stateBefore === undefined) delete process.env.SLIPWAY_STATE;
    else process.env.SLIPWAY_STATE = stateBefore;
    rmSync(folder, { recursive: true, force: true });
  });

  it("has one key for all, and no word of it in the committed file", async () => {
    const first = at("one");
    await first.up(quiet);
    const second = at("two");
    await second.settle();
    assert.notEqual(first.settings, second.settings);
    assert.match(saltOf(first) ?? "", /^v1:/);
    assert.equal(saltOf(second), saltOf(first));
    assert.equal(readFileSync(committed, "utf8"), 'config: { "slipway:said": one }\n');
  });

  it("runs with keys changed or taken away for once, and as it is written the next time", async () => {
    const stack = at("one");
    await stack.up(quiet, { override: { said: "two" } });
    assert.equal((await stack.outputs()).said, "two");
    await stack.up(quiet, { override: { said: undefined } });
    assert.equal((await stack.outputs()).said, "nothing");
    await stack.up(quiet);
    assert.equal((await stack.outputs()).said, "one");
  });

  it("is judged by the policy pack at its end, and says which rule it broke", async () => {
    const override = { said: "postgres://shop:correct-horse-battery@db:5432/shop" };
    const packs = policyPacks(project, { policy: true });
    await assert.rejects(at("one").up(quiet, { override, packs }), (error: Failure) => {
      assert.match(error.format(), /outputs-hold-no-secrets/);
      assert.match(error.format(), /the output shows a secret to whoever may see the stack/);
      return true;
    });
    await at("one").up(quiet, { packs });
  });

  it("is made nothing of when the pack finds something and it was to be careful, and says what to do", async () => {
    const packs = policyPacks(project, { policy: true });
    const object: Loose = fixtures.Deployment();
    object.spec.template.spec.containers[0].image = "nowhere.example.com/api:1";
    const refused = (careful: boolean) =>
      assert.rejects(at("one").up(quiet, { override: { object }, packs, careful }), (error: Failure) => {
        assert.match(error.format(), /images-come-from-known-registries/);
        assert.match(error.format(), /container api comes from a registry that is not allowed/);
        assert.match(
          error.format(),
          /next: mend it, or waive the finding with an owner, a reason and an end/,
        );
        assert.equal(error.exitCode, 3);
        return true;
      });
    const made = async () => (await at("one").exported()).resources.map(({ type }) => type.split(":").at(-1));
    await refused(true);
    assert.deepEqual(await made(), ["Stack"]);
    await refused(false);
    assert.ok((await made()).includes("RandomPet"), "without a look first, what comes before it is made");
  });
});
