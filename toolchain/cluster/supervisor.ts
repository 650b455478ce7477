/** Speaks with the supervisor: starts it, asks it, tells it to stop. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../lib/failure";
import type { Step } from "../lib/progress";
import { run, tail } from "../lib/run";
import { files } from "./layout";

export type Phase = "waiting" | "starting" | "ready" | "failed" | "stopped";

export interface ComponentStatus {
  name: string;
  phase: Phase;
  pid?: number;
  restarts: number;
  since: string;
  message?: string;
}

export interface Answer {
  pid: number;
  components: ComponentStatus[];
  error?: string;
}

const POLL_MS = 50;
/** Longer than any of them takes; who does not answer then hangs. */
const ANSWER_MS = { status: 5_000, reload: 30_000, stop: 20_000 };

/** The supervisor's answer; undefined where none runs, or where it hangs. */
export async function ask(question: "status" | "reload" | "stop"): Promise<Answer | undefined> {
  const text = await new Promise<string | undefined>((done, fail) => {
    let received = "";
    const connection = connect(files.control);
    connection.setEncoding("utf8");
    connection.setTimeout(ANSWER_MS[question], () => connection.destroy());
    connection.on("connect", () => connection.write(`${JSON.stringify({ do: question })}\n`));
    connection.on("data", (chunk: string) => (received += chunk));
    connection.on("close", () => done(received === "" ? undefined : received));
    connection.on("error", (error: NodeJS.ErrnoException) => {
      if (["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTDIR"].includes(error.code ?? ""))
        done(undefined);
      else if (error.code === "EACCES") {
        fail(
          new Failure("the embedded cluster belongs to another user", {
            details: [`${files.control} may not be opened.`],
            next: "run this as the user who brought the cluster up (usually root)",
          }),
        );
      } else fail(error);
    });
  });
  if (text === undefined) return undefined;
  const answer = JSON.parse(text) as Answer;
  if (answer.error !== undefined) throw new Failure(`the supervisor could not ${question}: ${answer.error}`);
  return answer;
}

const supervisorLog = () => join(files.logs, "supervisor.log");

/** Ends supervisors of an older build; what they kept running goes on, and the next one finds it. */
export function retireOthers(program: string): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const [executable, verb, plan] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (verb === "run" && plan === files.runningPlan && executable !== program) {
        process.kill(Number(pid), "SIGKILL");
      }
    } catch (error) {
      if (!["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error; // it just ended
    }
  }
}

export interface Launched {
  /** The exit code of a supervisor that gave up; with one running already, a second ends at once with 0. */
  gaveUp(): number | undefined;
}

/** Starts the supervisor, apart from this process. */
export function launch(program: string): Launched {
  mkdirSync(files.logs, { recursive: true });
  const log = openSync(supervisorLog(), "a", 0o600);
  let code: number | null = null;
  try {
    const child = spawn(program, ["run", files.runningPlan], {
      detached: true,
      stdio: ["ignore", log, log],
      cwd: "/",
    });
    child.on("exit", (exit) => (code = exit));
    child.unref();
  } finally {
    closeSync(log);
  }
  return { gaveUp: () => (code === null || code === 0 ? undefined : code) };
}

/** Answers once the named components, or all of them, are ready. */
export async function awaitComponents(
  launched: Launched,
  step: Step,
  seconds: number,
  names?: string[],
): Promise<void> {
  const until = Date.now() + seconds * 1000;
  let said = "";
  for (;;) {
    const answer = await ask("status");
    const wanted = answer?.components.filter((each) => names?.includes(each.name) ?? true);
    const late = wanted?.filter((each) => each.phase !== "ready");
    if (late?.length === 0) return;
    if (answer === undefined && launched.gaveUp() !== undefined) throw gaveUp();
    if (Date.now() > until) throw tooLate(late, seconds);
    const now = late
      ? `waiting for ${late.map((each) => each.name).join(", ")}`
      : "waiting for the supervisor";
    if (now !== said) step.note(now);
    said = now;
    await pause(POLL_MS);
  }
}

const gaveUp = () =>
  new Failure("the supervisor could not start", {
    details: tail(readFileSync(supervisorLog(), "utf8"), 4),
    log: supervisorLog(),
    next: "mend what it says, then run the same command again",
  });

function tooLate(late: ComponentStatus[] | undefined, seconds: number): Failure {
  const [first] = late ?? [];
  const log = first ? join(files.logs, `${first.name}.log`) : supervisorLog();
  const words = existsSync(log) ? tail(readFileSync(log, "utf8"), 8) : [];
  const each = (late ?? []).map(
    ({ name, phase, restarts }) => `${name} (${phase}, restarted ${restarts} times)`,
  );
  return new Failure(
    first
      ? `not ready after ${seconds} s: ${each.join(", ")}`
      : `the supervisor did not start within ${seconds} s`,
    { details: words, log, next: "see the log; `./slipway cluster reset` starts with empty data" },
  );
}

/** Removes what a cluster leaves on the machine, its data excepted. Does no harm where nothing is. */
export async function sweep(program: string): Promise<void> {
  if (existsSync(files.plan)) await run(program, ["sweep", files.plan]);
}
