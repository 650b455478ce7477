/** A service's variables: what stays plain, what is a secret, and what it gets from its needs by itself. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { shapeOfSecret, soundsSecret } from "../../../config/secret-shapes";
import { isRecord, type Loose, parseEnvFile } from "./read";
import type { Path, Report } from "./report";
import { plain, secretNameOf } from "./values";

export interface Neighbours {
  /** Names of the services that are stores here. */
  readonly postgres: readonly string[];
  readonly redis: readonly string[];
  /** Parts by the service's name, those that listen. */
  readonly parts: Readonly<Record<string, string>>;
  /** Services that are not here afterwards. */
  readonly absent: readonly string[];
}

export interface Variables {
  readonly env: Record<string, string>;
  readonly from: Record<string, string>;
  readonly secrets: string[];
  readonly needs: Set<string>;
}

/** Secrets that are nobody else's: made here, once. */
const OURS = /(?:JWT|SESSION|COOKIE|CSRF|SIGNING|ENCRYPTION|SECRET_KEY|APP_KEY|NEXTAUTH|SALT|APP_SECRET)/;

/** A name that has a secret's word in it; one whose value is a number or a time is about a secret, and none. */
function looksSecret(name: string, value: string): boolean {
  if (soundsSecret(name) || shapeOfSecret(value) !== undefined) return true;
  return (
    /SECRET|PASSW|TOKEN|PRIVATE_KEY|CREDENTIAL/i.test(name) && !/^(?:|\d+[a-z]*|true|false)$/i.test(value)
  );
}

/** Where a secret comes from: made at random, or somebody else's, which only its owner can give. */
export function sourceOf(name: string, store: string): object {
  if (OURS.test(name)) return { generate: { length: 48 } };
  return { external: { store: "vault", key: store, property: name.toLowerCase().replaceAll("_", "-") } };
}

export function variablesOf(
  service: Loose,
  path: Path,
  folder: string,
  neighbours: Neighbours,
  report: Report,
): Variables {
  const found: Variables = { env: {}, from: {}, needs: new Set(), secrets: [] };
  for (const [name, { at, value }] of Object.entries(written(service, path, folder, report))) {
    place(name, value, at, neighbours, found, report);
  }
  return found;
}

interface Written {
  readonly at: Path;
  readonly value: string | undefined;
}

/** Env files first, in their order, and the service's own words over them. */
function written(service: Loose, path: Path, folder: string, report: Report): Record<string, Written> {
  const all: Record<string, Written> = {};
  const files = service.env_file === undefined ? [] : [service.env_file].flat();
  files.forEach((file, index) => {
    const at = [...path, "env_file", ...(Array.isArray(service.env_file) ? [index] : [])];
    const name = isRecord(file) ? plain(file.path) : plain(file);
    const full = join(folder, name);
    if (!existsSync(full)) {
      report.leftOut(at, `${name} is not there: its variables are unknown; write them into env or secrets`);
      return;
    }
    const pairs = parseEnvFile(readFileSync(full, "utf8"));
    report.carried(at, `${Object.keys(pairs).length} variables of ${name}, each as if it stood here`);
    for (const [key, value] of Object.entries(pairs)) all[key] = { at, value };
  });
  const { environment } = service;
  if (Array.isArray(environment)) {
    environment.forEach((line: unknown, index) => {
      const [, name = "", , value] = /^([^=]+)(=([\s\S]*))?$/.exec(plain(line)) ?? [];
      all[name] = { at: [...path, "environment", index], value };
    });
  } else if (isRecord(environment)) {
    for (const [name, value] of Object.entries(environment)) {
      const text = value === null ? undefined : plain(value);
      all[name] = { at: [...path, "environment", name], value: text };
    }
  }
  return all;
}

function place(
  name: string,
  value: string | undefined,
  at: Path,
  neighbours: Neighbours,
  found: Variables,
  report: Report,
): void {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    report.leftOut(at, `${name} is no variable's name`);
    return;
  }
  if (name.endsWith("_FILE") && value?.startsWith("/run/secrets/") === true) {
    report.changed(at, `secrets are variables here: read ${name.replace(/_FILE$/, "")} instead of a file`);
    return;
  }
  const fact = factOf(name, value ?? "", neighbours);
  if (fact !== undefined) {
    const [need = ""] = fact.split(".");
    found.needs.add(need);
    const own = USUAL[fact] === name || (fact.endsWith(".url") && name === `${secretNameOf(need)}_URL`);
    if (!own) found.from[name] = fact;
    report.carried(at, own ? `needs: [${need}] gives ${name}` : `from: {${name}: ${fact}}`);
    return;
  }
  if (value === undefined || value.includes("${") || /^\$[A-Za-z_]/.test(value)) {
    if (soundsSecret(name) || value === undefined) asSecret(name, at, found, report, "it has no value here");
    else report.leftOut(at, `${value} has neither a value nor a default: write ${name} into env`);
    return;
  }
  if (value !== "" && looksSecret(name, value)) {
    asSecret(name, at, found, report, "its value was not copied");
    return;
  }
  if (RESERVED.test(name)) {
    report.changed(at, `${name} is given by slipway:sentry or slipway:otel`);
    return;
  }
  found.env[name] = value;
  const gone = neighbours.absent.find((one) => leadsTo(one, name, value));
  if (gone !== undefined) {
    report.changed(at, `env.${name}: ${gone} is not here; write the address of the one you use`);
  } else if (/\/\/(?:localhost|127\.0\.0\.1)\b/.test(value)) {
    report.changed(at, `env.${name}: an address on this machine; write the stack's own`);
  } else report.carried(at, `env.${name}`);
}

/** Whether one of a variable's addresses is a service's: a name alone is one only where the variable says so. */
function leadsTo(service: string, name: string, value: string): boolean {
  return value.split(/[\s,]+/).some((address) => {
    const [, scheme, host, port] =
      /^([a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?)?([^:/?]+)(:\d+)?/i.exec(address) ?? [];
    const sure = scheme !== undefined || port !== undefined || /HOST|SERVER|ADDR|BROKER|ENDPOINT/i.test(name);
    return host === service && sure;
  });
}

/** Variables Slipway sets itself, and refuses to have set. */
const RESERVED = /^(?:DATABASE_URL|DATABASE_READ_URL|REDIS_URL|PGSSLROOTCERT)$/;

function asSecret(name: string, at: Path, found: Variables, report: Report, why: string): void {
  const secret = secretNameOf(name);
  if (!found.secrets.includes(secret)) found.secrets.push(secret);
  report.changed(at, `secrets.${secret}: ${why}`);
}

const USUAL: Readonly<Record<string, string>> = {
  "postgres.readUrl": "DATABASE_READ_URL",
  "postgres.url": "DATABASE_URL",
  "redis.url": "REDIS_URL",
};

/** What a variable says of a neighbour: its address, or a piece of it. */
function factOf(name: string, value: string, { parts, postgres, redis }: Neighbours): string | undefined {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?([^:/?]+)/i.exec(value)?.[1];
  const store = (named: string | undefined) =>
    named === undefined
      ? undefined
      : postgres.includes(named)
        ? "postgres"
        : redis.includes(named)
          ? "redis"
          : undefined;
  const byUrl = store(host);
  if (byUrl !== undefined) {
    return byUrl === "postgres" && /READ|REPLICA/i.test(name) ? "postgres.readUrl" : `${byUrl}.url`;
  }
  if (host !== undefined && host in parts) return `${parts[host] ?? ""}.url`;
  const byHost = store(value.split(":")[0]);
  if (byHost !== undefined && /HOST|SERVER|ADDR/i.test(name)) return `${byHost}.host`;
  const family = /^(?:DB|DATABASE|POSTGRES|PG|POSTGRESQL)_?/i.test(name)
    ? "postgres"
    : /^(?:REDIS|CACHE)_?/i.test(name)
      ? "redis"
      : undefined;
  if (family === undefined || (family === "postgres" ? postgres : redis).length === 0) return undefined;
  if (/(?:^DATABASE_URL|_URL|_URI|_DSN)$/i.test(name)) return `${family}.url`;
  if (/_?PORT$/i.test(name)) return `${family}.port`;
  if (/_?PASS(?:WORD)?$/i.test(name)) return `${family}.password`;
  if (family === "postgres" && /_?(?:USER|USERNAME)$/i.test(name)) return "postgres.user";
  if (family === "postgres" && /_?(?:NAME|DB|DATABASE)$/i.test(name)) return "postgres.database";
  return undefined;
}
