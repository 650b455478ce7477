/** Asks URLs from outside, the way a client would, until each has answered or the time is over. */
import { request } from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import { Failure, messageOf } from "../../toolchain/lib/failure";
import { duration, type Step } from "../../toolchain/lib/progress";

export interface Answer {
  url: string;
  status: number;
  took: number;
}

export interface AskOptions {
  step: Step;
  /** Connects here instead of to what the name resolves to. */
  through?: string;
  /** Trusts this authority besides the usual ones. */
  authority?: string;
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
    const last = await ask(url, options).catch((error: unknown) => messageOf(error));
    if (typeof last !== "string" && last.status < 500 && last.status !== 404) return last;
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

function ask(url: string, { through, authority }: AskOptions): Promise<Answer> {
  const { hostname, port, pathname } = new URL(url);
  const began = Date.now();
  return new Promise((done, fail) => {
    const asked = request(
      {
        host: through ?? hostname,
        port: port === "" ? 443 : Number(port),
        path: pathname,
        servername: hostname,
        headers: { host: hostname },
        timeout: 5_000,
        agent: false,
        ...(authority === undefined ? {} : { ca: authority }),
      },
      (response) => {
        response.resume();
        response.on("end", () => done({ url, status: response.statusCode ?? 0, took: Date.now() - began }));
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("no answer within 5 s")));
    asked.on("error", fail);
    asked.end();
  });
}
