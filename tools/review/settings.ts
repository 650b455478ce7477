/** What the stack's own config says to a review: prices and waivers. Read from the engine's prelude, so as it is for the program. */
import { z } from "zod";
import type { EngineEvent } from "./events";
import type { Waiver } from "./model";
import { plainText } from "./plaintext";
import { pricesSchema, type Prices } from "./prices";
import type { Scrub } from "./scrub";

const waiver = z.looseObject({
  rule: z.string(),
  resource: z.string().default("*"),
  owner: z.string().default("nobody"),
  reason: z.string().default(""),
  expires: z.coerce.string(),
});

const DAY = 24 * 3600e3;

/** A key of the stack's config under `slipway:`, parsed; undefined when it is not there or not JSON. */
function setting(events: EngineEvent[], key: string): unknown {
  const config = events.find((event) => event.preludeEvent)?.preludeEvent?.config ?? {};
  const text = config[`slipway:${key}`];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // plain text where a structure belongs: the program's own schema says so
  }
}

export function pricesOf(events: EngineEvent[]): Prices | undefined {
  const read = pricesSchema.safeParse(setting(events, "costs"));
  return read.success ? read.data : undefined;
}

/** What the pack says of each waiver in every preview (policies/engine): those of a policy config file are only there. */
const SAID = /(?:waived|a waiver has expired): (\S+) for (.+), by (.+) until (\d{4}-\d{2}-\d{2}): ([^]*)/;

function saidWaivers(events: EngineEvent[]): z.infer<typeof waiver>[] {
  return events.flatMap(({ policyEvent }) => {
    const found = policyEvent?.policyName === "waivers" ? SAID.exec(plainText(policyEvent.message)) : null;
    if (found === null) return [];
    const [, rule = "", resource = "", owner = "", expires = "", reason = ""] = found;
    return [{ rule, resource, owner, expires, reason: reason.replace(/\. Mend the finding[^]*$/, "") }];
  });
}

/** The waivers of the stack, soonest to expire first; `today` in milliseconds. */
export function waiversOf(events: EngineEvent[], today: number, scrub: Scrub): Waiver[] {
  const said = saidWaivers(events);
  const read = z.array(waiver).safeParse(setting(events, "waivers"));
  const waivers = said.length > 0 || !read.success ? said : read.data;
  return waivers
    .map(({ rule, resource, owner, reason, expires }) => ({
      rule: scrub(rule),
      resource: scrub(resource),
      owner: scrub(owner),
      reason: scrub(reason),
      expires,
      daysLeft: Math.floor((Date.parse(`${expires.slice(0, 10)}T23:59:59Z`) - today) / DAY),
    }))
    .sort((a, b) => a.daysLeft - b.daysLeft);
}
