/** What is shown: numbers and plots with their queries, for Grafana's dashboards and for the status page alike. */
import type { Signal } from "../../../config";
import { signal } from "../queries";
import type { RulesArgs } from "../rules/rule";

/** In the base unit: seconds, bytes, a share of 1. */
export type Unit = "share" | "seconds" | "bytes" | "count" | "a second" | "milliseconds" | "money";

export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** One number a query instead of a plot. @default plot */
  readonly shows?: "number";
  /** Below is bad (or above, when `worse` says so), and worth a colour. */
  readonly limit?: { readonly at: number; readonly worse: "above" | "below" };
  readonly description?: string;
}

export type ViewArgs = Pick<
  RulesArgs,
  "business" | "jobs" | "parts" | "postgres" | "product" | "redisRole" | "routes" | "targets" | "watched"
>;

/** A view's panels, over rates of the given window. */
export type View = (args: ViewArgs, window: string) => Panel[];

/** Panels that have something to ask. */
export function asking(...panels: readonly Panel[]): Panel[] {
  return panels.filter(({ queries }) => queries.length > 0);
}

/** A signal as a query, or nothing where what it is about is not there. */
export function ask(
  { watched }: ViewArgs,
  window: string,
  name: Signal,
  part?: string,
  legend = part ?? name,
): Query[] {
  const expr = signal(name, watched, part, window);
  return expr === undefined ? [] : [{ expr, legend }];
}
