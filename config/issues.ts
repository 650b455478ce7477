/** Turns what zod finds into problems a person can mend. */
import type { z } from "zod";
import { SECRET_NAME_ALLOWED } from "./names";
import { didYouMean, listed, type Problem, show } from "./problems";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];
/** What the schema knows of a place. */
export interface Known {
  /** The keys that may stand there. */
  readonly keys: (path: Path) => readonly string[];
  /** When a key may stand there after all. */
  readonly elsewhere: (path: Path, key: string) => string | undefined;
}

/**
 * Asked for with every parse: an empty message says that the schema gave none of its own, so one is made here. And no code
 * is generated for the schemas, which takes longer than it saves where each reads one file.
 */
export const NO_MESSAGE = { error: () => "", jitless: true };

/** One problem for each thing wrong, several for an issue that names several keys. */
export function problemsOf(issues: readonly Issue[], raw: unknown, known: Known): Problem[] {
  return issues.flatMap((issue) => translate(issue, [], raw, known));
}

function translate(issue: Issue, above: Path, raw: unknown, known: Known): Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(key, path, known));
  }
  if (issue.code === "invalid_key") {
    const name = path.at(-1);
    const allowed = issue.issues[0]?.message ?? "another name";
    return [{ path: dotted(path.slice(0, -1)), found: `the name ${show(name)}`, allowed }];
  }
  if (issue.code === "invalid_union") {
    // Of the forms a value may have, the one that is meant is the one it is a kind of: its errors are the useful ones.
    const meant = closest(issue.errors);
    if (meant !== undefined) return meant.flatMap((error) => translate(error, path, raw, known));
  }
  const value = at(raw, path);
  const words = issue.code === "invalid_value" ? issue.values.map(String) : [];
  const allowed = issue.message || expected(issue);
  return [
    {
      path: dotted(path),
      found: mayBeSecret(path, value, allowed) ? "a text in clear" : show(value),
      allowed,
      remedy: typeof value === "string" ? didYouMean(value, words) : undefined,
    },
  ];
}

function unknownKey(key: string, path: Path, known: Known): Problem {
  const keys = known.keys(path);
  const remedy =
    known.elsewhere(path, key) ?? didYouMean(key, keys) ?? "take it out; docs/configure.md lists every key";
  return { path: dotted([...path, key]), found: "an unknown key", allowed: listed(keys, 40), remedy };
}

/** A secret written in clear must not be repeated in a log, nor one that was pasted where its name belongs. */
function mayBeSecret(path: Path, value: unknown, allowed: string): boolean {
  if (typeof value !== "string") return false;
  if (path[0] === "secrets" && path.length === 2) return true;
  return allowed === SECRET_NAME_ALLOWED && !/^[A-Za-z][A-Za-z_-]{0,40}$/.test(value);
}

/** The form a value is nearest to: of its kind, and with the fewest keys that the form does not have. */
function closest(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const strangers = (issues: readonly Issue[]) => issues.filter(({ path }) => path.length === 0).length;
  const ofItsKind = branches.filter((issues) => !issues.some(isWrongKind));
  const least = Math.min(...ofItsKind.map(strangers));
  const [first, ...others] = ofItsKind.filter((issues) => strangers(issues) === least);
  return others.length === 0 ? first : undefined;
}

/** Whether a branch of a union is not even of the kind of the value: a map where a text stands. */
function isWrongKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_union") return issue.errors.every((errors) => errors.some(isWrongKind));
  return issue.code === "invalid_type" || issue.code === "invalid_value";
}

/** What is allowed, for the few places where the schema leaves it to be said here. */
function expected(issue: Issue): string {
  if (issue.code === "invalid_type") return KINDS[issue.expected] ?? `a ${issue.expected}`;
  if (issue.code === "invalid_value") return listed(issue.values.map(String));
  if (issue.code === "too_small") return amount("at least", issue.minimum, issue.origin);
  if (issue.code === "too_big") return amount("at most", issue.maximum, issue.origin);
  return "another value";
}

function amount(bound: string, count: number | bigint, of: string): string {
  const unit =
    of === "array" ? (Number(count) === 1 ? " entry" : " entries") : of === "string" ? " letters" : "";
  return `${bound} ${count}${unit}`;
}

const KINDS: Readonly<Record<string, string>> = {
  object: "a map",
  record: "a map",
  array: "a list",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/** `parts.api.scale.max`, `routes[2].path`; a name with dots or blanks is quoted. */
export function dotted(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const word = String(step);
    const shown = /^[\w:-]+$/.test(word)
      ? word
      : JSON.stringify(word.length > 60 ? `${word.slice(0, 57)}...` : word);
    return text === "" ? shown : `${text}.${shown}`;
  }, "");
}

/** The value at a path of a stack file; undefined where there is none. */
export function at(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? (value as Record<PropertyKey, unknown>)[step]
        : undefined,
    raw,
  );
}
