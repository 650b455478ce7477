/** What came of a deployment or a rollback, for people and machines. */
import { Failure } from "../../toolchain/lib/failure";
import type { MigrationRun, Release } from "./records";
import type { Verdict } from "./smoke";

export interface Outcome {
  stack: string;
  outcome: "good" | "unchanged" | "rolled back" | "failed";
  commit: string;
  release?: Release | undefined;
  /** The release whose parts run now. */
  running?: number | undefined;
  smoke: Verdict[];
  migrations: MigrationRun[];
  why: string[];
}

/** What a deployment that changed something and failed is thrown as. */
export class Undone extends Failure {
  constructor(
    readonly outcome: Outcome,
    ...args: ConstructorParameters<typeof Failure>
  ) {
    super(...args);
  }
}

export const EXIT = { rolledBack: 4, stuck: 5, stopped: 130 } as const;
