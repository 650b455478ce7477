/** A product of a test's or a measure's own on the embedded cluster: the real program in a git checkout of its own, its own stack, state and namespace. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { rehearsalHome } from "../../config/rehearsal";
import { environment } from "../lib/environment";
import { checkout } from "../../toolchain/lib/paths";
import { quiet } from "../../toolchain/lib/progress";
import { run, tail, type Result } from "../../toolchain/lib/run";

const PROGRAM = [
  ...["index.ts", "wiring.ts", "wiring-copies.ts", "wiring-parts.ts", "wiring-rehearsal.ts"],
  ...["package.json", "tsconfig.json", "Pulumi.yaml"],
];
/** The last ones hold what the keeper is bundled from. */
const FOLDERS = [
  ...["clouds", "components", "config", "start"],
  ...["keeper", "tools/recovery", "tools/release", "toolchain/lib"],
];

type Settings = Record<string, unknown>;

/** Keys of a stack file without their namespace, as the file has them. */
export const stackFileOf = (settings: Settings): Settings => ({
  config: Object.fromEntries(Object.entries(settings).map(([key, value]) => [`slipway:${key}`, value])),
});

export class Project {
  readonly folder: string;
  private env: Record<string, string | undefined> = {};
  private readonly over = new AbortController();
  /** Commands that have not ended: a test that ran out of time leaves one. */
  private readonly running = new Set<Promise<void>>();

  /** `stack` is the product's and its namespace's, too. Beside another one it is one more stack of that project. */
  constructor(
    readonly stack: string,
    private readonly beside?: Project,
  ) {
    this.folder = beside?.folder ?? mkdtempSync(join(tmpdir(), "slipway-project-"));
  }

  get file(): string {
    return join(this.folder, `Pulumi.${this.stack}.yaml`);
  }

  async make(env: Record<string, string | undefined> = {}): Promise<void> {
    if (this.beside !== undefined) {
      this.env = this.beside.env;
      return;
    }
    for (const name of PROGRAM) cpSync(join(checkout, name), join(this.folder, name));
    for (const name of FOLDERS) cpSync(join(checkout, name), join(this.folder, name), { recursive: true });
    symlinkSync(join(checkout, "node_modules"), join(this.folder, "node_modules"));
    writeFileSync(join(this.folder, ".gitignore"), "node_modules\nstate\nresult\n");
    mkdirSync(join(this.folder, "state"));
    mkdirSync(join(this.folder, "result"));
    this.env = {
      ...(await environment(quiet)),
      ...env,
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of the tests",
    };
    await run("git", ["init", "-q"], { cwd: this.folder });
  }

  /** What the stack file says now. */
  settings(): Settings {
    const { config } = parse(readFileSync(this.file, "utf8")) as { config: Settings };
    return Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace("slipway:", ""), value]),
    );
  }

  /** Commits a stack file; answers the commit. */
  async commit(settings: Settings, message = "a version"): Promise<string> {
    // Unfolded: the engine writes the file anew, and does not keep a folded text with indented lines in it.
    writeFileSync(this.file, stringify(stackFileOf(settings), { lineWidth: 0 }));
    const git = (...words: string[]) =>
      run("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...words], { cwd: this.folder });
    await git("add", "-A");
    await git("commit", "-q", "--allow-empty", "-m", message);
    return (await git("rev-parse", "HEAD")).stdout.trim();
  }

  slipway(
    words: string[],
    env: Record<string, string> = {},
    onLine?: (line: string) => void,
  ): Promise<Result> {
    const result = run(process.execPath, this.words(words), {
      cwd: checkout,
      env: { ...this.env, ...env },
      signal: this.over.signal,
      allowFailure: true,
      ...(onLine === undefined ? {} : { onLine }),
    });
    const ended = result.then(
      (answer) => this.tell(words, answer),
      () => undefined,
    );
    this.running.add(ended);
    void ended.then(() => this.running.delete(ended));
    return result;
  }

  /** Where a test ran out of time, what the command waited for is what one wants to know. */
  private tell(words: string[], { stderr }: Result): void {
    if (!this.over.signal.aborted) return;
    process.stderr.write(
      [`slipway ${words.join(" ")} was still running, and said:`, ...tail(stderr), ""].join("\n"),
    );
  }

  private words = ([verb = "", ...rest]: string[]) => [
    ...["-r", "ts-node/register/transpile-only", join(checkout, "tools", "main.ts")],
    ...[verb, this.stack, ...rest, "--cwd", this.folder],
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
    const all = ["--context", "slipway", "--namespace", this.stack, ...words];
    return (await run("kubectl", all, { env: this.env })).stdout;
  }

  async pulumi(...words: string[]): Promise<Result> {
    return run("pulumi", [...words, "--stack", this.stack, "--non-interactive"], {
      cwd: this.folder,
      env: this.env,
    });
  }

  /** Fails, in the engine's own words, where another run of it would change anything. */
  async unchanged(): Promise<void> {
    const words = ["preview", "--diff", "--expect-no-changes", "--stack", this.stack, "--non-interactive"];
    const options = { allowFailure: true, cwd: this.folder, env: this.env };
    const { code, stderr, stdout } = await run("pulumi", words, options);
    if (code !== 0) throw new Error(stdout + stderr);
  }

  /** Waits for a condition of the cluster's; the test's own time limit ends it. */
  async until(what: () => Promise<boolean>): Promise<void> {
    while (!(await what())) await wait(100);
  }

  /** Nothing of it stays, whatever a test left behind. */
  async remove(): Promise<void> {
    this.over.abort();
    await Promise.all(this.running);
    await this.pulumi("cancel", "--yes").catch(() => undefined); // there is a lock only after a failed test
    const namespaces = [this.stack, rehearsalHome(this.stack), "--ignore-not-found"];
    await run("kubectl", ["--context", "slipway", "delete", "namespace", ...namespaces], { env: this.env });
    for (const level of ["high", "low"]) {
      const name = ["priorityclass", `${this.stack}-${level}`, "--ignore-not-found"];
      await run("kubectl", ["--context", "slipway", "delete", ...name], { env: this.env });
    }
    if (this.beside === undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}
