/** Running upstream's cases: one that fails is told from one that passes, with its reason; a name it does not have is refused. */
import assert from "node:assert/strict";
import { runCases } from "../../../toolchain/cluster/e2e/run";
import type { Failure } from "../../../toolchain/lib/failure";
import { quiet } from "../../../toolchain/lib/progress";
import { describeOnCluster } from "./harness";

describeOnCluster("running upstream's cases", () => {
  it("says which failed, and why", async () => {
    const two = "[sig-architecture] Conformance Tests should have at least two untainted nodes [Conformance]";
    const api = "[sig-network] Netpol API should support creating NetworkPolicy API operations";
    const [first, second] = await runCases([two, api], { step: quiet, workers: 1 });
    assert.deepEqual([first?.name, first?.state], [two, "failed"]);
    assert.match(first?.message ?? "", /requires at least two nodes/);
    assert.deepEqual([second?.name, second?.state, second?.message], [api, "passed", undefined]);
  });

  it("refuses a name that upstream does not have", async () => {
    await assert.rejects(runCases(["no such case"], { step: quiet }), (error: Failure) =>
      /have no case called no such case\n {2}next: take its name from/.test(error.format()),
    );
  });
});
