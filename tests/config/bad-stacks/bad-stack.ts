/** One way to get a stack file wrong. */
export interface BadStack {
  readonly name: string;
  /** What is changed in the shop of ../stacks.ts to get it wrong. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** What must be said, each line exact but for the file's name and line number. */
  readonly lines: readonly string[];
}
