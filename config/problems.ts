/** What is wrong with a stack file, said so that a person can mend it: where, found, allowed, what to do. */
import { distance } from "fastest-levenshtein";
import { shapeOfSecret } from "./secret-shapes";

export interface Problem {
  /** Where in the settings: `parts.api.scale.max`. Empty for the file as a whole. */
  readonly path: string;
  /** What stands there now, never a secret. */
  readonly found: string;
  /** What may stand there. */
  readonly allowed: string;
  /** What to write or do instead. */
  readonly remedy?: string | undefined;
  /** Line in the stack file, where known. */
  readonly line?: number | undefined;
}

/** All the problems of one stack file at once. Its message is meant for people and holds no stack trace. */
export class Problems extends Error {
  readonly problems: readonly Problem[];
  readonly where: string;

  constructor(where: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super([`${where}: ${count}`, ...problems.map((problem) => formatProblem(where, problem))].join("\n"));
    this.name = "Problems";
    this.where = where;
    this.problems = problems;
    this.stack = this.message;
  }
}

/** One problem as one line. */
export function formatProblem(where: string, problem: Problem): string {
  const place = problem.line === undefined ? where : `${where}:${problem.line}`;
  const path = problem.path === "" ? "" : `${problem.path}: `;
  const remedy = problem.remedy === undefined ? "" : `; ${problem.remedy}`;
  return `${place}: ${path}found ${problem.found}; allowed: ${problem.allowed}${remedy}`;
}

/** The same order whoever found them: by line, then by path, then by text; each once. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const key = (problem: Problem) => `${problem.path} ${problem.found} ${problem.allowed}`;
  const seen = new Map(problems.map((problem) => [key(problem), problem]));
  return [...seen.values()].sort(
    (a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || compare(key(a), key(b)) || 0,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The known name nearest to a mistyped one, if any is near enough to be meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(Math.min(name.length, 64) / 3)) + 1;
  for (const candidate of known) {
    const [written, meant] = [name.toLowerCase(), candidate.toLowerCase()];
    const steps = isSwap(written, meant) ? 1 : distance(written, meant);
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}

/** Whether two neighbouring letters changed places: one slip of the fingers, not two. */
function isSwap(a: string, b: string): boolean {
  const at = a.split("").findIndex((letter, index) => letter !== b[index]);
  if (at < 0 || a.length !== b.length) return false;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

/** `did you mean "postgres"?`, or undefined when nothing is near. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const guess = nearest(name, known);
  return guess === undefined ? undefined : `did you mean "${guess}"?`;
}

/** A list for a sentence: `api, web, worker`; `nothing` when empty; cut short when long. */
export function listed(names: Iterable<string>, most = 12): string {
  const all = [...names];
  if (all.length === 0) return "nothing";
  return all.length <= most
    ? all.join(", ")
    : `${all.slice(0, most).join(", ")} and ${all.length - most} more`;
}

/** A value from a stack file on one short line, quoted as YAML would show it. Secrets are not shown. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (typeof value === "string") return shapeOfSecret(value) ?? JSON.stringify(clip(value));
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") {
    if ("secure" in value) return "a secret";
    const keys = Object.keys(value).map((key) => (/^[\w:-]+$/.test(key) ? key : JSON.stringify(key)));
    return keys.length === 0 ? "an empty map" : `a map with ${clip(listed(keys, 6))}`;
  }
  return `a ${typeof value}`;
}

function clip(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
