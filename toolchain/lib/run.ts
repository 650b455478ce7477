/** Runs child processes: output kept, streamed or logged; a failure says the command and its last lines. */
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { Failure, messageOf } from "./failure";

export interface RunOptions {
  cwd?: string;
  /** Added to this process's environment; undefined removes a name. */
  env?: Record<string, string | undefined>;
  input?: string;
  /** A file that gets standard output and error, appended. */
  log?: string;
  onLine?: (line: string) => void;
  /** Ends the child when it is aborted; its exit is still waited for. */
  signal?: AbortSignal;
  /** What it is ended with. @default SIGTERM */
  killSignal?: NodeJS.Signals;
  /** Answer a non-zero exit instead of throwing. */
  allowFailure?: boolean;
}

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

const TAIL_LINES = 12;

/** The last lines of a text, for messages. */
export function tail(text: string, lines = TAIL_LINES): string[] {
  return text.trimEnd().split("\n").slice(-lines);
}

export async function run(command: string, args: string[], options: RunOptions = {}): Promise<Result> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    signal: options.signal,
    ...(options.killSignal === undefined ? {} : { killSignal: options.killSignal }),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const log = options.log === undefined ? undefined : openLog(options.log);
  const unwritten = log && finished(log).then(() => undefined, messageOf); // listened for from now on: it may fail any time
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8");
    child[name].on("data", (chunk: string) => {
      output[name] += chunk;
      log?.write(chunk);
    });
    if (options.onLine) createInterface({ input: child[name] }).on("line", options.onLine);
  }
  // A child that exits without reading its input is no error of ours; its exit code tells.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");

  const code = await new Promise<number>((done, fail) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.name === "AbortError" && child.pid !== undefined) return; // `close` tells when it has ended
      fail(
        error.code === "ENOENT"
          ? new Failure(`the command ${command} was not found`, { cause: error })
          : new Failure(`${command} could not be run: ${error.message}`, { cause: error }),
      );
    });
    child.on("close", (exit, signal) =>
      done(exit ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
  log?.end();
  const lost = await unwritten;
  if (code !== 0 && options.allowFailure !== true) {
    throw new Failure(`${[command, ...args].join(" ").slice(0, 200)} failed (exit ${code})`, {
      details: tail(output.stderr.trim() === "" ? output.stdout : output.stderr),
      ...(options.log === undefined ? {} : { log: options.log }),
    });
  }
  if (lost !== undefined) throw new Failure(`the log ${options.log ?? ""} could not be written: ${lost}`);
  return { code, ...output };
}

function openLog(file: string) {
  mkdirSync(dirname(file), { recursive: true });
  return createWriteStream(file, { flags: "a" });
}

/** Whether a command is on PATH. */
export async function exists(command: string): Promise<boolean> {
  return (await run("sh", ["-c", 'command -v "$1"', "sh", command], { allowFailure: true })).code === 0;
}
