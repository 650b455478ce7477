/** How many tests passed, failed and could not run, and where that is said. */
import { messageOf } from "../../toolchain/lib/failure";

export interface Counts {
  passed: number;
  failed: number;
  /** Which, and why. */
  skipped: string[];
}

export const nothing = (): Counts => ({ passed: 0, failed: 0, skipped: [] });

export function add(total: Counts, more: Counts): void {
  total.passed += more.passed;
  total.failed += more.failed;
  total.skipped.push(...more.skipped);
}

/** One line a file that could not run. */
export const because = (files: readonly string[], error: unknown): string[] =>
  files.map((file) => `${file}: ${messageOf(error)}`);

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
