import assert from "node:assert/strict";
import { FORCE, tellsForOnce, untold, UPSERT } from "../../../tools/lib/for-once";

describe("what the provider is told for one run", () => {
  it("is known by its environment", () => {
    assert.ok(tellsForOnce({ ...UPSERT }));
    assert.ok(tellsForOnce({ A: "b", ...FORCE }));
    assert.ok(!tellsForOnce({ PULUMI_K8S_CLIENT_QPS: "5" }));
  });

  it("is no setting of it afterwards, and nothing else is touched", () => {
    const said = { context: "prod", enablePatchForce: "true", upsertExistingObjects: "true" };
    const other = {
      type: "kubernetes:core/v1:ConfigMap",
      inputs: { upsertExistingObjects: "a word of a user's" },
    };
    const state = {
      version: 3,
      deployment: {
        manifest: { time: "now" },
        resources: [{ type: "pulumi:providers:kubernetes", id: "1", inputs: said, outputs: said }, other],
      },
    };
    const plain = { context: "prod" };
    assert.deepEqual(untold(state), {
      version: 3,
      deployment: {
        manifest: { time: "now" },
        resources: [{ type: "pulumi:providers:kubernetes", id: "1", inputs: plain, outputs: plain }, other],
      },
    });
  });
});
