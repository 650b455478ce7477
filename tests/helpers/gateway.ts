/** What a route lets through, measured by a client outside: how much at once and a second, how large, for how long. */
import assert from "node:assert/strict";
import { Agent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { Limit } from "../../config";
import { run } from "../../toolchain/lib/run";
import { ask, type Question } from "./client";
import { Load } from "./load";
import { eventually } from "./services";

export interface Place {
  readonly host: string;
  readonly path: string;
}

/** The limiter's rate as it counts: a second's worth. */
const perSecond = ({ rate }: Pick<Limit, "rate">): number => (rate.count * 1000) / rate.per;

/** Nothing but time fills a bucket, and whoever looks takes from it. */
export const untilFull = (limit: Limit): Promise<void> =>
  sleep((Math.min(limit.burst, limit.rate.count * 60) / perSecond(limit)) * 1000 + 500);

/**
 * Connections that are open before anything is counted: on a busy machine fifty handshakes take longer than a bucket to
 * fill. They are opened by asking for a name that no product has, which no route's limit counts.
 */
async function connected(host: string, amount: number): Promise<Agent> {
  const agent = new Agent({ keepAlive: true, maxSockets: amount });
  const nobody = { agent, headers: { host: "nobody.invalid" } };
  await Promise.all(Array.from({ length: amount }, () => ask(host, "/", nobody)));
  return agent;
}

/**
 * The gateway begins to count anew whenever it reads a new configuration, be it another product's: what such a change fell
 * into is measured again, twice at most.
 */
async function inPeace(limit: Limit | undefined, measure: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await measure();
      return;
    } catch (error) {
      if (tries === 3 || !(error instanceof assert.AssertionError)) throw error;
      if (limit !== undefined) await untilFull(limit);
    }
  }
}

export const assertBurst = (place: Place, limit: Limit): Promise<void> =>
  inPeace(limit, () => burst(place, limit));

export const assertRate = (place: Place, limit: Limit): Promise<void> =>
  inPeace(undefined, () => rate(place, limit));

export const assertConcurrent = (place: Place, amount: number, limit: Limit | undefined): Promise<void> =>
  inPeace(limit, () => concurrent(place, amount, limit));

/** Of more than the burst asked for at once, the burst passes, and what the bucket gains meanwhile. */
async function burst({ host, path }: Place, limit: Limit): Promise<void> {
  const agent = await connected(host, Math.min(50, limit.burst));
  try {
    const began = performance.now();
    const statuses = await Promise.all(
      Array.from({ length: 3 * limit.burst + 10 }, async () => (await ask(host, path, { agent })).status),
    );
    const seconds = (performance.now() - began) / 1000;
    assert.deepEqual([...new Set(statuses)].sort(), [200, 429]);
    const passed = statuses.filter((status) => status === 200).length;
    const gained = Math.ceil(perSecond(limit) * seconds) + 1;
    assert.ok(
      passed >= limit.burst && passed <= limit.burst + gained,
      `${passed} of ${statuses.length} passed within ${seconds} s, where ${limit.burst} may at once`,
    );
  } finally {
    agent.destroy();
  }
}

/** With its bucket empty, a route lets through as many as its rate says, however many more ask. */
async function rate({ host, path }: Place, limit: Limit): Promise<void> {
  const steady = perSecond(limit);
  const asked = 3 * steady + 3;
  const refused = async () => (await ask(host, path)).status === 429;
  const emptying = new Load(host, path, { rate: asked });
  await eventually("the bucket to be empty", async () => (await refused()) && (await refused()));
  await emptying.stop();
  const began = performance.now();
  const load = new Load(host, path, { rate: asked });
  await sleep(Math.max(4, 2.5 / steady) * 1000);
  const least = (performance.now() - began) / 1000;
  const { failures, sent } = await load.stop();
  const most = (performance.now() - began) / 1000;
  const passed = sent - (failures["status 429"] ?? 0);
  assert.deepEqual(Object.keys(failures), ["status 429"], `what became of ${sent}`);
  // What came before the first and after the last of them is one request at most, and those under way at the end.
  assert.ok(
    passed >= steady * least * 0.9 - 1.5 && passed <= steady * most * 1.1 + 1.5,
    `${passed} of ${sent} passed within ${least} to ${most} s, where ${limit.rate.text} may`,
  );
}

/** So many are answered at a time, however slowly; one more is refused at once, and takes nobody's place. */
async function concurrent({ host, path }: Place, amount: number, limit: Limit | undefined): Promise<void> {
  const agent = new Agent({ maxSockets: amount + 10 });
  const pace = limit === undefined ? 0 : 1000 / perSecond(limit);
  const atOnce = limit?.burst ?? amount;
  const filling = Math.max(0, amount - atOnce) * pace;
  const held = (waiting: number) =>
    ask(host, `${path}${path.includes("?") ? "&" : "?"}measure&wait=${waiting}`, { agent });
  try {
    const began = performance.now();
    const all: Promise<{ status: number }>[] = [];
    const answered: number[] = [];
    for (let at = 0; at < amount; at++) {
      const due = Math.max(0, at - atOnce + 1) * pace * 1.15;
      if (due > 0) await sleep(Math.max(0, began + due - performance.now()));
      const one = held(filling * 1.2 + 6000);
      one.then(
        ({ status }) => answered.push(status),
        () => answered.push(0),
      );
      all.push(one);
    }
    await sleep(2 * pace + 500);
    const beyond = await held(0);
    assert.deepEqual(answered, [], `answers that came before ${amount} were asked for at a time`);
    assert.equal(beyond.status, 429, `one more than ${amount} at a time`);
    const statuses = (await Promise.all(all)).map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)], [200], `of ${amount} at a time`);
    assert.equal((await held(0)).status, 200, "a place is free again");
  } finally {
    agent.destroy();
  }
}

/** A body of that many bytes is taken, one byte more is 413. */
export async function assertBody(
  { host, path }: Place,
  bytes: number,
  taken: (answer: { status: number; text: string }) => void,
  question: Question = {},
): Promise<void> {
  const send = (size: number) => ask(host, path, { method: "POST", ...question, body: new Uint8Array(size) });
  taken(await send(bytes));
  assert.equal((await send(bytes + 1)).status, 413, `${bytes + 1} bytes`);
}

/** An answer that takes a little less is waited for; in place of one that takes a little longer comes 504. */
export async function assertTimeout(
  { host, path }: Place,
  milliseconds: number,
  wait: (milliseconds: number) => string,
): Promise<void> {
  const after = async (waiting: number) => (await ask(host, path + wait(waiting))).status;
  const [before, beyond] = [milliseconds - 1000, milliseconds + 2000];
  assert.deepEqual(
    await Promise.all([after(before), after(beyond)]),
    [200, 504],
    `${before} and ${beyond} ms`,
  );
}

/** Where http is sent. */
export async function overHttp({ host, path }: Place): Promise<string> {
  const { stdout } = await run("curl", [
    ...["--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}"],
    ...["--resolve", `${host}:80:127.0.0.1`, `http://${host}${path}`],
  ]);
  return stdout;
}
