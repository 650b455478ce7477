/** Upstream's own cases as tests: run together, since each is mostly waiting, and reported one by one. */
import { runCases, type Outcome } from "../../../toolchain/cluster/e2e/run";
import { quiet } from "../../../toolchain/lib/progress";
import { describeOnCluster, plainUp } from "./harness";

export function describeCases(title: string, names: string[], minutes: number): void {
  describeOnCluster(
    title,
    function () {
      let outcomes: Map<string, Outcome>;
      before(async function () {
        this.timeout(minutes * 60_000);
        outcomes = new Map((await runCases(names, { step: quiet })).map((each) => [each.name, each]));
      });
      for (const name of names) {
        it(name, function () {
          const { state, message } = outcomes.get(name) ?? { state: "failed", message: "it was not run" };
          if (state !== "passed") throw new Error(`${state}: ${message ?? ""}`);
        });
      }
    },
    { ...plainUp, isolation: true },
  );
}
