/** Services that are a database or a Redis: `slipway:postgres` and `slipway:redis`. */
import { notAParameter } from "../../../config";
import { isRecord, type Loose } from "./read";
import type { Path, Report } from "./report";
import { coresOf, memoryOf, plain, wordsOf } from "./values";

type Settings = Record<string, unknown>;

export function postgresOf(service: Loose, path: Path, report: Report): Settings {
  const made: Settings = {};
  const image = plain(service.image ?? "");
  const major = Number(/:(?:pg)?(\d+)/.exec(image)?.[1] ?? /-pg(\d+)/.exec(image)?.[1]);
  if (major >= 14 && major <= 18) {
    made.version = major;
    report.carried([...path, "image"], `postgres.version: ${major}, in the operator's own image`);
  } else report.changed([...path, "image"], "the operator's own image of Postgres 17");
  if (image.includes("pgvector")) made.extensions = ["vector"];
  if (/postgis|timescale/.test(image)) {
    report.leftOut(
      [...path, "image"],
      "its extension is not in the operator's image: give postgres.image one that has it",
    );
  }
  const environment = pairsOf(service.environment);
  for (const [name, { at, value }] of Object.entries(environment)) {
    const where = [...path, "environment", at];
    if (name === "POSTGRES_DB" && /^[a-z_][a-z0-9_]{0,62}$/.test(value)) {
      made.database = value;
      report.carried(where, `postgres.database: ${value}`);
    } else if (name === "POSTGRES_USER" && /^[a-z_][a-z0-9_]{0,62}$/.test(value) && value !== "postgres") {
      made.owner = value;
      report.carried(where, `postgres.owner: ${value}`);
    } else if (/^POSTGRES_(?:USER|PASSWORD)/.test(name)) {
      report.changed(where, "the operator makes the login; parts get it through needs");
    } else report.leftOut(where, `${name} is the image's own; see postgres.parameters`);
  }
  parametersOf(service, path, made, report);
  resources(service, path, made, report);
  storeKeys(service, path, "postgres", report);
  return made;
}

function parametersOf({ command }: Loose, path: Path, made: Settings, report: Report): void {
  if (command === undefined) return;
  const words = wordsOf(command) ?? [];
  const parameters: Record<string, string> = {};
  const unread: string[] = [];
  const at = [...path, "command"];
  words.forEach((word, index) => {
    const [, name, value] = /^(?:-c|--)?([a-z_.]+)=(.*)$/.exec(word) ?? [];
    if (name !== undefined && value !== undefined) {
      if (name === "max_connections") made.connections = Math.max(20, Number(value));
      else if (name === "shared_preload_libraries") {
        made.extensions = [...((made.extensions as string[] | undefined) ?? []), ...value.split(",")];
      } else {
        const taken = notAParameter(name);
        if (taken === undefined) parameters[name] = value;
        else report.leftOut(at, `${word}: ${taken.instead}`);
      }
    } else if (word !== "-c" && !(index === 0 && word === "postgres")) unread.push(word);
  });
  if (Object.keys(parameters).length > 0) made.parameters = parameters;
  if (unread.length > 0) report.leftOut(at, `${unread.join(" ")}: no setting name=value`);
  else report.carried(at, "postgres.parameters, postgres.connections, postgres.extensions");
}

export function redisOf(service: Loose, path: Path, report: Report): Settings {
  const words = [wordsOf(service.command) ?? [], wordsOf(service.entrypoint) ?? []]
    .flat()
    .join(" ")
    .split(/\s+/);
  const after = (flag: string) => words[words.indexOf(flag) + 1];
  const has = (flag: string) => words.includes(flag);
  const made: Settings = {};
  const policy = has("--maxmemory-policy") ? after("--maxmemory-policy") : undefined;
  const evicts = policy !== undefined && policy !== "noeviction";
  made.role = evicts ? "cache" : "queue";
  const memory = has("--maxmemory") ? memoryOf(after("--maxmemory")) : undefined;
  if (memory !== undefined) made.memory = memory;
  if (evicts) made.eviction = policy;
  if (evicts && after("--appendonly") === "yes") made.persist = true;
  if (/:(\d)/.test(plain(service.image))) {
    const version = Number(/:(\d)/.exec(plain(service.image))?.[1]);
    if (version >= 6 && version <= 8) made.version = version;
  }
  report.carried([...path, "image"], "slipway:redis");
  if (service.command !== undefined) {
    const read = ["--maxmemory", "--maxmemory-policy", "--appendonly", "--requirepass", "--save"];
    const unread = words.filter((word) => word.startsWith("--") && !read.includes(word));
    const role = made.role as string;
    const at = [...path, "command"];
    if (unread.length > 0) report.leftOut(at, `${unread.join(", ")}: slipway:redis has no such key`);
    else report.carried(at, `redis.role: ${role}; a password is made, and a queue is kept on disk`);
  }
  for (const { at } of Object.values(pairsOf(service.environment))) {
    report.changed([...path, "environment", at], "a password is made; parts get it through needs");
  }
  if (!evicts) report.note(path, "redis.role: queue, which forgets nothing; write cache where it may");
  resources(service, path, {}, report);
  storeKeys(service, path, "redis", report);
  return made;
}

function resources(service: Loose, path: Path, made: Settings, report: Report): void {
  const limits =
    isRecord(service.deploy) && isRecord(service.deploy.resources)
      ? service.deploy.resources.limits
      : undefined;
  const memory = memoryOf((isRecord(limits) ? limits.memory : undefined) ?? service.mem_limit ?? "");
  const cpu = coresOf((isRecord(limits) ? limits.cpus : undefined) ?? service.cpus);
  if (memory !== undefined && "database" in made) made.memory = memory;
  if (cpu !== undefined && "database" in made) made.cpu = cpu;
  for (const key of ["deploy", "mem_limit", "cpus"]) {
    if (service[key] !== undefined)
      report.changed([...path, key], "the store's cpu and memory; replicas are `instances`");
  }
}

const STORE_KEYS: Readonly<Record<string, string>> = {
  container_name: "names are Slipway's",
  healthcheck: "the store is probed by itself",
  networks: "the network is closed but for who needs it",
  ports: "nobody outside the cluster reaches it; `kubectl port-forward` does",
  expose: "who needs it reaches it",
  restart: "always",
  shm_size: "the operator's own",
  stop_grace_period: "the store's own",
  logging: "the node rotates logs",
  platform: "any node its image runs on",
  user: "the store's own, never root",
};

function storeKeys(service: Loose, path: Path, store: string, report: Report): void {
  for (const [key, text] of Object.entries(STORE_KEYS)) {
    if (service[key] !== undefined) report.changed([...path, key], text);
  }
  const volumes = Array.isArray(service.volumes) ? service.volumes : [];
  volumes.forEach((volume: unknown, index) => {
    const text = isRecord(volume) ? `${plain(volume.source)}:${plain(volume.target)}` : plain(volume);
    const at = [...path, "volumes", index];
    if (/initdb|\.sql|\.conf/.test(text)) {
      report.leftOut(at, `${text}: put it into a migration, or into ${store}.parameters`);
    } else report.carried(at, `${store}.storage: a disk of its own; its data is not moved: restore a dump`);
  });
  for (const key of ["env_file", "secrets", "configs"]) {
    if (service[key] !== undefined)
      report.changed([...path, key], "the store's login is made, and parts get it through needs");
  }
}

function pairsOf(environment: unknown): Record<string, { at: string | number; value: string }> {
  if (Array.isArray(environment)) {
    return Object.fromEntries(
      environment.map((line: unknown, index) => {
        const [name = "", ...value] = plain(line).split("=");
        return [name, { at: index, value: value.join("=") }];
      }),
    );
  }
  if (!isRecord(environment)) return {};
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, { at: name, value: plain(value) }]),
  );
}
