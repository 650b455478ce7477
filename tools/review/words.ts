/** Counts, amounts and times in a few words, the same everywhere. */
import { formatCpu } from "../../config/units";
import { OPS, type Amounts, type Footprint, type Op } from "./model";

/** 1 replace, 3 update */
export function countsText(counts: Partial<Record<Op, number>>): string {
  return OPS.filter((op) => counts[op])
    .map((op) => `${counts[op] ?? 0} ${op}`)
    .join(", ");
}

export function took(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `12.5Gi`: with at most two digits after the point. */
function memory(bytes: number): string {
  const [factor, unit] =
    bytes >= 2 ** 40 ? [2 ** 40, "Ti"] : bytes >= 2 ** 30 ? [2 ** 30, "Gi"] : [2 ** 20, "Mi"];
  return bytes === 0 ? "0" : `${Number((bytes / factor).toFixed(2))}${unit}`;
}

/** `3.5` cores; less than one as Kubernetes writes it, `500m`. */
const cores = (millicores: number) => (millicores < 1000 ? formatCpu(millicores) : String(millicores / 1000));

const WRITE: Record<keyof Amounts, (value: number) => string> = { cpu: cores, memory, storage: memory };
const NAMES: Record<keyof Amounts, string> = { cpu: "CPU", memory: "Memory", storage: "Disk" };

/** Rows of name, before, after and difference; unchanged ones are left out. */
export function footprintRows({ before, after, cost }: Footprint): string[][] {
  const rows = (Object.keys(NAMES) as (keyof Amounts)[])
    .filter((key) => before[key] !== after[key])
    .map((key) => [
      NAMES[key],
      WRITE[key](before[key]),
      WRITE[key](after[key]),
      signed(after[key] - before[key], WRITE[key]),
    ]);
  if (cost !== undefined) {
    const money = (value: number) => `${value.toFixed(2)} ${cost.currency}`;
    rows.push([
      "**Price a month**",
      money(cost.before),
      money(cost.after),
      `**${signed(cost.after - cost.before, money)}**`,
    ]);
  }
  return rows;
}

const signed = (value: number, write: (value: number) => string) =>
  `${value < 0 ? "−" : "+"}${write(Math.abs(value))}`;

/** What to do about a mandatory finding. */
export const WAIVE =
  "mend it, or waive the finding with an owner, a reason and an end: waivers in the stack file";
