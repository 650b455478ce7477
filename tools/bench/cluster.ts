/** How long the embedded cluster takes to come up and go away, everything being built, and what it holds while idle. */
import { cannotRun } from "../../toolchain/cluster/preflight";
import type { ClusterStatus } from "../../toolchain/cluster/status";
import { until } from "../../toolchain/cluster/kubectl";
import type { Step } from "../../toolchain/lib/progress";
import type { OwnCluster } from "../lib/own-cluster";
import { seconds, type Bench, type Figure } from "./figure";

interface Promises {
  up: number;
  memory: number;
}

export const clusterLife: Bench = {
  name: "cluster up, down, memory",
  skip: ({ own }) => cannotRun() ?? (own === undefined && "the cluster that runs stays as it is"),
  measure: async ({ cluster: { own }, step }) => {
    if (own === undefined) throw new Error("skipped where there is none");
    await own.reset();
    return [
      ...(await life(own, step, "", ["--no-isolation"], { up: 20, memory: 1.2 * 1024 })),
      ...(await life(own, step, " with isolation", ["--isolation"], { up: 30, memory: 1.4 * 1024 })),
    ];
  },
};

async function life(
  own: OwnCluster,
  step: Step,
  how: string,
  flags: string[],
  promises: Promises,
): Promise<Figure[]> {
  step.note(`up${how}, the first time`);
  const first = await seconds(() => own.up(...flags));
  await own.down();
  step.note(`up${how}, again`);
  const again = await seconds(() => own.up(...flags));
  step.note(`idle${how}`);
  const memory = await idle(own, step);
  step.note(`down${how}`);
  const down = await seconds(() => own.down());
  return [
    { name: `cluster up${how}, the first time`, value: first, unit: "s" },
    { name: `cluster up${how}`, value: again, unit: "s", promise: promises.up },
    { name: `memory of the idle cluster${how}`, value: memory, unit: "MiB", promise: promises.memory },
    { name: `cluster down${how}`, value: down, unit: "s", promise: 5 },
  ];
}

const SETTLE_SECONDS = 120;

/** Once every add-on is ready and two looks in a row find nearly the same. */
async function idle(own: OwnCluster, step: Step): Promise<number> {
  let before = 0;
  return until("the cluster to be idle", step, SETTLE_SECONDS, async () => {
    const { memory, state, workloads } = JSON.parse(await own.ask("status", "--json")) as ClusterStatus;
    const settled = Math.abs(memory - before) < 0.01 * memory;
    before = memory;
    const ready = state === "ready" && workloads.every((each) => each.ready === each.wanted);
    return ready && settled ? memory / 2 ** 20 : undefined;
  });
}
