// A stack that breaks a mandatory rule, deployed to a real cluster: nothing of it is made, and the words say why and what to do.
import assert from "node:assert/strict";
import { join } from "node:path";
import { Project } from "../../../tools/testing/project";
import { describeLive } from "../../helpers/live";
import { stackFile } from "./product";

const STACK = "policy-test";

/** Of a tier in which findings are mandatory. Where its images come from is for `allowed` to say. */
const settings = (...allowed: string[]) => ({
  ...stackFile({ say: "one", replicas: 1 }),
  ...{ product: STACK, tier: "staging", hosts: { site: `${STACK}.slipway.localhost` } },
  access: { allow: ["127.0.0.0/8"] },
  registry: allowed.length === 0 ? {} : { allowed },
});

describeLive("a deployment and the policy pack", function () {
  this.timeout(180_000);
  const product = new Project(STACK);

  before(() => product.make());
  after(async function () {
    this.timeout(300_000);
    await product.remove();
  });

  const refused =
    /\nslipway: policy-test is against the policy: nothing was changed\n {2}images-come-from-known-registries \(Deployment local-api-deployment\): container api comes from a registry that is not allowed\n {2}images-come-from-known-registries \(Deployment local-steady-deployment\): [^\n]*\n {2}next: mend it, or waive the finding with an owner, a reason and an end: waivers in the stack file\n$/;
  const namespace = () =>
    product.kubectl("get", "namespace", STACK, "--ignore-not-found", "-o=jsonpath={.metadata.uid}");
  const inState = async () => {
    const { stdout } = await product.pulumi("stack", "export");
    const { deployment } = JSON.parse(stdout) as { deployment: { resources?: object[] } };
    return deployment.resources ?? [];
  };

  it("is refused before anything is made, with exit code 3", async () => {
    await product.commit(settings());
    const { code, stdout, stderr } = await product.slipway(["deploy", "--json"]);
    assert.equal(code, 3, stderr);
    assert.match(stderr, refused);
    assert.doesNotMatch(stderr, /\n {4}at /, "a stack trace");
    assert.equal(stdout, "", "there is no outcome of what was not begun");
    assert.equal(await namespace(), "");
    assert.deepEqual(await inState(), []);
  });

  it("is refused with a reviewed plan too, when that was made without the pack", async () => {
    const result = join(product.folder, "result");
    const preview = await product.slipway(["preview", "--no-policy", "--save-plan", result]);
    assert.equal(preview.code, 2, preview.stderr);
    const plan = join(result, `${STACK}.plan.json`);
    const { code, stderr } = await product.slipway(["deploy", "--plan", plan]);
    assert.equal(code, 3, stderr);
    assert.match(stderr, refused);
    assert.equal(await namespace(), "");
    assert.deepEqual(await inState(), []);
  });

  it("goes on when the rule is kept, the pack looking on", async () => {
    await product.commit(settings("slipway.local"));
    const { code, stderr } = await product.slipway(["deploy", "--json"]);
    assert.equal(code, 0, stderr);
    assert.notEqual(await namespace(), "");
  });

  it("leaves what runs as it is when a later version breaks a rule", async () => {
    const generation = () =>
      product.kubectl("get", "deployment", "api", "-o=jsonpath={.metadata.generation}");
    const before = await generation();
    await product.commit(settings());
    const { code, stderr } = await product.slipway(["deploy", "--json"]);
    assert.equal(code, 3, stderr);
    assert.match(stderr, refused);
    assert.equal(await generation(), before);
  });
});
