/** One tile a part: the page's own server, the API, Postgres, Redis, the workers. */
import { ask, config } from "./api";
import { at, make, pause } from "./dom";

interface Status {
  release: string;
  workers: number;
  dependencies: Record<"postgres" | "redis" | "worker", { ok: boolean; ms: number }>;
}

const parts = ["Web", "API", "Postgres", "Redis", "Workers"] as const;
type Part = (typeof parts)[number];

const tiles = new Map<Part, HTMLElement>();

export function showHealth(): void {
  for (const part of parts)
    tiles.set(part, make("div", "part", make("i", ""), make("b", "", part), make("span", "", "…")));
  at("health").append(...tiles.values());
  void (async () => {
    for (;;) {
      await Promise.all([lookAtWeb(), lookAtApi()]);
      await pause(3_000);
    }
  })();
}

function say(part: Part, up: boolean | undefined, text: string): void {
  const tile = tiles.get(part);
  if (!tile) return;
  tile.className = `part ${up === undefined ? "" : up ? "up" : "down"}`;
  tile.lastElementChild?.replaceChildren(text);
}

const inMilliseconds = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

async function lookAtWeb(): Promise<void> {
  const began = performance.now();
  const up = await fetch("/healthz").then(
    ({ ok }) => ok,
    () => false,
  );
  say("Web", up, up ? inMilliseconds(performance.now() - began) : "does not answer");
}

async function lookAtApi(): Promise<void> {
  const began = performance.now();
  try {
    const { release, workers, dependencies } = await ask<Status>("/status");
    say("API", true, inMilliseconds(performance.now() - began));
    for (const [part, { ok, ms }] of [
      ["Postgres", dependencies.postgres],
      ["Redis", dependencies.redis],
    ] as const)
      say(part, ok, ok ? inMilliseconds(ms) : "does not answer");
    say("Workers", dependencies.worker.ok, workers === 0 ? "none at work" : `${workers} at work`);
    showRelease(release);
  } catch {
    say("API", false, "does not answer");
    for (const part of ["Postgres", "Redis", "Workers"] as const) say(part, undefined, "unknown");
  }
}

/** During a rolling update the page and the API differ for a while: then both are shown. */
function showRelease(api: string): void {
  at("release").textContent = api === config.release ? api : `page ${config.release} · API ${api}`;
  at("footer-release").textContent = `Release ${api}`;
}
