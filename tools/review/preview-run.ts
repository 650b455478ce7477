/** Runs the engine's preview of one stack and keeps everything it says: events, exit code, errors. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tail, run } from "../../toolchain/lib/run";
import { parseEvents, type EngineEvent } from "./events";
import { secretsIn, textsIn } from "./scrub";
import { type Pack, packFlags } from "./packs";

export interface PreviewRequest {
  /** Where Pulumi.yaml is. */
  folder: string;
  stack: string;
  /** The engine's environment. */
  env: Record<string, string | undefined>;
  /** Where to leave the engine's plan. */
  planFile?: string;
  /** Folders of policy packs, each with its config file if it has one. */
  packs?: Pack[];
  refresh?: boolean;
  /** Another file than `Pulumi.STACK.yaml`. */
  configFile?: string;
  onLine?: (line: string) => void;
}

export interface PreviewRun {
  events: EngineEvent[];
  code: number;
  stderr: string;
  took: number;
}

export async function runPreview(request: PreviewRequest): Promise<PreviewRun> {
  const scratch = mkdtempSync(join(tmpdir(), "slipway-preview-"));
  const log = join(scratch, "events.jsonl");
  try {
    const started = Date.now();
    const answer = await run("pulumi", argumentsOf(request, log), {
      cwd: request.folder,
      // The engine shows --event-log to those who ask for its commands for debugging.
      env: { ...request.env, PULUMI_DEBUG_COMMANDS: "true" },
      allowFailure: true,
      ...(request.onLine === undefined ? {} : { onLine: request.onLine }),
    });
    return {
      events: existsSync(log) ? parseEvents(readFileSync(log, "utf8")) : [],
      code: answer.code,
      stderr: answer.stderr.trim() === "" ? tail(answer.stdout).join("\n") : answer.stderr,
      took: Date.now() - started,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function argumentsOf({ stack, planFile, packs, refresh, configFile }: PreviewRequest, log: string): string[] {
  return [
    "preview",
    "--non-interactive",
    "--color=never",
    `--stack=${stack}`,
    `--event-log=${log}`,
    ...(planFile === undefined ? [] : [`--save-plan=${planFile}`]),
    ...packFlags(packs),
    ...(refresh === true ? ["--refresh"] : []),
    ...(configFile === undefined ? [] : [`--config-file=${configFile}`]),
  ];
}

/**
 * The stack's secrets in clear, to look for them in what will be shown: those of its config and those in its state. Where they
 * cannot be decrypted neither can the preview, and what the engine says then holds none.
 */
export async function stackSecrets({ folder, stack, env, configFile }: PreviewRequest): Promise<string[]> {
  const options = { cwd: folder, env, allowFailure: true };
  const file = configFile === undefined ? [] : [`--config-file=${configFile}`];
  const [config, state] = await Promise.all([
    run(
      "pulumi",
      ["config", "--json", "--show-secrets", "--non-interactive", `--stack=${stack}`, ...file],
      options,
    ),
    run("pulumi", ["stack", "export", "--show-secrets", "--non-interactive", `--stack=${stack}`], options),
  ]);
  return [
    ...(config.code === 0 ? configSecrets(JSON.parse(config.stdout)) : []),
    ...(state.code === 0 ? secretsIn(JSON.parse(state.stdout)) : []),
  ];
}

interface ConfigValue {
  secret?: boolean;
  value?: string;
  objectValue?: unknown;
}

function configSecrets(config: unknown): string[] {
  return Object.values(config as Record<string, ConfigValue>)
    .filter(({ secret }) => secret === true)
    .flatMap(({ value, objectValue }) => [...textsIn(objectValue), ...(value === undefined ? [] : [value])]);
}
