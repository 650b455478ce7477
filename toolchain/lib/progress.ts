/**
 * Long work as a list of steps: live with elapsed time on a terminal, plain lines elsewhere.
 * Everything goes to standard error, so that standard output stays for machines.
 */
import { Listr, ListrLogger, PRESET_TIMER, ProcessOutput, type ListrTask } from "listr2";

export { duration } from "./duration";

export interface Step {
  /** What the step is doing just now. */
  note(text: string): void;
}

export interface StepSpec {
  title: string;
  /** A reason not to run it, shown instead. */
  skip?: () => string | false;
  run: (step: Step) => Promise<void>;
}

/** Runs the steps in order (or at once); the first failure stops the rest and is thrown as it is. */
export async function steps(list: StepSpec[], options: { concurrent?: boolean } = {}): Promise<void> {
  const tasks: ListrTask[] = list.map((spec) => ({
    title: spec.title,
    skip: () => spec.skip?.() ?? false,
    task: async (_context, task) => {
      await spec.run({
        note: (text) => {
          task.output = text;
        },
      });
    },
  }));
  const processOutput = new ProcessOutput(process.stderr, process.stderr);
  const shown = { timer: PRESET_TIMER, logger: new ListrLogger({ useIcons: true, processOutput }) };
  const work = new Listr(tasks, {
    concurrent: options.concurrent ?? false,
    exitOnError: true,
    forceTTY: process.stderr.isTTY,
    fallbackRenderer: "simple",
    fallbackRendererCondition: () => !process.stderr.isTTY,
    rendererOptions: { ...shown, collapseErrors: false, showErrorMessage: false },
    fallbackRendererOptions: shown,
    registerSignalListeners: false,
  });
  await work.run();
}

/** A step whose notes go nowhere, for callers that show no progress. */
export const quiet: Step = { note: () => undefined };
