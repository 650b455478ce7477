/** What the policy packs found, and what they could not judge, from the engine's events. */
import type { EngineEvent, PolicyEvent } from "./events";
import type { Finding, NotEvaluated } from "./model";
import type { Scrub } from "./scrub";
import { plainText } from "./plaintext";
import { isStack, kindOf, nameOf } from "./urn";

/** What the SDK says when a rule meets an unknown value, and what Slipway's own pack says. */
const NOT_EVALUATED = /can't run policy '[^']*'|not evaluated/i;
const UNKNOWN_PROPERTY = /^(\S+): not evaluated|(?:property|path) '?([^'\n]+?)'? (?:is|was|has)/i;
/** A waiver that holds is no finding: it stands in its own list. */
const HOLDS = /(^|\n)waived: /;

export interface Judgement {
  packs: { name: string; version: string }[];
  findings: Finding[];
  notEvaluated: NotEvaluated[];
}

export function judgement(events: EngineEvent[], scrub: Scrub): Judgement {
  const packs = events.find((event) => event.summaryEvent)?.summaryEvent?.PolicyPacks ?? {};
  const findings = new Map<string, Finding>();
  const notEvaluated = new Map<string, NotEvaluated>();
  for (const { policyEvent } of events) {
    if (policyEvent === undefined) continue;
    const message = scrub(plainText(policyEvent.message));
    const about = {
      rule: policyEvent.policyName,
      pack: policyEvent.policyPackName,
      ...resourceOf(policyEvent, scrub),
    };
    // The engine says some twice: once for each analysis of the same resource.
    const key = JSON.stringify([about, message]);
    if (NOT_EVALUATED.test(message)) notEvaluated.set(key, { ...about, why: whyNot(message) });
    else if (!(policyEvent.policyName === "waivers" && HOLDS.test(message)))
      findings.set(key, { ...about, ...levelOf(policyEvent), message });
  }
  return {
    packs: Object.entries(packs).map(([name, version]) => ({ name, version: version.replace(/^v/, "") })),
    findings: [...findings.values()].sort(byWeight),
    notEvaluated: [...notEvaluated.values()],
  };
}

function resourceOf({ resourceUrn }: PolicyEvent, scrub: Scrub): { resource?: string } {
  if (resourceUrn === undefined || resourceUrn === "") return {};
  const type = resourceUrn.split("::")[2]?.split("$").at(-1) ?? "";
  return isStack(type) ? {} : { resource: scrub(`${kindOf(type)} ${nameOf(resourceUrn)}`) };
}

function levelOf({ enforcementLevel, severity }: PolicyEvent): Pick<Finding, "level" | "severity"> {
  return {
    level: enforcementLevel === "mandatory" || enforcementLevel === "remediate" ? "mandatory" : "advisory",
    ...(severity === undefined || severity === "" ? {} : { severity }),
  };
}

/** The property that is not known, when the message names it; otherwise the message. */
function whyNot(message: string): string {
  const line = message.split("\n").find((text) => NOT_EVALUATED.test(text)) ?? message;
  const found = UNKNOWN_PROPERTY.exec(line);
  return found?.[1] ?? found?.[2] ?? line.replace(/^.*during preview: /, "");
}

const SEVERITIES = ["critical", "high", "medium", "low"];

function byWeight(a: Finding, b: Finding): number {
  const level = Number(a.level === "advisory") - Number(b.level === "advisory");
  const rank = (finding: Finding) => {
    const place = SEVERITIES.indexOf(finding.severity ?? "");
    return place < 0 ? SEVERITIES.length : place;
  };
  const texts = (finding: Finding) => `${finding.rule} ${finding.resource ?? ""} ${finding.message}`;
  return level || rank(a) - rank(b) || (texts(a) < texts(b) ? -1 : 1);
}
