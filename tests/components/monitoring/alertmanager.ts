/** Alertmanager's own file from what the Prometheus operator is told, and a real Alertmanager that reads it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Routing } from "../../../components/monitoring/routing";
import { quiet } from "../../../toolchain/lib/progress";
import { run } from "../../../toolchain/lib/run";
import { monitoringTool } from "../../../toolchain/monitoring";
import { eventually, freePort } from "../../helpers/services";

type Tree = Record<string, unknown>;

/** Names that are not merely written in another style. */
const NAMES: Readonly<Record<string, string>> = {
  apiURL: "api_url",
  muteTimeIntervals: "mute_time_intervals",
  requireTLS: "require_tls",
  sourceMatch: "source_matchers",
  targetMatch: "target_matchers",
  urlSecret: "url",
};

/** What the operator makes of it for a namespace: its own words, each secret's value in its place, the namespace with each match. */
export function nativeConfig(
  spec: Routing,
  namespace: string,
  secret: (key: string) => string,
  change: (config: Tree) => void = () => undefined,
): string {
  const own = { name: "namespace", matchType: "=", value: namespace };
  const { inhibitRules, ...rest } = structuredClone(spec);
  const translate = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(translate);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const called = NAMES[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
        if (called.endsWith("matchers")) return [called, (inner as Matcher[]).map(matcher)];
        if (["headers", "details"].includes(name)) return [called, mapOf(inner as Pair[])];
        if (isKey(inner)) return [called, secret(inner.key)];
        return [called, translate(inner)];
      }),
    );
  };
  const config = translate(rest) as Tree;
  config.inhibit_rules = inhibitRules.map(({ equal, sourceMatch, targetMatch }) => ({
    equal: ["namespace", ...equal],
    source_matchers: [own, ...sourceMatch].map(matcher),
    target_matchers: [own, ...targetMatch].map(matcher),
  }));
  change(config);
  return stringify(config);
}

interface Matcher {
  name: string;
  matchType: string;
  value: string;
}
const matcher = ({ matchType, name, value }: Matcher) => `${name}${matchType}${JSON.stringify(value)}`;

interface Pair {
  key: string;
  value: string;
}
const mapOf = (pairs: readonly Pair[]) => Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
const isKey = (value: unknown): value is { name: string; key: string } =>
  typeof value === "object" && value !== null && Object.keys(value).sort().join() === "key,name";

/** amtool's word on a file. */
export async function amtool(config: string, words: (file: string) => string[]) {
  const folder = mkdtempSync(join(tmpdir(), "slipway-amtool-"));
  try {
    const file = join(folder, "alertmanager.yaml");
    writeFileSync(file, config);
    return await run(await monitoringTool("amtool", quiet), words(file), { allowFailure: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface Alertmanager {
  /** Says what rings now; what is left out ends by itself, or at once where `mended`. */
  ring(alerts: readonly Record<string, string>[], mended?: boolean): Promise<void>;
  /** Whether each `Alert part` is held back by another. */
  states(): Promise<Record<string, "active" | "suppressed">>;
  stop(): Promise<void>;
}

export async function startAlertmanager(config: string): Promise<Alertmanager> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-alertmanager-"));
  writeFileSync(join(folder, "alertmanager.yaml"), config, { mode: 0o600 });
  const address = `127.0.0.1:${await freePort()}`;
  const program = spawn(
    await monitoringTool("alertmanager", quiet),
    [
      `--config.file=${join(folder, "alertmanager.yaml")}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      "--cluster.listen-address=",
      "--log.level=warn",
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  for (const stream of [program.stdout, program.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const url = `http://${address}`;
  await eventually(
    "Alertmanager is ready",
    async () => program.exitCode !== null || (await answers(`${url}/-/ready`)),
    { detail: () => said },
  );
  if (program.exitCode !== null) throw new Error(`Alertmanager ended at once:\n${said}`);
  return {
    ring: async (alerts, mended = false) => {
      const now = Date.now();
      const body = alerts.map((labels) => ({
        annotations: {
          description: `${labels.alertname} lasts`,
          summary: `${labels.part} has ${labels.alertname}`,
        },
        endsAt: new Date(mended ? now : now + 3600e3).toISOString(),
        labels: { namespace: "shop", product: "shop", ...labels },
        startsAt: new Date(now).toISOString(),
      }));
      const answer = await fetch(`${url}/api/v2/alerts`, {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
        method: "POST",
      });
      if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status}: ${await answer.text()}`);
    },
    states: async () => {
      const list = (await (await fetch(`${url}/api/v2/alerts`)).json()) as {
        labels: { alertname: string; part: string };
        status: { state: "active" | "suppressed" };
      }[];
      return Object.fromEntries(
        list.map(({ labels, status }) => [`${labels.alertname} ${labels.part}`, status.state]),
      );
    },
    stop: async () => {
      const ended = once(program, "exit");
      program.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Not yet is an answer too. */
async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
