/** Where a suite's words go: on, or into a file until those beside it have had their say. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Output {
  /** For a process: a file it writes to, or what this process has. */
  readonly stream: number | "inherit";
  say(line: string): void;
  /** Everything that was kept is said now. */
  end(): void;
}

export const live: Output = {
  stream: "inherit",
  say: (line) => void process.stdout.write(`${line}\n`),
  end: () => undefined,
};

/** A file rather than a pipe: what a killed process leaves running must not keep us waiting for its end. */
export function kept(): Output {
  const folder = mkdtempSync(join(tmpdir(), "slipway-output-"));
  const file = join(folder, "output");
  const stream = openSync(file, "a");
  return {
    stream,
    say: (line) => void writeSync(stream, `${line}\n`),
    end: () => {
      closeSync(stream);
      process.stdout.write(readFileSync(file));
      rmSync(folder, { recursive: true });
    },
  };
}
