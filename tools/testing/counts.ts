/** How many tests passed, failed and could not run, and where that is said. */
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

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
