/** What a measure is, and the helpers every measure uses. */
import type { Step } from "../../toolchain/lib/progress";
import type { Environment, OwnCluster } from "../lib/own-cluster";

export interface Figure {
  name: string;
  value: number;
  /** `x` is a ratio within one run: it holds on a faster or a busier machine too. */
  unit: "s" | "MiB" | "x" | "%" | "";
  /** The most it may be, or the least. */
  promise?: number;
  least?: true;
  /** What the number does not say, one line each. */
  details?: string[];
}

export interface Around {
  env: Record<string, string>;
  step: Step;
  cluster: Measured;
}

/** The embedded cluster that is measured. */
export interface Measured {
  /** With state of its own, to take up and down; undefined where the cluster that runs is measured as it is. */
  own?: OwnCluster;
  /** What tells a command that it is meant. */
  state: Environment;
  /** Its kubeconfig, once it is up. */
  kubeconfig: () => Promise<string>;
}

export interface Bench {
  name: string;
  /** Why it cannot be measured. */
  skip?: (cluster: Measured) => string | false;
  measure(around: Around): Promise<Figure[]>;
}

export const keeps = ({ value, promise = NaN, least }: Figure) =>
  least === true ? value >= promise : value <= promise;

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) throw new Error("no values to take the median of");
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Seconds the work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - began) / 1e9;
}

/** Two works in turn, A B A B …, after one of each that is not counted: the medians, and the median of the ratios. */
export async function paired(a: () => Promise<unknown>, b: () => Promise<unknown>, rounds = 5) {
  await a();
  await b();
  const times: { a: number; b: number }[] = [];
  for (let round = 0; round < rounds; round++) times.push({ a: await seconds(a), b: await seconds(b) });
  return {
    a: median(times.map((time) => time.a)),
    b: median(times.map((time) => time.b)),
    ratio: median(times.map((time) => time.a / time.b)),
  };
}
