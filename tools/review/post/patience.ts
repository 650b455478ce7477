/**
 * GitBeaker's requests, made so that limits are respected: a `429` waits as long as GitLab says, GitLab's own faults and broken connections
 * are repeated. Its own handler knows 429 and 502 only, and waits no matter what the answer says.
 */
import { GitbeakerRequestError } from "@gitbeaker/rest";
import { createRequesterFn } from "@gitbeaker/requester-utils";
import { setTimeout as sleep } from "node:timers/promises";

const MOST_RETRIES = 4;
/** A longer wait than this, in seconds, is told to a person instead. */
const LONGEST_WAIT = 15 * 60;

interface Request {
  prefixUrl?: string;
  searchParams?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

/** `base`: what the first repetition waits, in milliseconds; each next one twice as long. */
export function patientRequester(base: number, onWait: (text: string) => void) {
  return createRequesterFn(
    (_service, request) => Promise.resolve(request),
    async (endpoint, options) => {
      for (let attempt = 0; ; attempt++) {
        const last = attempt === MOST_RETRIES;
        const answer = await ask(endpoint, (options ?? {}) as Request).catch((thrown: unknown) => {
          if (last) throw thrown;
          return undefined;
        });
        if (answer?.ok === true) return read(answer);
        const wait = answer === undefined ? base * 2 ** attempt : waitOf(answer, base * 2 ** attempt);
        if (answer !== undefined && (last || wait === undefined)) throw await refused(endpoint, answer);
        if (answer?.status === 429) onWait(`GitLab's rate limit: waiting ${Math.ceil((wait ?? 0) / 1000)} s`);
        await sleep(wait ?? 0);
      }
    },
  );
}

function ask(
  endpoint: string,
  { prefixUrl = "", searchParams = "", method, headers, body, signal }: Request,
) {
  const url = new URL(endpoint, prefixUrl.endsWith("/") ? prefixUrl : `${prefixUrl}/`);
  url.search = searchParams;
  return fetch(url, {
    method: method ?? "GET",
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Milliseconds until it is worth another try; undefined when it is not. */
function waitOf(answer: Response, otherwise: number): number | undefined {
  if (answer.status !== 429) return answer.status >= 500 ? otherwise : undefined;
  const seconds = Number(answer.headers.get("retry-after") ?? NaN);
  if (Number.isNaN(seconds)) return otherwise;
  return seconds > LONGEST_WAIT ? undefined : seconds * 1000;
}

async function read(answer: Response) {
  const body = answer.status === 204 ? null : ((await answer.json()) as Record<string, unknown>);
  return { body, headers: Object.fromEntries(answer.headers.entries()), status: answer.status };
}

/** The error GitBeaker throws, without the request: that one carries the token. */
async function refused(endpoint: string, response: Response): Promise<GitbeakerRequestError> {
  const text = await response.text();
  let said = text.slice(0, 300);
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
    const what = message ?? error ?? said;
    said = typeof what === "string" ? what : JSON.stringify(what);
  } catch {
    // not JSON, but a page of a proxy: its first characters do
  }
  const cause = {
    description: said,
    request: new Request(new URL(endpoint, "http://gitlab.invalid")),
    response,
  };
  return new GitbeakerRequestError(said, { cause });
}
