/** One resource's change, from the steps the engine plans for it. */
import type { ResourceState, StepMetadata } from "./events";
import { differences, type Difference } from "./leaves";
import { dangerOf } from "./danger";
import { factsOf } from "./facts";
import type { Change, Leaf, Op } from "./model";
import { isNoise } from "./noise";
import { hides, withoutHashEnd, type Scrub } from "./scrub";
import { changedLines, innerDifferences, short, shortPair } from "./text";
import { kindOf, nameOf } from "./urn";
import { isObject, isSecret, SECRET_SHOWN, show, type Properties } from "./values";

const HASH_SHOWN = "[hash]";

/** What the engine calls its steps, in a reviewer's words; undefined for steps that change nothing. */
export function opOf(step: string): Op | undefined {
  if (step.includes("replace")) return step === "remove-pending-replace" ? undefined : "replace";
  if (step === "create" || step === "update" || step === "delete") return step;
  if (step === "import") return "import";
  if (step === "discard") return undefined;
  return undefined;
}

/** From the step that tells most of a resource to the one that tells least. */
const TELLING = [
  "replace",
  "create-replacement",
  "import-replacement",
  "delete-replaced",
  "create",
  "import",
  "update",
  "same",
  "delete",
];

/** The one of several steps of a resource to read it by. */
export function mainStep(steps: StepMetadata[]): StepMetadata | undefined {
  const rank = ({ op }: StepMetadata) => (TELLING.includes(op) ? TELLING.indexOf(op) : TELLING.length);
  return [...steps].sort((a, b) => rank(a) - rank(b))[0];
}

export function changeOf(steps: StepMetadata[], component: string, scrub: Scrub): Change | undefined {
  const step = mainStep(steps);
  const op = step === undefined ? undefined : opOf(step.op);
  if (step === undefined || op === undefined) return undefined;
  const old = step.old ?? undefined;
  const now = step.new ?? undefined;
  const reasons = reasonsOf(steps);
  const compared =
    op === "update" || op === "replace" ? leavesOf(step, reasons, scrub) : { leaves: [], noise: 0 };
  const physical = physicalOf(now ?? old);
  const name = scrub(nameOf(step.urn));
  const because = [...new Set(compared.leaves.filter((leaf) => leaf.forces).map((leaf) => leaf.path))];
  const danger = dangerOf({
    change: { op, type: step.type, name },
    old,
    because: because.length > 0 ? because : [...reasons].map(scrub),
  });
  return {
    urn: scrub(step.urn),
    op,
    type: scrub(step.type),
    kind: scrub(kindOf(step.type)),
    name,
    ...(physical === undefined || physical === name ? {} : { physical: scrub(physical) }),
    component: scrub(component),
    ...compared,
    facts: op === "create" || op === "import" ? factsOf(step.type, now?.inputs ?? {}).map(scrub) : [],
    ...(danger === undefined ? {} : { danger }),
  };
}

/** The properties that force a replacement, by the engine's paths. */
function reasonsOf(steps: StepMetadata[]): Set<string> {
  const reasons = new Set<string>();
  for (const step of steps) {
    for (const [path, { diffKind }] of Object.entries(step.detailedDiff ?? {})) {
      if (diffKind.endsWith("-replace")) reasons.add(path);
    }
  }
  if (reasons.size > 0) return reasons;
  // Providers that give no detail name the whole properties.
  return new Set(steps.flatMap((step) => step.keys));
}

function leavesOf(step: StepMetadata, reasons: Set<string>, scrub: Scrub): { leaves: Leaf[]; noise: number } {
  const before = step.old?.inputs ?? {};
  const after = step.new?.inputs ?? {};
  const found = [...differences(before, after), ...maskedDifferences(step)];
  const leaves: Leaf[] = [];
  let noise = 0;
  for (const difference of found) {
    const forces = [...reasons].some(
      (reason) => covers(reason, difference.place) || covers(difference.place, reason),
    );
    if (isNoise(difference.path) && !forces) noise++;
    else leaves.push(...leafOf(step.type, difference, forces, scrub));
  }
  for (const reason of reasons) {
    // A reason the inputs do not show: the provider compared with the real object, or the value is secret.
    const shown = found.some(
      (difference) => covers(reason, difference.place) || covers(difference.place, reason),
    );
    if (!shown) leaves.push({ path: scrub(reason), forces: true });
  }
  return { leaves, noise };
}

/** Secrets are masked on both sides; that one changed only the engine's own diff tells. */
function maskedDifferences(step: StepMetadata): Difference[] {
  const paths = step.detailedDiff
    ? Object.keys(step.detailedDiff)
    : [...new Set([...step.diffs, ...step.keys])];
  const masked: Difference[] = [];
  for (const path of paths) {
    const [before, after] = [lookUp(step.old?.inputs, path), lookUp(step.new?.inputs, path)];
    if (isSecret(before) && isSecret(after)) masked.push({ path, place: path, before, after });
  }
  return masked;
}

/** What stands at an engine's path: `a.b[0]["c.d"]`. */
function lookUp(value: Properties | undefined, path: string): unknown {
  let current: unknown = value;
  for (const [, name, index, quoted] of path.matchAll(
    /([^.[\]"]+)(?![^[]*"\])|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g,
  )) {
    if (isSecret(current)) return current;
    if (Array.isArray(current)) current = (current as unknown[])[Number(index)];
    else if (isObject(current)) current = current[quoted ?? name ?? index ?? ""];
    else return undefined;
  }
  return current;
}

/** Whether a path is another one, or lies above it. */
const covers = (above: string, path: string) =>
  path === above || (path.startsWith(above) && /^[.[]/.test(path.slice(above.length)));

function leafOf(type: string, difference: Difference, forces: boolean, scrub: Scrub): Leaf[] {
  const { before, after } = difference;
  const path = scrub(difference.path);
  const hidden = hides(type, difference.path, after) ?? hides(type, difference.path, before);
  if (hidden !== undefined) {
    const word = hidden === "secret" ? SECRET_SHOWN : HASH_SHOWN;
    return [
      {
        path,
        ...(before === undefined ? {} : { before: word }),
        ...(after === undefined ? {} : { after: word }),
        forces,
      },
    ];
  }
  const inner = innerDifferences(before, after);
  if (inner !== undefined) {
    return inner
      .filter((one) => !isNoise(one.path))
      .flatMap((one) => leafOf(type, { ...one, path: `${difference.path} › ${one.path}` }, forces, scrub));
  }
  const lines = changedLines(before, after);
  if (lines !== undefined && before !== undefined && after !== undefined) {
    return [{ path, lines: scrub(lines.join("\n")).split("\n"), forces }];
  }
  // Scrubbed before anything is shortened: half a secret would be found by nobody.
  const ofSecret = /secret/i.test(path) || isSecretKind(type);
  const clean: Scrub = ofSecret ? (text) => withoutHashEnd(scrub(text)) : scrub;
  const pair = shortPair(scrubbed(before, clean), scrubbed(after, clean));
  return [{ path, ...pair, forces }];
}

const scrubbed = (value: unknown, scrub: Scrub): unknown =>
  typeof value === "string" ? scrub(value) : value === undefined ? undefined : scrub(show(value));

/** Leaves of a value alone, for outputs that come or go. */
export function outputLeaves(before: Properties, after: Properties, scrub: Scrub): Leaf[] {
  return differences(before, after).flatMap((one) => leafOf("pulumi:pulumi:Stack", one, false, scrub));
}

const isSecretKind = (type: string) => type === "kubernetes:core/v1:Secret";

/** `namespace/name` of a Kubernetes object, the name of anything else; undefined when not known. */
function physicalOf(state: ResourceState | undefined): string | undefined {
  const metadata = state?.inputs.metadata;
  if (isObject(metadata) && typeof metadata.name === "string") {
    const namespace = typeof metadata.namespace === "string" ? `${metadata.namespace}/` : "";
    const name = isSecretKind(state?.type ?? "") ? withoutHashEnd(metadata.name) : metadata.name;
    return short(`${namespace}${show(name)}`);
  }
  const name = state?.inputs.name;
  return typeof name === "string" ? short(show(name)) : undefined;
}
