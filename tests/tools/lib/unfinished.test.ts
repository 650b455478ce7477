import assert from "node:assert/strict";
import { recovered } from "../../../tools/lib/unfinished";
import { quiet } from "../../../toolchain/lib/progress";

describe("a run that was killed", () => {
  it("leaves operations behind that are dropped, and objects that are taken over", async () => {
    const imported: unknown[] = [];
    const state = {
      version: 3,
      deployment: { resources: [1], pending_operations: [{ type: "creating", resource: { urn: "a::b" } }] },
    };
    const stack = {
      state: () => Promise.resolve(state),
      import: (text: unknown) => Promise.resolve(void imported.push(text)),
    };
    assert.deepEqual(await recovered(stack, quiet), {
      env: { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" },
    });
    assert.deepEqual(imported, [{ version: 3, deployment: { resources: [1], pending_operations: [] } }]);
  });

  it("that left nothing changes nothing: what is there already is never taken over by accident", async () => {
    const stack = {
      state: () => Promise.resolve({ deployment: {} }),
      import: () => Promise.reject(new Error("there is nothing to put right")),
    };
    assert.deepEqual(await recovered(stack, quiet), {});
  });
});
