/** Mocha's spec reporter, which also leaves the counts in the file named by SLIPWAY_TEST_COUNTS. */
import { appendFileSync } from "node:fs";
import Mocha from "mocha";

class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.SLIPWAY_TEST_COUNTS;
    if (file === undefined) return;
    const skipped: string[] = [];
    runner.on(Mocha.Runner.constants.EVENT_TEST_PENDING, (test: Mocha.Test) =>
      skipped.push(test.fullTitle()),
    );
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      appendFileSync(file, `${JSON.stringify({ passed: passes, failed: failures, skipped })}\n`);
    });
  }
}

export = CountingReporter;
