/** Reads a `Pulumi.<stack>.yaml` as a tool does: the settings in it, and the line of each, so that errors can point. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { didYouMean, type Problem, Problems, sortProblems } from "./problems";

export interface StackFile {
  /** Its name, for messages. */
  readonly where: string;
  /** The settings: keys without their namespace, secrets still as `{secure: …}`. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** The line a path of `raw` stands on, or the nearest thing around it that has one. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
}

export const NAMESPACE = "slipway";
/** Far above any stack file, far below what hurts. */
const MOST_BYTES = 256 * 1024;
const MOST_ALIASES = 100;
const MOST_LEVELS = 32;
/** Keys that Pulumi itself keeps in the file, beside `config`. */
const PULUMI_KEYS = ["config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment"];

/** Reads a stack file from disk. Throws Problems when it cannot be read or is not one. */
export function readStackFile(path: string): StackFile {
  const where = basename(path);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "an error";
    const found = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "a folder" : code;
    throw new Problems(where, [
      { path: "", found, allowed: "a stack file that can be read", remedy: `looked for ${path}` },
    ]);
  }
  return parseStackFile(text, where);
}

/** The same from text. */
export function parseStackFile(text: string, where: string): StackFile {
  const lines = new LineCounter();
  const stop = (problems: readonly Problem[]): never => {
    throw new Problems(where, sortProblems(problems));
  };
  if (text.length > MOST_BYTES) {
    stop([{ path: "", found: `${text.length} bytes`, allowed: `at most ${MOST_BYTES} bytes` }]);
  }
  const { document, root } = load(text, lines, stop);
  const problems: Problem[] = [];
  const line = (path: readonly PropertyKey[]) => lineOf(document, lines, path);
  if (!isRecord(root)) {
    return stop([
      { path: "", found: root === null ? "an empty file" : "no map", allowed: "a map with config", line: 1 },
    ]);
  }
  for (const key of Object.keys(root)) {
    if (!PULUMI_KEYS.includes(key)) problems.push({ ...misplaced(key), line: line([key]) });
  }
  const config = root.config ?? {};
  if (!isRecord(config)) {
    return stop([
      ...problems,
      { path: "config", found: "no map", allowed: "a map of slipway: keys", line: line(["config"]) },
    ]);
  }
  const raw: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const colon = key.indexOf(":");
    const [namespace, name] = [key.slice(0, Math.max(colon, 0)), key.slice(colon + 1)];
    if (namespace === NAMESPACE) define(raw, name, value);
    else if (colon < 0 || didYouMean(namespace, [NAMESPACE]) !== undefined) {
      problems.push({
        path: `config.${key}`,
        found: "another namespace",
        allowed: `keys that start with ${NAMESPACE}:`,
        remedy: `write ${NAMESPACE}:${name}`,
        line: line(["config", key]),
      });
    }
  }
  if (problems.length > 0) stop(problems);
  return {
    where,
    raw,
    lineOf: ([first, ...rest]) =>
      line(first === undefined ? ["config"] : ["config", `${NAMESPACE}:${String(first)}`, ...rest]),
  };
}

function load(
  text: string,
  lines: LineCounter,
  stop: (problems: readonly Problem[]) => never,
): { document: Document; root: unknown } {
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  } catch (error) {
    return stop([unreadable(error)]);
  }
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    const allowed = "YAML that can be read";
    return stop(
      broken.map((error) => ({
        path: "",
        found: oneLine(error.message),
        allowed,
        line: lines.linePos(error.pos[0]).line,
      })),
    );
  }
  let root: unknown;
  try {
    root = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    return stop([unreadable(error)]);
  }
  // Also what goes on for ever: an alias to the map it stands in.
  return deeperThan(root, MOST_LEVELS) ? stop([TOO_DEEP]) : { document, root };
}

function deeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((below) => deeperThan(below, levels - 1));
}

const TOO_DEEP: Problem = {
  path: "",
  found: "lists or maps nested too deep",
  allowed: `YAML that can be read, at most ${MOST_LEVELS} levels deep`,
};

/** What the YAML library throws rather than reports: too many aliases, too deep, an alias to nothing. */
function unreadable(error: unknown): Problem {
  if (error instanceof RangeError) return TOO_DEEP;
  const found = error instanceof Error ? oneLine(error.message) : "something else";
  return {
    path: "",
    found,
    allowed: `YAML that can be read, with at most ${MOST_ALIASES} uses of its anchors`,
  };
}

function misplaced(key: string): Problem {
  const ours = key.startsWith(`${NAMESPACE}:`);
  const allowed = `${PULUMI_KEYS.join(", ")} at the left margin`;
  return {
    path: key,
    found: "an unknown key",
    allowed,
    remedy: ours ? "indent it below config:" : didYouMean(key, PULUMI_KEYS),
  };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Plain assignment would make of `__proto__` what nobody wrote. */
function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

/** Follows a path as far as the text goes, and says the line of the last thing that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) break;
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | undefined)?.range?.[0];
}
