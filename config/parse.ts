/** From what a stack file says to what the program works with, or to all that is wrong with it at once. */
import { type Known, NO_MESSAGE, problemsOf } from "./issues";
import { elsewhere, keysAt } from "./keys";
import { trusted, without } from "./partial";
import { type Problem, Problems, sortProblems } from "./problems";
import { runChecks } from "./checks";
import { stack } from "./schema/stack";
import { finish, type Settings } from "./settings";

export interface ParseOptions {
  /** What to call the file in messages: `Pulumi.production.yaml`. */
  readonly where: string;
  /** Line of a path, where the text is at hand. */
  readonly lineOf?: (path: readonly PropertyKey[]) => number | undefined;
}

/** Reads settings: keys without `slipway:`, secrets as `{secure: …}`. Throws Problems with everything that is wrong. */
export function parseSettings(unsorted: unknown, options: ParseOptions): Settings {
  // The engine hands maps over sorted, a file has them as written: sorted, both give the same settings.
  const raw = sorted(unsorted);
  const parsed = stack.safeParse(raw, NO_MESSAGE);
  if (parsed.success) {
    const settings = finish(parsed.data);
    const problems = runChecks(settings);
    if (problems.length === 0) return settings;
    return refuse(problems, options);
  }
  const known: Known = {
    keys: (path) => keysAt(stack, path, raw),
    elsewhere: (path, key) => elsewhere(stack, path, raw, key),
  };
  const wrong = problemsOf(parsed.error.issues, raw, known);
  return refuse([...wrong, ...checksOfTheRest(raw, wrong)], options);
}

/** What the checks say of all that is right by itself. */
function checksOfTheRest(raw: unknown, wrong: readonly Problem[]): Problem[] {
  if (typeof raw !== "object" || raw === null) return [];
  const right = without(
    raw,
    wrong.map(({ path }) => steps(path)),
  );
  // Whatever the product is called, the rest can be checked.
  const rest = stack.safeParse({ product: "product", ...(right as object) }, NO_MESSAGE);
  return rest.success ? trusted(runChecks(finish(rest.data)), wrong) : [];
}

function refuse(problems: readonly Problem[], options: ParseOptions): never {
  throw new Problems(options.where, sortProblems(problems.map((problem) => withLine(problem, options))));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, below]) => [key, sorted(below)]));
}

function withLine(problem: Problem, options: ParseOptions): Problem {
  if (problem.line !== undefined || options.lineOf === undefined) return problem;
  return { ...problem, line: options.lineOf(steps(problem.path)) };
}

/** `routes[2].path` back into its steps. */
export function steps(path: string): PropertyKey[] {
  const found = path.matchAll(/\[(\d+)\]|"((?:[^"\\]|\\.)*)"|([^.[\]"]+)/g);
  return [...found].map(([, index, quoted, word]) =>
    index !== undefined
      ? Number(index)
      : quoted !== undefined
        ? (JSON.parse(`"${quoted}"`) as string)
        : (word ?? ""),
  );
}
