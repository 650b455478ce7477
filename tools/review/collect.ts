/** One stack's review, from the engine's events: the only place that reads both. */
import { advice } from "./advice";
import { changeOf, mainStep, outputLeaves } from "./change";
import { byDanger } from "./danger";
import type { EngineEvent, StepMetadata } from "./events";
import { footprint } from "./footprint";
import { imageChanges } from "./images";
import type { Change, Leaf, Problem, StackReview } from "./model";
import { partsByUrn } from "./parts";
import { plainText, withoutFrames } from "./plaintext";
import { judgement } from "./policy";
import { markRenames } from "./renames";
import { scrubber, textsIn, type Scrub } from "./scrub";
import { pricesOf, waiversOf } from "./settings";
import { isProvider, isStack, kindOf, nameOf } from "./urn";

export interface Source {
  project: string;
  stack: string;
  events: EngineEvent[];
  /** Decrypted secrets of the stack: looked for in everything that is shown. */
  secrets?: Iterable<string>;
  /** Where the program lies: taken out of paths in messages. */
  folder?: string;
  /** Why it was not compared with the real state. */
  unchecked?: string;
  /** Milliseconds the preview took, when the engine did not live to say it. */
  took?: number;
  /** What the engine wrote to standard error, for failures before its first event. */
  stderr?: string;
  /** Its exit code. */
  code?: number;
}

export function review(source: Source): StackReview {
  const { events } = source;
  const byUrn = stepsByUrn(events);
  const scrub = scrubber(source.secrets ?? [], publicWords(byUrn.keys(), source));
  const partOf = partsByUrn(byUrn);
  const steps = [...byUrn.values()].map(mainStep).filter((step) => step !== undefined);
  const changes = [...byUrn.entries()]
    .filter(([, list]) =>
      list.every((step) => isCustom(step) && !isStack(step.type) && !isProvider(step.type)),
    )
    .map(([urn, list]) => changeOf(list, partOf(urn), scrub))
    .filter((change) => change !== undefined)
    .filter((change) => !isEmptyUpdate(change));
  markRenames(changes);
  changes.sort(byDanger);
  const judged = judgement(events, scrub);
  const summary = events.find((event) => event.summaryEvent)?.summaryEvent;
  const outputs = outputsOf(byUrn, scrub);
  const problems = problemsOf(source, scrub);
  const base = { ...judged, changes, outputs, problems };
  const asked = footprint(steps, pricesOf(events));
  const outcome = outcomeOf(base, source, summary?.result);
  const errors = problems.filter(({ severity }) => severity === "error").map(({ message }) => message);
  return {
    project: source.project,
    stack: source.stack,
    outcome,
    ...(outcome === "failed" ? { next: advice(source.stack, errors) } : {}),
    ...(source.unchecked === undefined ? {} : { unchecked: source.unchecked }),
    seconds: summary?.durationSeconds ?? Math.round((source.took ?? 0) / 1000),
    same: steps.filter((step) => step.op === "same" && isCustom(step) && !isProvider(step.type)).length,
    waivers: waiversOf(events, 1000 * (events[0]?.timestamp ?? Date.now() / 1000), scrub),
    images: imageChanges(steps.filter((step) => step.op !== "same")).map((image) => scrubDeep(image, scrub)),
    ...(asked === undefined ? {} : { footprint: scrubDeep(asked, scrub) }),
    ...base,
  };
}

function stepsByUrn(events: EngineEvent[]): Map<string, StepMetadata[]> {
  const found = new Map<string, StepMetadata[]>();
  for (const event of events) {
    const step = (event.resourcePreEvent ?? event.resOutputsEvent)?.metadata;
    if (step === undefined) continue;
    const known = found.get(step.urn) ?? [];
    // The second event of a step knows its outputs: it replaces the first.
    found.set(step.urn, [...known.filter((one) => one.op !== step.op), step]);
  }
  return found;
}

const isCustom = (step: StepMetadata) => (step.new ?? step.old)?.custom === true;

/** An update in which nothing differs but what changes by itself. */
const isEmptyUpdate = (change: Change) =>
  change.op === "update" && change.leaves.length === 0 && change.noise > 0;

/** Names in URNs are public: they can be masked by nobody's secret. */
function publicWords(urns: Iterable<string>, { project, stack }: Source): Set<string> {
  const words = new Set([project, stack]);
  for (const urn of urns) for (const word of urn.split(/[^\w.-]+/)) words.add(word);
  for (const urn of urns) words.add(nameOf(urn));
  return words;
}

function outputsOf(byUrn: Map<string, StepMetadata[]>, scrub: Scrub): Leaf[] {
  const step = [...byUrn.values()].flat().find((one) => isStack(one.type) && one.new !== null);
  return outputLeaves(step?.old?.outputs ?? {}, step?.new?.outputs ?? {}, scrub);
}

function problemsOf({ events, folder, stderr, code }: Source, scrub: Scrub): Problem[] {
  const problems = new Map<string, Problem>();
  for (const { diagnosticEvent: said, errorEvent } of events) {
    const severity = errorEvent !== undefined || said?.severity === "error" ? "error" : "warning";
    if (severity === "warning" && said?.severity !== "warning") continue;
    if (said?.ephemeral === true) continue;
    const message = scrub(
      withoutFrames(plainText(said?.message ?? errorEvent?.error ?? ""), folder ?? process.cwd()),
    );
    if (message === "") continue;
    const resource = said?.urn === undefined || said.urn === "" ? undefined : scrub(labelOf(said.urn));
    problems.set(`${resource} ${message}`, {
      severity,
      ...(resource === undefined ? {} : { resource }),
      message,
    });
  }
  // The engine's own last word after a violation adds nothing to the findings.
  if (events.some(isViolation))
    for (const [key, one] of problems) if (LAST_WORD.test(one.message)) problems.delete(key);
  const errors = [...problems.values()].filter(({ severity }) => severity === "error");
  if (errors.length === 0 && code !== undefined && code !== 0 && !events.some((event) => event.policyEvent)) {
    const said = scrub(withoutFrames(plainText(stderr ?? ""), folder ?? process.cwd()));
    problems.set("engine", {
      severity: "error",
      message: said === "" ? `the engine ended with exit code ${code} and said nothing` : said,
    });
  }
  return [...problems.values()].sort((a, b) =>
    a.severity === b.severity ? 0 : a.severity === "error" ? -1 : 1,
  );
}

const LAST_WORD = /^(preview|update) failed$/;
const isViolation = ({ policyEvent }: EngineEvent) =>
  policyEvent?.enforcementLevel === "mandatory" || policyEvent?.enforcementLevel === "remediate";

function labelOf(urn: string): string {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  return isStack(type) ? "the program" : `${kindOf(type)} ${nameOf(urn)}`;
}

function outcomeOf(
  {
    findings,
    problems,
    changes,
    outputs,
  }: Pick<StackReview, "findings" | "problems" | "changes" | "outputs">,
  { code }: Source,
  result: string | undefined,
): StackReview["outcome"] {
  if (problems.some(({ severity }) => severity === "error")) return "failed";
  if (findings.some(({ level }) => level === "mandatory")) return "violated";
  if ((code !== undefined && code !== 0) || (result !== undefined && result !== "succeeded")) return "failed";
  return changes.length + outputs.length > 0 ? "changed" : "unchanged";
}

/** Every text in a value, scrubbed. */
function scrubDeep<T>(value: T, scrub: Scrub): T {
  if (textsIn(value).every((text) => scrub(text) === text)) return value;
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) =>
    typeof inner === "string" ? scrub(inner) : inner,
  ) as T;
}
