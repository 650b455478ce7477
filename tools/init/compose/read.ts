/** Reads a compose file: YAML with anchors and merges, `${VAR:-default}`, env files, `extends` within the file. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isMap, isScalar, isSeq, isAlias, LineCounter, parseDocument } from "yaml";
import { Failure } from "../../../toolchain/lib/failure";
import type { Path } from "./report";

export type Loose = Readonly<Record<string, unknown>>;

export interface ComposeFile {
  readonly where: string;
  readonly folder: string;
  /** As written, with merges done and variables put in. */
  readonly root: Loose;
  readonly services: Readonly<Record<string, Loose>>;
  readonly lineOf: (path: Path) => number | undefined;
  /** Variables that have neither a value nor a default, by where they are asked for. */
  readonly unset: readonly { readonly path: Path; readonly name: string }[];
}

const RESOLVED =
  "run `docker compose config > resolved.yml`, which puts everything into one file, and give that";

export function readCompose(path: string, variables: Readonly<Record<string, string>> = {}): ComposeFile {
  if (!existsSync(path)) throw new Failure(`${path}: no such file`, { next: "give the compose file's path" });
  const folder = dirname(path);
  const beside = join(folder, ".env");
  const known = { ...(existsSync(beside) ? parseEnvFile(readFileSync(beside, "utf8")) : {}), ...variables };
  return parseCompose(readFileSync(path, "utf8"), { folder, variables: known, where: basename(path) });
}

export function parseCompose(
  text: string,
  {
    folder,
    variables,
    where,
  }: { folder: string; variables: Readonly<Record<string, string>>; where: string },
): ComposeFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const broken = document.errors.map(
    ({ message, pos }) => `${where}:${lines.linePos(pos[0]).line}: ${message.replace(/\s+/g, " ").trim()}`,
  );
  if (broken.length > 0) {
    throw new Failure(`${where} is no YAML that can be read`, {
      details: broken,
      next: "mend it: `docker compose config` would refuse it as well",
    });
  }
  let raw: unknown;
  try {
    raw = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new Failure(`${where} cannot be read: ${(error as Error).message}`, {
      cause: error,
      next: RESOLVED,
    });
  }
  const unset: { path: Path; name: string }[] = [];
  const root = isRecord(raw) ? (filled(raw, variables, unset, []) as Loose) : undefined;
  if (root === undefined || !isRecord(root.services) || Object.keys(root.services).length === 0) {
    throw new Failure(`${where} has no services`, {
      next: "give a compose file: a map with `services`, and in it at least one",
    });
  }
  for (const key of ["include", "extends"]) {
    if (key in root) throw new Failure(`${where} has ${key}, which names other files`, { next: RESOLVED });
  }
  const written = root.services;
  for (const [name, service] of Object.entries(written)) {
    if (!isRecord(service)) {
      throw new Failure(`${where}: services.${name} is no map`, {
        next: "give it at least an image or a build",
      });
    }
  }
  const services = Object.fromEntries(
    Object.keys(written).map((name) => [name, extended(written as Record<string, Loose>, name, where, [])]),
  );
  return {
    folder,
    lineOf: (path) =>
      lineOf(document.contents, path, lines, (node) => (isAlias(node) ? node.resolve(document) : node)),
    root,
    services,
    unset,
    where,
  };
}

/** `extends: {service: base}`: what the other says, below what this one says. */
function extended(
  services: Readonly<Record<string, Loose>>,
  name: string,
  where: string,
  way: readonly string[],
): Loose {
  const service = services[name] ?? {};
  const { extends: from, ...own } = service;
  if (from === undefined) return service;
  const base =
    typeof from === "string" ? from : isRecord(from) && from.file === undefined ? from.service : undefined;
  if (typeof base !== "string" || !(base in services) || way.includes(base)) {
    throw new Failure(`${where}: services.${name}.extends leads to another file, nowhere or in a ring`, {
      next: RESOLVED,
    });
  }
  return merged(extended(services, base, where, [...way, name]), own);
}

function merged(base: Loose, over: Loose): Loose {
  const both = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = both[key];
    both[key] =
      isRecord(below) && isRecord(value)
        ? merged(below, value)
        : Array.isArray(below) && Array.isArray(value)
          ? [...(below as unknown[]), ...(value as unknown[])]
          : value;
  }
  return both;
}

const VARIABLE = /\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])([^}]*))?\})/g;

function filled(
  value: unknown,
  known: Readonly<Record<string, string>>,
  unset: { path: Path; name: string }[],
  path: Path,
): unknown {
  if (typeof value === "string") {
    return value.replace(
      VARIABLE,
      (all: string, plain?: string, braced?: string, how?: string, word?: string): string => {
        const name = plain ?? braced;
        if (name === undefined) return "$";
        const there = known[name];
        const set = there !== undefined && (there !== "" || how?.startsWith(":") !== true);
        if (how?.endsWith("+") === true) return set ? (word ?? "") : "";
        if (set) return there;
        if (how?.endsWith("-") === true) return word ?? "";
        unset.push({ name, path });
        return all;
      },
    );
  }
  if (Array.isArray(value)) return value.map((one, index) => filled(one, known, unset, [...path, index]));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]): [string, unknown] => [
      key,
      filled(one, known, unset, [...path, key]),
    ]),
  );
}

/** `NAME=value` a line; quotes, comments and `export` as compose has them. */
export function parseEnvFile(text: string): Record<string, string> {
  const pairs = text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const [, name, raw = ""] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) return [];
    const [, , quoted] = /^(["'])(.*)\1$/.exec(raw) ?? [];
    return [[name, quoted ?? raw.replace(/\s+#.*$/, "")]];
  });
  return Object.fromEntries(pairs);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The line of the last thing on the way that is there. */
function lineOf(
  contents: unknown,
  path: Path,
  lines: LineCounter,
  resolved: (node: unknown) => unknown,
): number | undefined {
  let node = resolved(contents);
  let offset: number | undefined;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
      if (pair === undefined) break;
      offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = resolved(pair.value);
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as { range?: [number, number, number] } | undefined;
      offset = item?.range?.[0] ?? offset;
      node = resolved(item);
    } else break;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}
