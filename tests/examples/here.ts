/**
 * An example's stack on the embedded cluster: its file as it stands, but for what only its own cluster and its own
 * pipeline have. Images are the demo's; secrets kept outside are made; the database is small, backed up nowhere and
 * without a pooler, whose image cannot be had; nothing scales, and nothing rings anywhere. Hosts, routes,
 * headers, access, needs, probes and sizes of the parts' memory are the file's.
 */
import { join } from "node:path";
import { readStackFile } from "../../config/source";
import { checkout } from "../../toolchain/lib/paths";
import { front } from "./front";
import { type Example, fileOf, settingsOf } from "./stacks";

type Settings = Record<string, unknown>;
type Named = Record<string, Settings>;

const demo = readStackFile(join(checkout, "Pulumi.local.yaml")).raw as Record<string, Settings> & {
  parts: Named;
};

export function here(example: Example): Settings {
  const raw = structuredClone(fileOf(example).raw) as Settings;
  const { namespace } = settingsOf(example);
  return {
    ...raw,
    namespace,
    clusters: { main: { cloud: "local", context: "slipway" } },
    parts: named(raw.parts, partHere),
    jobs: named(raw.jobs, (job) => ({ ...job, command: ["node", "--version"] })),
    secrets: named(raw.secrets, (secret) => ("external" in secret ? { generate: { length: 32 } } : secret)),
    postgres: databaseHere(raw.postgres as Settings),
    redis: { ...(raw.redis as Settings), image: demo.redis?.image, cpu: "100m" },
    tls: { ...(raw.tls as Settings), issuer: "local", email: undefined },
    targets: undefined,
    alerts: undefined,
    monitoring: { enabled: false },
  };
}

function partHere(part: Settings): Settings {
  const kind = part.kind as "api" | "web" | "worker";
  const own = demo.parts[kind];
  const migrate = part.migrate === undefined ? undefined : own?.migrate;
  return {
    ...part,
    image: own?.image,
    migrate,
    cpu: { request: "10m", limit: "500m" },
    scale: 1,
    ...(kind === "worker" ? { health: own?.health } : { command: front(Number(part.port)) }),
  };
}

function databaseHere(postgres: Settings): Settings {
  const { image, version } = demo.postgres ?? {};
  const small = { cpu: "100m", instances: 1, memory: "512Mi", storage: "1Gi" };
  return { ...postgres, ...small, image, version, connections: 200, pooler: undefined, backup: undefined };
}

const named = (all: unknown, change: (one: Settings) => Settings): Named =>
  Object.fromEntries(Object.entries((all ?? {}) as Named).map(([name, one]) => [name, change(one)]));
