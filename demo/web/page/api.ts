/** Speaking to the API: where it is, who we are, and its errors as sentences. */

interface Config {
  product: string;
  release: string;
  api: string;
}

export const config: Config = await fetch("/config.json").then(
  (response) => response.json() as Promise<Config>,
);

export interface Session {
  token: string;
  email: string;
}

// The tab's own memory: gone with the tab, and never sent by the browser on its own.
const place = "session";

export function session(): Session | undefined {
  const text = sessionStorage.getItem(place);
  return text === null ? undefined : (JSON.parse(text) as Session);
}

export function keepSession(value: Session | undefined): void {
  if (value === undefined) sessionStorage.removeItem(place);
  else sessionStorage.setItem(place, JSON.stringify(value));
}

export function authorization(): Record<string, string> {
  const token = session()?.token;
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

export const webSocketUrl = (path: string): string =>
  new URL(config.api + path, location.href).href.replace(/^http/, "ws");

export interface Refusal {
  error?: string;
  problems?: { where: string; message: string }[];
}

export function sentence(status: number, body: Refusal): string {
  if (body.problems?.length)
    return body.problems.map(({ where, message }) => `${where} ${message}`).join("\n");
  return body.error ?? `The API answered ${status}.`;
}

/** Asks the API; anything but success is an error whose message may be shown. */
export async function ask<T>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const allHeaders = { ...authorization(), ...headers };
  const init: RequestInit =
    body === undefined
      ? { headers: allHeaders }
      : {
          method: "POST",
          headers: { ...allHeaders, "content-type": "application/json" },
          body: JSON.stringify(body),
        };
  const response = await fetch(config.api + path, init).catch(() => {
    throw new Error("The API cannot be reached. Trying again helps if it is only restarting.");
  });
  const answer = (await response.json().catch(() => ({}))) as T & Refusal;
  if (!response.ok)
    throw Object.assign(new Error(sentence(response.status, answer)), { status: response.status });
  return answer;
}
