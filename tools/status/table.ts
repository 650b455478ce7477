/** The figures as tables of text: the same rows for the terminal and for the page. */
import type { Status } from "./figures";
import { count, duration, ofUnit, perSecond, share, UNKNOWN } from "./words";

export interface Cell {
  readonly text: string;
  /** A promise that is not kept. */
  readonly bad?: boolean;
}
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const plain = (text: string): Cell => ({ text });

export function alertTable({ alerts, at }: Status): Table {
  return {
    head: ["severity", "what", "alert", "for"],
    rows: alerts.map(({ name, severity, since, summary }) => [
      { bad: severity === "critical" || severity === "high", text: severity },
      plain(summary),
      plain(name),
      plain(duration((at.getTime() - since.getTime()) / 1000)),
    ]),
    title: "Alerts",
  };
}

export function routeTable({ routes }: Status): Table {
  return {
    head: [
      "route",
      "part",
      "budget left",
      "30 days",
      "promised",
      "requests",
      "errors",
      "95 of 100 in",
      "promised",
    ],
    rows: routes.map((one) => [
      plain(one.route),
      plain(one.part),
      { bad: (one.budgetLeft ?? 1) < 0, text: share(one.budgetLeft) },
      { bad: (one.availability ?? 1) < (one.promisedAvailability ?? 0), text: share(one.availability) },
      plain(share(one.promisedAvailability)),
      plain(perSecond(one.requests)),
      plain(share(one.errors)),
      { bad: (one.p95 ?? 0) > (one.promisedP95 ?? Infinity), text: duration(one.p95) },
      plain(duration(one.promisedP95)),
    ]),
    title: "Routes",
  };
}

export function partTable({ parts }: Status): Table {
  return {
    head: ["part", "replicas", "CPU of limit", "memory of limit", "restarts in an hour"],
    rows: parts.map(({ cpu, memory, part, restarts, serving, wanted }) => [
      plain(part),
      {
        bad: (serving ?? 0) < (wanted ?? 0),
        text:
          serving === undefined && wanted === undefined ? UNKNOWN : `${count(serving)} of ${count(wanted)}`,
      },
      { bad: (cpu ?? 0) > 0.9, text: share(cpu) },
      { bad: (memory ?? 0) > 0.9, text: share(memory) },
      { bad: (restarts ?? 0) >= 1, text: count(restarts) },
    ]),
    title: "Parts",
  };
}

export function signalTable({ signals }: Status): Table {
  return {
    head: ["signal", "now", "means"],
    rows: signals.map(({ means, signal, unit, value }) => [
      plain(signal),
      plain(ofUnit(unit, value)),
      plain(means),
    ]),
    title: "Stores and surroundings",
  };
}
