/**
 * A small product of its own for tests of releases on the embedded cluster: the real program in a git checkout of its own, its
 * own stack, state, namespace and host. Its parts are a few lines of JavaScript in the demo's image, told by their environment what to answer.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { environment } from "../../../tools/lib/environment";
import { checkout } from "../../../toolchain/lib/paths";
import { quiet } from "../../../toolchain/lib/progress";
import { run, type Result } from "../../../toolchain/lib/run";
import { Load, type LoadResult } from "../../helpers/load";

export const STACK = "release-test";
export const HOST = "release-test.slipway.localhost";

const PROGRAM = ["index.ts", "wiring.ts", "wiring-parts.ts", "package.json", "tsconfig.json", "Pulumi.yaml"];
const FOLDERS = ["clouds", "components", "config"];

/** Answers every path with SAY, ends as a good server does, and is well unless WELL says otherwise. */
const SERVER = `
const server = require("node:http").createServer((asked, answer) => {
  answer.statusCode = asked.url === "/health" && process.env.WELL === "no" ? 500 : 200;
  answer.end(process.env.SAY);
});
server.listen(8000);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

type Settings = Record<string, unknown>;

export interface Version {
  say?: string;
  image?: string;
  well?: "yes" | "no";
  migrate?: string;
  /** Text that the smoke test wants. */
  wants?: string;
  replicas?: number;
}

export function stackFile({
  say = "one",
  image,
  well = "yes",
  migrate,
  wants,
  replicas = 2,
}: Version): Settings {
  const part = (env: Settings) => ({
    kind: "api",
    image: "slipway.local/demo-api:dev",
    command: ["node", "-e", SERVER],
    port: 8000,
    health: { live: "/health", ready: "/health", startup: "10s" },
    env,
    scale: replicas,
    cpu: { request: "20m", limit: "500m" },
    memory: "96Mi",
    drain: "2s",
    grace: "5s",
    deadline: "20s",
    user: 1000,
  });
  const settings: Settings = {
    product: STACK,
    tier: "local",
    clusters: { local: { cloud: "local", context: "slipway" } },
    hosts: { site: HOST },
    parts: {
      api: {
        ...part({ SAY: say, WELL: well }),
        needs: ["postgres"],
        ...(image === undefined ? {} : { image }),
        ...(migrate === undefined ? {} : { migrate: { command: ["node", "-e", migrate], timeout: "15s" } }),
      },
      steady: part({ SAY: "steady" }),
    },
    // A part that migrates must need a database. This one asks it nothing.
    postgres: { mode: "external", url: "DATABASE", connections: 100 },
    secrets: { DATABASE: { generate: { format: "hex" } } },
    routes: [
      { host: "site", path: "/", to: "api" },
      { host: "site", path: "/steady", to: "steady" },
    ],
    smoke:
      wants === undefined ? [] : [{ name: "says the right thing", host: "site", path: "/", contains: wants }],
    tls: { issuer: "local" },
  };
  return {
    config: Object.fromEntries(Object.entries(settings).map(([key, value]) => [`slipway:${key}`, value])),
  };
}

export class Product {
  readonly folder = mkdtempSync(join(tmpdir(), "slipway-release-"));
  private env: Record<string, string> = {};

  async make(): Promise<void> {
    for (const name of PROGRAM) cpSync(join(checkout, name), join(this.folder, name));
    for (const name of FOLDERS) cpSync(join(checkout, name), join(this.folder, name), { recursive: true });
    symlinkSync(join(checkout, "node_modules"), join(this.folder, "node_modules"));
    writeFileSync(join(this.folder, ".gitignore"), "node_modules\nstate\nresult\n");
    mkdirSync(join(this.folder, "state"));
    mkdirSync(join(this.folder, "result"));
    this.env = {
      ...(await environment(quiet)),
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of the tests",
    };
    await run("git", ["init", "-q"], { cwd: this.folder });
  }

  /** Commits a version of the stack file; answers the commit. */
  async write(version: Version, message = "a version"): Promise<string> {
    writeFileSync(join(this.folder, `Pulumi.${STACK}.yaml`), stringify(stackFile(version)));
    const git = (...words: string[]) =>
      run("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...words], { cwd: this.folder });
    await git("add", "-A");
    await git("commit", "-q", "--allow-empty", "-m", message);
    return (await git("rev-parse", "HEAD")).stdout.trim();
  }

  slipway(words: string[], env: Record<string, string> = {}): Promise<Result> {
    return run(process.execPath, this.words(words), {
      cwd: checkout,
      env: { ...this.env, ...env },
      allowFailure: true,
    });
  }

  private words = ([verb = "", ...rest]: string[]) => [
    ...["-r", "ts-node/register/transpile-only", join(checkout, "tools", "main.ts")],
    ...[verb, STACK, ...rest, "--cwd", this.folder],
  ];

  /** The command at the head of a process group of its own, to be killed with all it started. */
  start(words: string[]): { kill(): void; ended: Promise<void> } {
    const child = spawn(process.execPath, this.words(words), {
      cwd: checkout,
      env: { ...process.env, ...this.env },
      detached: true,
      stdio: "ignore",
    });
    const { pid } = child;
    if (pid === undefined) throw new Error("slipway could not be started");
    return {
      kill: () => process.kill(-pid, "SIGKILL"),
      ended: new Promise((done) => child.on("close", () => done())),
    };
  }

  async kubectl(...words: string[]): Promise<string> {
    const all = ["--context", "slipway", "--namespace", STACK, ...words];
    return (await run("kubectl", all, { env: this.env })).stdout;
  }

  async pulumi(...words: string[]): Promise<Result> {
    return run("pulumi", [...words, "--stack", STACK, "--non-interactive"], {
      cwd: this.folder,
      env: this.env,
    });
  }

  /** Waits for a condition of the cluster's; the test's own time limit ends it. */
  async until(what: () => Promise<boolean>): Promise<void> {
    while (!(await what())) await wait(100);
  }

  /** Visitors for as long as something else takes. */
  async during<T>(path: string, work: Promise<T>): Promise<{ answer: T; load: LoadResult }> {
    const load = new Load(HOST, path, { rate: 20 });
    try {
      return { answer: await work, load: await load.stop() };
    } finally {
      await load.stop();
    }
  }

  /** Nothing of it stays, whatever a test left behind. */
  async remove(): Promise<void> {
    await this.pulumi("cancel", "--yes").catch(() => undefined); // there is a lock only after a failed test
    await run("kubectl", ["--context", "slipway", "delete", "namespace", STACK, "--ignore-not-found"], {
      env: this.env,
    });
    for (const level of ["high", "low"]) {
      const name = ["priorityclass", `${STACK}-${level}`, "--ignore-not-found"];
      await run("kubectl", ["--context", "slipway", "delete", ...name], { env: this.env });
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
