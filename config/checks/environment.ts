/** Environment variables and secrets of each part: no name twice, none of ours, nothing secret in clear. */
import { factsOf } from "../facts";
import { shapeOfSecret, soundsSecret } from "../secret-shapes";
import type { Problem } from "../problems";
import type { PartSettings, Settings } from "../settings";
import { type Check, partsOf, problem, unknownName } from "./check";
import { missingSecret } from "./needs";

export const environment: Check = (settings) => [
  ...clear("env", settings.env),
  ...partsOf(settings).flatMap(({ part, path }) => [
    ...clear(`${path}.env`, part.env),
    ...clear(`${path}.build.args`, part.build?.args ?? {}),
    ...wordsInClear(`${path}.command`, part.command),
    ...wordsInClear(`${path}.args`, part.args),
    ...wordsInClear(`${path}.migrate.command`, part.migrate?.command),
    ...names(settings, part, path),
    ...asked(settings, part, path),
  ]),
  ...Object.entries(settings.jobs).flatMap(([name, job]) => [
    ...clear(`jobs.${name}.env`, job.env),
    ...wordsInClear(`jobs.${name}.command`, job.command),
  ]),
];

/** Variables a part gets from elsewhere in the stack file, each with where it comes from. */
export function derivedNames(settings: Settings, part: PartSettings): ReadonlyMap<string, string> {
  const derived = new Map<string, string>();
  if (part.needs.includes("postgres")) {
    for (const name of ["DATABASE_URL", "DATABASE_READ_URL", "PGSSLROOTCERT"])
      derived.set(name, "needs: [postgres]");
  }
  if (part.needs.includes("redis")) derived.set("REDIS_URL", "needs: [redis]");
  for (const need of part.needs.filter((name) => name in settings.parts)) {
    derived.set(`${need.toUpperCase().replaceAll("-", "_")}_URL`, `needs: [${need}]`);
  }
  if (settings.sentry !== undefined && part.sentry !== false) {
    for (const name of ["DSN", "ENVIRONMENT", "RELEASE", "TRACES_SAMPLE_RATE"])
      derived.set(`SENTRY_${name}`, "sentry");
  }
  if (settings.otel !== undefined) {
    const otel = [
      "EXPORTER_OTLP_ENDPOINT",
      "EXPORTER_OTLP_HEADERS",
      "SERVICE_NAME",
      "RESOURCE_ATTRIBUTES",
      "TRACES_SAMPLER",
      "TRACES_SAMPLER_ARG",
    ];
    for (const name of otel) derived.set(`OTEL_${name}`, "otel");
  }
  return derived;
}

/** What is asked of needs: of one the part has, and something it can say. */
function asked(settings: Settings, part: PartSettings, path: string): Problem[] {
  return Object.entries(part.from).flatMap(([variable, { need, fact }]): Problem[] => {
    const where = `${path}.from.${variable}`;
    if (!part.needs.includes(need)) {
      return [unknownName(where, need, `one of ${path}.needs`, part.needs, `add ${need} to ${path}.needs`)];
    }
    const known = factsOf(settings, need);
    if (!known.includes(fact)) return [unknownName(where, fact, `what ${need} can say`, known)];
    const twice = [
      [part.env, `${path}.env`],
      [settings.env, "env"],
      [part.secrets, `${path}.secrets`],
    ] as const;
    const other = twice.find(([record]) => variable in record)?.[1];
    if (other === undefined) return [];
    return [problem(where, `${variable}, which ${other} also sets`, "each variable once", "take one out")];
  });
}

function names(settings: Settings, part: PartSettings, path: string): Problem[] {
  const derived = derivedNames(settings, part);
  const found: Problem[] = [];
  for (const [variable, secret] of Object.entries(part.secrets)) {
    found.push(...missingSecret(settings, `${path}.secrets`, secret));
    if (variable in part.env || variable in settings.env) {
      const where = variable in part.env ? `${path}.env` : "env";
      found.push(
        problem(
          `${path}.secrets`,
          `${variable}, which ${where} also sets`,
          "each variable once",
          "take one out",
        ),
      );
    }
  }
  const said = new Map<string, string>([
    ...Object.keys(settings.env).map((name): [string, string] => [name, "env"]),
    ...Object.keys(part.env).map((name): [string, string] => [name, `${path}.env`]),
    ...Object.keys(part.secrets).map((name): [string, string] => [name, `${path}.secrets`]),
    ...Object.keys(part.from).map((name): [string, string] => [name, `${path}.from`]),
  ]);
  for (const [variable, where] of said) {
    const source = derived.get(variable);
    if (source === undefined) continue;
    found.push(
      problem(
        `${where}.${variable}`,
        `${variable}, which ${where === "env" ? "parts get" : `${path} gets`} from ${source}`,
        "names that Slipway does not set",
        "take it out, or read another variable",
      ),
    );
  }
  return found;
}

function clear(path: string, values: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const shape = shapeOfSecret(value);
    if (shape === undefined && !(soundsSecret(name) && value !== "")) return [];
    return [
      problem(
        `${path}.${name}`,
        shape ?? "what its name says is a secret, in clear",
        "plain values",
        remedyFor(name),
      ),
    ];
  });
}

function wordsInClear(path: string, words: readonly string[] | undefined): Problem[] {
  return (words ?? []).flatMap((word, index) => {
    const shape = shapeOfSecret(word);
    return shape === undefined
      ? []
      : [problem(`${path}[${index}]`, shape, "plain values", "give it as a secret, and read the variable")];
  });
}

function remedyFor(name: string): string {
  const secret = name.toUpperCase();
  return `run: pulumi config set --secret --path 'slipway:secrets.${secret}', and list it in the part's secrets`;
}
