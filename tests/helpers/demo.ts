/** The demo's real programs for tests: bundled as for an image, started as processes, watched by their logs. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildPart, type PartName } from "../../demo/build";
import { eventually, freePort } from "./services";

export const demoFolder = resolve(__dirname, "../../demo");
export const jwtSecret = "a-test-secret-of-more-than-32-characters";

export interface Bundles {
  folder: string;
  remove(): void;
}

/** Bundles the parts into a folder of their own, as an image would have them. */
export async function bundle(...parts: PartName[]): Promise<Bundles> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-test-demo-"));
  await Promise.all(parts.map((part) => buildPart(part, demoFolder, join(folder, part))));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** One line of a program's log. */
export type Line = Record<string, unknown> & { level?: string; msg?: string };

export class Program {
  readonly output: string[] = [];

  constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => this.output.push(text));
  }

  get text(): string {
    return this.output.join("");
  }

  get lines(): Line[] {
    return this.text
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Line);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("the program never started");
    return this.child.pid;
  }

  get exited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Its exit code once it has ended and its output is complete; null after a signal. */
  async exit(): Promise<number | null> {
    if (!this.exited) await once(this.child, "close");
    return this.child.exitCode;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (!this.exited) this.signal(signal);
    return this.exit();
  }
}

export function run(
  bundles: Bundles,
  part: PartName,
  args: string[],
  env: Record<string, string>,
  url = "",
): Program {
  const main = join(bundles.folder, part, "main.js");
  // Nothing of the tester's own environment: what a part needs is what it is given.
  return new Program(
    spawn(process.execPath, [main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] }),
    url,
  );
}

/** Starts a server part on a free port and waits until `path` answers 200. */
export async function serve(
  bundles: Bundles,
  part: PartName,
  env: Record<string, string>,
  path = part === "api" ? "/ready" : part === "worker" ? "/health" : "/readyz",
): Promise<Program> {
  const port = await freePort();
  const program = run(bundles, part, [], { ...env, PORT: String(port) }, `http://127.0.0.1:${port}`);
  await eventually(
    `${part} answering on ${path}`,
    async () => {
      if (program.exited)
        throw new Error(`${part} ended with ${String(await program.exit())}:\n${program.text}`);
      return answersOk(program.url + path);
    },
    { detail: () => program.text },
  );
  return program;
}

export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** The environment of the API and the workers on these stores. */
export function storeEnv(postgres: { url: string }, redis: { url: string }): Record<string, string> {
  return {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    JWT_SECRET: jwtSecret,
    DRAIN_SECONDS: "0.5",
    LOG_LEVEL: "info",
  };
}

/** Signs a new user up and speaks for it. */
export async function signUp(api: string, email = `${crypto.randomUUID()}@example.com`): Promise<Account> {
  const response = await fetch(`${api}/auth/signup`, json({ email, password: "correct horse battery" }));
  if (response.status !== 201) throw new Error(`sign up: ${response.status} ${await response.text()}`);
  const { token } = (await response.json()) as { token: string };
  return new Account(api, token, email);
}

export function json(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

export class Account {
  constructor(
    readonly api: string,
    readonly token: string,
    readonly email: string,
  ) {}

  get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.token}` };
  }

  get(path: string): Promise<Response> {
    return fetch(this.api + path, { headers: this.headers });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.api + path, json(body, { ...this.headers, ...headers }));
  }

  /** Orders work; the ids of the acknowledged jobs. */
  async order(job: object, times = 1): Promise<string[]> {
    const response = await this.post("/jobs", { job, times });
    if (response.status !== 202) throw new Error(`order: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { ids: string[] }).ids;
  }

  async counts(): Promise<{ queued: number; running: number; done: number; failed: number }> {
    const response = await this.get("/jobs?limit=1");
    return (
      (await response.json()) as { counts: { queued: number; running: number; done: number; failed: number } }
    ).counts;
  }

  /** How many jobs were counted as ended: more than were ordered means one was done twice. */
  async jobsDone(): Promise<number> {
    return ((await (await this.get("/me")).json()) as { jobsDone: number }).jobsDone;
  }
}
