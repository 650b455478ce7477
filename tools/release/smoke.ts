/** The smoke test: asks all that must answer, from outside, and says of each whether it did. */
import { setTimeout as wait } from "node:timers/promises";
import { Failure, messageOf } from "../../toolchain/lib/failure";
import type { Step } from "../../toolchain/lib/progress";
import { ask, type Heard, type Way } from "../lib/ask";
import type { Check, Expectation } from "./checks";

export interface Verdict {
  name: string;
  ok: boolean;
  status?: number;
  /** Milliseconds of the answer that counted. */
  took?: number;
  /** What was wrong, or why it was not asked. */
  why?: string;
  /** It was not asked, or only the gateway answered: a password is wanted. */
  unproven?: true;
}

export interface SmokeOptions extends Way {
  step: Step;
  signal?: AbortSignal;
  /** Milliseconds for which an answer that is not right is asked for again: routes take a moment to be known everywhere. */
  patience?: number;
}

const PATIENCE = 15_000;
const PAUSE = 500;
/** What gateways say while they learn where a part is; a part says them too, and then says them again. */
const PASSING = new Set([404, 429, 502, 503, 504]);

export async function smoke(checks: readonly Check[], options: SmokeOptions): Promise<Verdict[]> {
  const until = Date.now() + (options.patience ?? PATIENCE);
  return Promise.all(checks.map((check) => verdictOf(check, until, options)));
}

async function verdictOf(check: Check, until: number, options: SmokeOptions): Promise<Verdict> {
  const { name, question } = check;
  if (question === undefined) return { name, ok: true, unproven: true, why: check.why ?? "not asked" };
  for (;;) {
    const heard = await ask(question, options).catch((error: unknown) => messageOf(error));
    const why = typeof heard === "string" ? heard : wrong(heard, check.expect);
    const seen = typeof heard === "string" ? {} : { status: heard.status, took: heard.took };
    if (typeof heard !== "string" && check.closed && (heard.status === 401 || heard.status === 403)) {
      return {
        name,
        ok: true,
        ...seen,
        unproven: true,
        why: "strangers are not let in there: the gateway answers",
      };
    }
    if (why === undefined) return { name, ok: true, ...seen };
    options.step.note(`${name}: ${why}`);
    // What is not safe to ask twice is asked again only when it was not heard.
    const again = typeof heard === "string" || isSafe(question.method) || PASSING.has(heard.status);
    if (!again || Date.now() > until || options.signal?.aborted === true)
      return { name, ok: false, ...seen, why };
    await wait(PAUSE);
  }
}

const isSafe = (method = "GET") => method === "GET" || method === "HEAD";

/** What is wrong with an answer; undefined when nothing is. */
export function wrong(heard: Heard, expect: Expectation): string | undefined {
  const { status, headers, text } = heard;
  switch (expect.kind) {
    case "redirect": {
      const to = headers.location;
      if (status < 300 || status > 399) return `it answered ${status}, not a redirect`;
      const right = expect.to === undefined || to === expect.to || to?.startsWith(`${expect.to}/`) === true;
      return right ? undefined : `it redirects to ${to ?? "nowhere"}, not to ${expect.to ?? ""}`;
    }
    case "healthy":
      return status >= 200 && status < 400 ? undefined : `it answered ${status}`;
    case "served":
      if (status >= 500 || status === 429) return `it answered ${status}`;
      // Every route sets a Referrer-Policy; the gateway's own 404, for what it knows no route of, has none.
      return status === 404 && headers["referrer-policy"] === undefined
        ? "the gateway knows no such route (404)"
        : undefined;
    case "said":
      if (status !== expect.status) return `it answered ${status}, not ${expect.status}`;
      return expect.contains === undefined || text.includes(expect.contains)
        ? undefined
        : `its answer does not contain ${JSON.stringify(expect.contains)}`;
  }
}

/** Lines for people: what failed first, then what was not proven, then how much is well. */
export function smokeLines(verdicts: readonly Verdict[]): string[] {
  const failed = verdicts.filter(({ ok }) => !ok);
  const unproven = verdicts.filter(({ ok, unproven }) => ok && unproven === true);
  const well = verdicts.length - failed.length - unproven.length;
  return [
    ...failed.map(({ name, why }) => `✘ ${name}: ${why ?? "failed"}`),
    ...unproven.map(
      ({ name, why, status }) => `– ${name}: ${status === undefined ? "" : `${status}, `}${why ?? ""}`,
    ),
    `${well} of ${verdicts.length} answer as they must`,
  ];
}

export function smokeFailure(stack: string, verdicts: readonly Verdict[]): Failure | undefined {
  const failed = verdicts.filter(({ ok }) => !ok);
  if (failed.length === 0) return undefined;
  return new Failure(
    `the smoke test of ${stack} failed: ${failed.length} of ${verdicts.length} do not answer as they must`,
    {
      details: smokeLines(verdicts).slice(0, failed.length),
      next: `ask again: ./slipway smoke ${stack}; what the parts say: kubectl logs`,
    },
  );
}
