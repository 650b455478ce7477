/** Real `pulumi` runs of small programs against a real API server, each in a namespace of its own. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { files } from "../../../../toolchain/cluster/layout";
import { kubectlProgram } from "../../../../toolchain/cluster/programs";
import { engine } from "../../../../toolchain/engine";
import { checkout } from "../../../../toolchain/lib/paths";
import { quiet } from "../../../../toolchain/lib/progress";
import { run, type Result } from "../../../../toolchain/lib/run";

/** The cluster under test: KUBECONFIG's, or else the embedded one. */
export const kubeconfig = process.env.KUBECONFIG ?? files.kubeconfig;

export const busybox = "slipway.local/busybox:1.35.0";

export interface Deployed {
  urn: string;
  type: string;
  id?: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  initErrors?: string[];
}

export interface Step {
  op: string;
  urn: string;
  replaceReasons?: string[];
  detailedDiff?: Record<string, { kind: string }>;
}

export class Stack {
  readonly namespace = `slipway-test-${randomBytes(4).toString("hex")}`;
  private readonly folder = mkdtempSync(join(tmpdir(), "slipway-kubernetes-"));
  private env: Record<string, string | undefined> = {};

  /** Makes the namespace, by kubectl: what a test is about is all that Pulumi owns. */
  async start(): Promise<void> {
    mkdirSync(join(this.folder, "backend"));
    symlinkSync(join(checkout, "node_modules"), join(this.folder, "node_modules"));
    writeFileSync(join(this.folder, "Pulumi.yaml"), "name: kubernetes-plugin\nruntime: nodejs\n");
    writeFileSync(join(this.folder, "package.json"), '{"name":"kubernetes-plugin","main":"index.js"}');
    this.env = {
      ...(await engine()).env,
      PULUMI_BACKEND_URL: `file://${join(this.folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "only for this test",
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      // The SDK would give it to every provider, and a rendering one refuses it.
      KUBECONFIG: undefined,
    };
    await this.kubectl(["create", "namespace", this.namespace]);
    await this.pulumi(["stack", "init", "test"]);
  }

  async end(): Promise<void> {
    await this.pulumi(["destroy", "--yes", "--skip-preview"], { allowFailure: true });
    await this.kubectl(["delete", "namespace", this.namespace, "--wait=false"], { allowFailure: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The program's body; it finds `k8s`, `pulumi`, `ns` (the namespace), `opts` (the provider) and `provider`. */
  write(body: string, provider: Record<string, unknown> = { kubeconfig }): void {
    writeFileSync(
      join(this.folder, "index.js"),
      [
        'const pulumi = require("@pulumi/pulumi");',
        'const k8s = require("@pulumi/kubernetes");',
        `const provider = new k8s.Provider("cluster", ${JSON.stringify(provider)});`,
        `const ns = ${JSON.stringify(this.namespace)};`,
        "const opts = { provider };",
        body,
      ].join("\n"),
    );
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  pulumi(args: string[], options: { allowFailure?: boolean } = {}): Promise<Result> {
    return run("pulumi", ["--non-interactive", ...args], { cwd: this.folder, env: this.env, ...options });
  }

  up(options: { allowFailure?: boolean } = {}): Promise<Result> {
    return this.pulumi(["up", "--yes", "--skip-preview", "--stack", "test"], options);
  }

  refresh(): Promise<Result> {
    return this.pulumi(["refresh", "--yes", "--skip-preview"], { allowFailure: true });
  }

  /** What an update would do: every step but those that leave a resource as it is. */
  async preview(): Promise<Step[]> {
    const { stdout } = await this.pulumi(["preview", "--json"]);
    const { steps } = JSON.parse(stdout) as { steps: Step[] };
    return steps.filter((step) => step.op !== "same" && !step.urn.includes("pulumi:pulumi:Stack"));
  }

  /** Starts an update and interrupts it once its output has said the words. */
  async interrupted(words: string): Promise<string> {
    const child = spawn("pulumi", ["--non-interactive", "up", "--yes", "--skip-preview"], {
      cwd: this.folder,
      env: { ...process.env, ...this.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const listen = (chunk: Buffer) => {
      const before = output.includes(words);
      output += chunk.toString();
      if (!before && output.includes(words)) child.kill("SIGINT");
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    await new Promise((end) => child.once("close", end));
    return output;
  }

  async deployed(): Promise<Deployed[]> {
    const { stdout } = await this.pulumi(["stack", "export"]);
    const { deployment } = JSON.parse(stdout) as { deployment: { resources?: Deployed[] } };
    return (deployment.resources ?? []).filter((resource) => resource.type.startsWith("kubernetes:"));
  }

  async only(type: string): Promise<Deployed> {
    const found = (await this.deployed()).filter((resource) => resource.type.endsWith(`:${type}`));
    if (found.length !== 1 || found[0] === undefined)
      throw new Error(`${found.length} resources of type ${type}`);
    return found[0];
  }

  async exported(): Promise<string> {
    return (await this.pulumi(["stack", "export"])).stdout;
  }

  async kubectl(args: string[], options: { allowFailure?: boolean; input?: string } = {}): Promise<Result> {
    return run(await kubectlProgram(quiet), args, { env: { KUBECONFIG: kubeconfig }, ...options });
  }

  /** An object of the namespace as it is on the cluster, undefined where there is none. */
  async live(kind: string, name: string): Promise<Record<string, unknown> | undefined> {
    const { stdout } = await this.kubectl([
      ...["get", kind, name, "--namespace", this.namespace, "--ignore-not-found", "--output", "json"],
    ]);
    return stdout.trim() === "" ? undefined : (JSON.parse(stdout) as Record<string, unknown>);
  }

  /** Asks until the question has an answer; the wait of the test is the limit. */
  async until<T>(question: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const answer = await question();
      if (answer !== undefined) return answer;
      await pause(200);
    }
  }
}

/** A value deep inside plain data. */
export function inside(value: unknown, ...path: (string | number)[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

/** Starts a stack before and ends it after each test of a suite. */
export function eachWithStack(): () => Stack {
  let stack: Stack;
  beforeEach(async () => {
    stack = new Stack();
    await stack.start();
  });
  afterEach(() => stack.end());
  return () => stack;
}
