/** A database begun beside the live one: what it says while it cannot begin, and which failure another backup could mend. */
import assert from "node:assert/strict";
import { makeFirstGood, type Wanted } from "../../../tools/recovery/beside";
import { Failure } from "../../../toolchain/lib/failure";
import { quiet, type Step } from "../../../toolchain/lib/progress";
import { fakeKube } from "../release/cluster";

const wanted: Omit<Wanted, "origin"> = {
  ...{ namespace: "shop", name: "beside", within: 60_000, database: { database: "shop", owner: "shop" } },
  model: {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "postgres" },
    spec: { instances: 1 },
  },
};
const origins = ["newest", "older"].map((backup) => ({ from: "postgres", to: "latest", backup }));
const FULL = "0/1 nodes are available: 1 Insufficient cpu.";

/** The recovery's pod, which has no node since so many minutes. */
const homeless = (minutes: number) => ({
  ...{ apiVersion: "v1", kind: "Pod" },
  metadata: { name: "beside-1-full-recovery-x", namespace: "shop", labels: { "cnpg.io/cluster": "beside" } },
  status: {
    phase: "Pending",
    conditions: [
      {
        ...{ type: "PodScheduled", status: "False", message: FULL },
        lastTransitionTime: new Date(Date.now() - minutes * 60e3).toISOString(),
      },
    ],
  },
});

describe("a database beside the live one", () => {
  it("that no node has room for is given up, with the scheduler's words, and no other backup is tried", async () => {
    const kube = fakeKube(homeless(11));
    const said: string[] = [];
    const step: Step = { ...quiet, note: (text) => said.push(text) };
    await assert.rejects(
      makeFirstGood(kube, wanted, origins, step, new AbortController().signal),
      (error: unknown) => {
        assert.ok(error instanceof Failure);
        assert.equal(error.message, "no node has room for beside");
        assert.deepEqual(error.details, [FULL]);
        assert.match(error.next ?? "", /postgres\.cpu/);
        return true;
      },
    );
    assert.deepEqual(said, [`no node for it yet: ${FULL}`]);
  });

  it("is waited for while a node may still come, and says so", async () => {
    const said: string[] = [];
    const stop = new AbortController();
    const note = (text: string) => {
      said.push(text);
      if (text.startsWith("no node")) stop.abort();
    };
    const step: Step = { ...quiet, note };
    await assert.rejects(makeFirstGood(fakeKube(homeless(1)), wanted, origins, step, stop.signal), /abort/i);
    assert.ok(said.includes(`no node for it yet: ${FULL}`), said.join("\n"));
  });
});
