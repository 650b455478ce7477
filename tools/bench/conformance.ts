/** How many of upstream's own [Conformance] cases pass: those of the list in toolchain/cluster/e2e. */
import { cannotRun } from "../../toolchain/cluster/preflight";
import { conformanceCases } from "../../toolchain/cluster/e2e/cases";
import { runCases } from "../../toolchain/cluster/e2e/run";
import type { Bench } from "./figure";

export const conformance: Bench = {
  name: "conformance",
  skip: () => cannotRun() ?? false,
  measure: async ({ cluster, step }) => {
    const names = conformanceCases();
    const outcomes = await runCases(names, { step, kubeconfig: await cluster.kubeconfig() });
    const others = outcomes.filter(({ state }) => state !== "passed");
    return [
      {
        name: `upstream's [Conformance] cases that pass, of ${names.length} in the list`,
        value: outcomes.length - others.length,
        unit: "",
        promise: names.length,
        least: true,
        details: others.map(
          ({ name, state, message }) => `${state}: ${name}: ${message?.split("\n")[0] ?? ""}`,
        ),
      },
    ];
  },
};
