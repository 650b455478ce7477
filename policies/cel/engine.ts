/** CEL in this process: each expression is planned once, when it is first needed. */
import { celEnv, isCelError, plan, type CelError, type CelMap, type CelValue } from "@bufbuild/cel";
import { strings } from "@bufbuild/cel/ext";
import { parsed } from "./parsed";
import { LazyMap, toCel, unknownIn } from "./values";

export type Outcome = { value: CelValue } | { unknown: string } | { error: string };

type Program = (bindings: Record<string, CelValue | CelError>) => CelValue | CelError;

/**
 * The library compiles a pattern anew for every `matches`, which took most of the time of a run. The rules' patterns keep to
 * what RE2 and JavaScript read alike (tests compare them on the API server), so each is compiled once, by JavaScript.
 */
const patterns = new Map<string, RegExp>();
const regularExpressions = {
  compile(pattern: string): RegExp {
    let compiled = patterns.get(pattern);
    if (compiled === undefined) patterns.set(pattern, (compiled = new RegExp(pattern)));
    return compiled;
  },
};

const environment = celEnv({ funcs: strings, re2: regularExpressions });
const programs = new Map<string, Program>();

/** What evaluates a text, planned once. */
export function program(text: string): Program {
  let known = programs.get(text);
  if (known === undefined) {
    known = plan(environment, parsed(text)) as Program;
    programs.set(text, known);
  }
  return known;
}

/** One object and the variables of a rule, ready for the rule's expressions. */
export class Subject {
  readonly #bindings: Record<string, CelValue | CelError>;

  constructor(object: unknown, variables: Readonly<Record<string, string>>) {
    const lazy = new LazyMap(
      new Map(Object.entries(variables).map(([name, text]) => [name, () => program(text)(this.#bindings)])),
    );
    this.#bindings = {
      object: toCel(object, "") ?? null,
      variables: lazy as unknown as CelMap,
    };
  }

  /** Evaluates; `c` is the element a validation looks at. */
  evaluate(text: string, c?: { value: unknown; path: string }): Outcome {
    const bindings =
      c === undefined ? this.#bindings : { ...this.#bindings, c: toCel(c.value, c.path) ?? null };
    const value = program(text)(bindings);
    if (!isCelError(value)) return { value };
    const unknown = unknownIn(value);
    return unknown === undefined ? { error: value.message } : { unknown };
  }
}
