/** Who needs whom: every name is known, everything needed is there, nothing needs itself in a ring. */
import { STORES } from "../names";
import { nearest, type Problem } from "../problems";
import type { Settings } from "../settings";
import { type Check, partsOf, problem, repeated, unknownName } from "./check";

export const needs: Check = (settings) => [
  ...reserved(settings),
  ...partsOf(settings).flatMap(({ name, part, path }) => [
    ...part.needs.flatMap((need, index) => one(settings, name, need, `${path}.needs[${index}]`)),
    ...repeated(part.needs, (need) => need).map(({ item }) =>
      problem(`${path}.needs`, `"${item}" twice`, "each need once", "take one out"),
    ),
  ]),
  ...rings(settings),
];

function reserved({ parts, jobs }: Settings): Problem[] {
  const taken = STORES.filter((store) => store in parts).map((store) =>
    problem(`parts.${store}`, `a part named ${store}`, "any other name", "that name is the store's"),
  );
  const twice = Object.keys(jobs)
    .filter((name) => name in parts)
    .map((name) =>
      problem(`jobs.${name}`, "the name of a part", "a name no part has", `such as ${name}-job`),
    );
  return [...taken, ...twice];
}

function one(settings: Settings, name: string, need: string, path: string): Problem[] {
  if (need === "postgres" || need === "redis") {
    if (settings[need] !== undefined) return [];
    return [
      problem(
        path,
        `"${need}"`,
        `${need} where slipway:${need} is declared`,
        `declare slipway:${need}, or take the need out`,
      ),
    ];
  }
  const part = settings.parts[need];
  if (part === undefined) {
    return [
      unknownName(path, need, "postgres, redis or another part", [...STORES, ...Object.keys(settings.parts)]),
    ];
  }
  if (need === name) return [problem(path, `"${need}", the part itself`, "another part", "take it out")];
  if (part.kind !== "worker") return [];
  return [
    problem(
      path,
      `"${need}", a worker`,
      "parts with a port",
      "workers cannot be connected to; hand them jobs through redis",
    ),
  ];
}

/** Rings of needs, each once, named from its first part in the alphabet. */
function rings({ parts }: Settings): Problem[] {
  const found = new Map<string, string[]>();
  const done = new Set<string>();
  const visit = (name: string, way: string[]): void => {
    const start = way.indexOf(name);
    if (start >= 0) {
      const ring = way.slice(start);
      const first = ring.indexOf([...ring].sort()[0] ?? "");
      const turned = [...ring.slice(first), ...ring.slice(0, first)];
      if (ring.length > 1) found.set(turned.join(" "), turned);
      return;
    }
    if (done.has(name)) return;
    for (const next of parts[name]?.needs ?? []) visit(next, [...way, name]);
    done.add(name);
  };
  for (const name of Object.keys(parts)) visit(name, []);
  return [...found.values()].map((ring) =>
    problem(
      `parts.${ring[0] ?? ""}.needs`,
      `a ring: ${[...ring, ring[0]].join(" -> ")}`,
      "needs without a ring",
      "let one of them call through its route, or hand over jobs",
    ),
  );
}

/** Jobs: whose they are, and when they run. */
export const jobs: Check = (settings) =>
  Object.entries(settings.jobs).flatMap(([name, job]) => {
    const path = `jobs.${name}`;
    const found: Problem[] = [];
    if (!(job.part in settings.parts))
      found.push(unknownName(`${path}.part`, job.part, "a part", Object.keys(settings.parts)));
    if (job.every !== undefined && job.once === true) {
      found.push(problem(path, "both every and once", "one of them", "take one out"));
    } else if (job.every === undefined && job.once !== true) {
      found.push(problem(path, "neither every nor once", "one of them", "write every: daily, or once: true"));
    }
    if (job.every !== undefined && job.overlap === "skip" && job.timeout.value > job.every.longestGap) {
      found.push(
        problem(
          `${path}.timeout`,
          job.timeout.text,
          `at most the time between two runs (${job.every.text})`,
          "lower it, or set overlap: allow",
        ),
      );
    }
    return found;
  });

/** A key of `env` that looks like a mistyped secret's name is no business of ours; one of `secrets` is. */
export function missingSecret(settings: Settings, path: string, name: string): Problem[] {
  if (name in settings.secrets) return [];
  const guess = nearest(name, Object.keys(settings.secrets));
  const remedy =
    guess === undefined
      ? `run: pulumi config set --secret --path 'slipway:secrets.${name}'`
      : `did you mean "${guess}"?`;
  return [problem(path, `"${name}"`, "the name of an entry in secrets", remedy)];
}
