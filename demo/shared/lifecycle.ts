/** How a process begins and ends: settings read or refused in words, SIGTERM obeyed once, crashes logged and final. */
import type { Server } from "node:http";
import { SettingsProblem } from "./settings";
import type { Log } from "./log";

/** Runs a program's main; a wrong environment is said without a stack trace and exits 2. */
export function start(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    if (error instanceof SettingsProblem) {
      process.stderr.write(`${error.message}\n`);
      process.exit(2);
    }
    process.stderr.write(
      `${JSON.stringify({ level: "fatal", msg: "could not start", error: error instanceof Error ? error.message : String(error) })}\n`,
    );
    process.exit(1);
  });
}

/**
 * Calls `stop` on the first SIGTERM or SIGINT, and exits 0 when it has finished. What has not finished after
 * `timeoutSeconds` is given up with exit 1, before the platform kills it without a word.
 */
export function onStop(log: Log, timeoutSeconds: number, stop: (signal: string) => Promise<void>): void {
  let stopping = false;
  const handle = (signal: string) => {
    if (stopping) return;
    stopping = true;
    const timer = setTimeout(() => {
      log.error({ timeoutSeconds }, "still busy at the end of the shutdown time: giving up");
      process.exit(1);
    }, timeoutSeconds * 1000);
    stop(signal).then(
      () => {
        clearTimeout(timer);
        log.info("stopped");
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, "could not stop cleanly");
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, handle);
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, "a defect: the process ends and is started anew");
      process.exit(1);
    });
  }
}

/**
 * Waits for a server that has been told to close. A connection kept alive becomes idle when its last answer is through,
 * and nobody would close it then: neither the server, which looked once at the start, nor its client.
 */
export async function whileClosing(server: Server, closed: Promise<unknown>): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  try {
    await closed;
  } finally {
    clearInterval(sweep);
  }
}
