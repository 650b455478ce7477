/**
 * The error a person is meant to read: what went wrong, details, where the log is, what to do next.
 * Anything else that escapes a verb is a defect of Slipway and is shown with its stack.
 */
export class Failure extends Error {
  readonly details: string[];
  readonly log: string | undefined;
  readonly next: string | undefined;
  readonly exitCode: number;

  constructor(
    what: string,
    options: { details?: string[]; log?: string; next?: string; exitCode?: number; cause?: unknown } = {},
  ) {
    super(what, { cause: options.cause });
    this.name = "Failure";
    this.details = options.details ?? [];
    this.log = options.log;
    this.next = options.next;
    this.exitCode = options.exitCode ?? 1;
    // Where a stack is shown after all (a failed test), the details come with it.
    this.stack = `${this.format()}\n${(this.stack ?? "").split("\n").slice(1).join("\n")}`;
  }

  /** The whole message, one thing a line. */
  format(): string {
    return [
      this.message,
      ...this.details.map((line) => `  ${line}`),
      ...(this.log === undefined ? [] : [`  the log: ${this.log}`]),
      ...(this.next === undefined ? [] : [`  next: ${this.next}`]),
    ].join("\n");
  }
}

/** The text of whatever was thrown, for use inside another message. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
