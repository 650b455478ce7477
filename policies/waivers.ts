/**
 * Waivers: findings that are accepted for one resource, by someone, for a reason, until a day. Each shows in every
 * preview; one that has expired, or that nothing needs any more, is a finding itself.
 */
import { didYouMean, listed, show, type Problem } from "../config/problems";
import type { Resource } from "./resource";
import { isObject } from "./unknown";

export interface Waiver {
  readonly rule: string;
  /** `Deployment/api`, `Deployment/shop/api`, Pulumi's name of the resource, or its URN. */
  readonly resource: string;
  readonly owner: string;
  readonly reason: string;
  /** The last day it holds, in UTC: `2027-03-31`. */
  readonly expires: string;
}

const fields = ["rule", "resource", "owner", "reason", "expires"] as const;

export function readWaivers(
  input: unknown,
  rules: readonly string[],
): { waivers: Waiver[]; problems: Problem[] } {
  const problems: Problem[] = [];
  if (input === undefined) return { waivers: [], problems };
  if (!Array.isArray(input)) {
    return { waivers: [], problems: [{ path: "waivers", found: show(input), allowed: "a list of waivers" }] };
  }
  const waivers = input.flatMap((entry: unknown, index) => {
    const found = problemsOf(entry, rules, `waivers[${index}]`);
    problems.push(...found);
    return found.length === 0 ? [entry as Waiver] : [];
  });
  return { waivers, problems };
}

function problemsOf(entry: unknown, rules: readonly string[], path: string): Problem[] {
  if (!isObject(entry)) return [{ path, found: show(entry), allowed: `a map with ${fields.join(", ")}` }];
  const problems: Problem[] = [];
  for (const field of fields) {
    const value = entry[field];
    if (typeof value !== "string" || value.trim() === "") {
      problems.push({ path: `${path}.${field}`, found: show(value), allowed: meanings[field] });
    }
  }
  const { rule, expires } = entry;
  if (typeof rule === "string" && rule !== "" && !rules.includes(rule)) {
    problems.push({
      path: `${path}.rule`,
      found: show(rule),
      allowed: "a rule's name",
      remedy: didYouMean(rule, rules),
    });
  }
  if (typeof expires === "string" && expires !== "" && !isDay(expires)) {
    problems.push({ path: `${path}.expires`, found: show(expires), allowed: meanings.expires });
  }
  const strangers = Object.keys(entry).filter((key) => !(fields as readonly string[]).includes(key));
  for (const key of strangers) {
    problems.push({
      path: `${path}.${key}`,
      found: "a field that does not exist",
      allowed: listed(fields),
      remedy: didYouMean(key, fields),
    });
  }
  return problems;
}

const meanings: Readonly<Record<(typeof fields)[number], string>> = {
  rule: "a rule's name",
  resource: "a resource such as Deployment/shop/api, a Pulumi name or a URN",
  owner: "who answers for it",
  reason: "why it is accepted",
  expires: 'the last day it holds, such as "2027-03-31"',
};

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  // 2027-02-30 would silently become the 2nd of March.
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
  );
}

export function hasExpired(waiver: Waiver, now: Date): boolean {
  return now.getTime() >= new Date(`${waiver.expires}T00:00:00Z`).getTime() + 24 * 3600e3;
}

export function covers(waiver: Waiver, rule: string, resource: Resource): boolean {
  if (waiver.rule !== rule) return false;
  const wanted = waiver.resource;
  if (wanted === resource.urn || wanted === resource.name || wanted === resource.label) return true;
  if (!resource.isObject) return false;
  const { name, namespace } = resource.metadata;
  const kind = resource.raw.kind as string;
  return (
    name !== undefined && (wanted === `${kind}/${name}` || wanted === `${kind}/${namespace ?? ""}/${name}`)
  );
}

/** Which waivers a run has used. */
export class WaiverBook {
  readonly #used = new Set<Waiver>();
  constructor(
    private readonly waivers: readonly Waiver[],
    private readonly now: Date,
  ) {}

  /** True when a waiver that still holds lets this be. An expired one counts as used, but waives nothing. */
  waives(rule: string, resource: Resource): boolean {
    const matching = this.waivers.filter((waiver) => covers(waiver, rule, resource));
    for (const waiver of matching) this.#used.add(waiver);
    return matching.some((waiver) => !hasExpired(waiver, this.now));
  }

  /** Each waiver with what is to be said of it. */
  report(): { waiver: Waiver; state: "holds" | "expired" | "unused" }[] {
    return this.waivers.map((waiver) => ({
      waiver,
      state: hasExpired(waiver, this.now) ? "expired" : this.#used.has(waiver) ? "holds" : "unused",
    }));
  }
}
