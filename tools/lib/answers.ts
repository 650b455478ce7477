/** Asks URLs from outside, the way a client would, until each has answered or the time is over. */
import { setTimeout as wait } from "node:timers/promises";
import { Failure, messageOf } from "../../toolchain/lib/failure";
import { duration, type Step } from "../../toolchain/lib/progress";
import { ask, type Way } from "./ask";

export interface Answer {
  url: string;
  status: number;
  took: number;
}

export interface AskOptions extends Way {
  step: Step;
  seconds?: number;
}

const RETRY_MS = 250;

export async function answers(urls: string[], options: AskOptions): Promise<Answer[]> {
  const until = Date.now() + (options.seconds ?? 60) * 1000;
  return Promise.all(urls.map((url) => answerOf(url, until, options)));
}

async function answerOf(url: string, until: number, options: AskOptions): Promise<Answer> {
  const began = Date.now();
  for (;;) {
    const last = await ask({ url }, options).catch((error: unknown) => messageOf(error));
    if (typeof last !== "string" && last.status < 500 && last.status !== 404) {
      return { url, status: last.status, took: last.took };
    }
    const said = typeof last === "string" ? last : `it answered ${last.status}`;
    options.step.note(`${url}: ${said}`);
    if (Date.now() > until) {
      throw new Failure(`${url} did not answer within ${duration(Date.now() - began)}: ${said}`, {
        next: "kubectl get pods -A shows what is not ready; then run the same command again",
      });
    }
    await wait(RETRY_MS);
  }
}
