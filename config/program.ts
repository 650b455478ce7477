/**
 * Reads the settings of the running Pulumi program. The only file here that knows Pulumi: tools read files instead.
 * Secrets never enter the settings: they come as outputs, beside them.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parseSettings } from "./parse";
import { type Problem, Problems, sortProblems } from "./problems";
import type { Settings } from "./settings";
import { NAMESPACE, readStackFile, type StackFile } from "./source";

export interface Program {
  readonly settings: Settings;
  /** The values of `secrets` entries that are kept in the stack's config, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Config as the engine hands it over: every value a text, those of maps and lists as JSON. */
export interface EngineConfig {
  readonly values: Readonly<Record<string, string>>;
  readonly isSecret: (key: string) => boolean;
}

/** The settings and secrets of this program's stack. Throws Problems with all that is wrong. */
export function readSettings(config: EngineConfig = engineConfig(), folder = process.cwd()): Program {
  const where = `Pulumi.${pulumi.getStack()}.yaml`;
  const path = join(folder, where);
  // The engine has already read the file; it is read again only for its line numbers.
  const file = existsSync(path) ? readStackFile(path) : undefined;
  return fromEngine(config, where, file);
}

/** The same, from what is given. */
export function fromEngine(config: EngineConfig, where: string, file?: StackFile): Program {
  const raw: Record<string, unknown> = {};
  const secrets: Record<string, pulumi.Output<string>> = {};
  const problems: Problem[] = [];
  for (const [full, text] of Object.entries(config.values)) {
    if (!full.startsWith(`${NAMESPACE}:`)) continue;
    const key = full.slice(NAMESPACE.length + 1);
    if (key === "secrets") raw[key] = takeSecrets(decode(text), config.isSecret(full), file, secrets);
    else if (config.isSecret(full)) problems.push({ ...misplacedSecret(key), line: file?.lineOf([key]) });
    else raw[key] = TEXTS.includes(key) ? text : decode(text);
  }
  if (problems.length > 0) throw new Problems(where, sortProblems(problems));
  return { settings: parseSettings(raw, { where, lineOf: file?.lineOf }), secrets };
}

/** Keys whose value is a text even when it looks like something else. */
const TEXTS: readonly string[] = ["product", "tier", "owner", "namespace"];

function decode(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // a plain text is no JSON; the schema says what is wrong with it
  }
}

/** Takes the values out of `secrets` and leaves `{secure: ""}` where they were. A value in clear stays, to be refused. */
function takeSecrets(
  raw: unknown,
  encrypted: boolean,
  file: StackFile | undefined,
  into: Record<string, pulumi.Output<string>>,
): unknown {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return raw;
  const written = file?.raw.secrets;
  const inClear = (name: string) =>
    !encrypted ||
    (typeof written === "object" &&
      written !== null &&
      typeof (written as Record<string, unknown>)[name] === "string");
  const entries = Object.entries(raw as Record<string, unknown>).map(([name, value]): [string, unknown] => {
    if (typeof value !== "string" || inClear(name)) return [name, value];
    into[name] = pulumi.secret(value);
    return [name, { secure: "" }];
  });
  return Object.fromEntries(entries);
}

function misplacedSecret(key: string): Problem {
  return {
    path: key,
    found: "a secret",
    allowed: "secrets in slipway:secrets only",
    remedy: "move it there and name it here",
  };
}

function engineConfig(): EngineConfig {
  // Marked internal in the SDK, but the only way to ask which keys are encrypted without a warning for each.
  const { allConfig, isConfigSecret } = pulumi.runtime as typeof pulumi.runtime & {
    isConfigSecret: (key: string) => boolean;
  };
  return { values: allConfig(), isSecret: (key) => isConfigSecret(key) };
}
