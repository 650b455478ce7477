/**
 * Real pulumi runs for tests: a project in a folder of its own, with its own state, on the engine and plugins that
 * Slipway uses. With SLIPWAY_PULUMI_BIN (and PULUMI_HOME) set, on those instead.
 */
import { spawn, type ChildProcess } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { engine } from "../../toolchain/engine";
import { checkout } from "../../toolchain/lib/paths";

export interface Outcome {
  code: number;
  stdout: string;
  /** Standard output and error together, as a person sees it. */
  text: string;
}

export interface Resource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

export interface ProjectOptions {
  /** Further files by name; index.ts is the program. */
  files?: Record<string, string>;
  config?: Record<string, string>;
  secrets?: Record<string, string>;
  env?: Record<string, string>;
  /** `runtime.options` in Pulumi.yaml. */
  runtime?: Record<string, unknown>;
}

export interface Running {
  child: ChildProcess;
  done: Promise<Outcome>;
}

/** What a process needs to run pulumi on Slipway's engine. */
export async function engineEnv(): Promise<Record<string, string>> {
  const bin = process.env.SLIPWAY_PULUMI_BIN;
  const env =
    bin === undefined
      ? (await engine()).env
      : { PATH: [bin, dirname(process.execPath), process.env.PATH ?? ""].join(delimiter) };
  return {
    ...env,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase of the tests",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

const projects = new Set<Project>();

/** A new project with one stack. Give it back with `removeProjects` after the test. */
export async function project(program: string, options: ProjectOptions = {}): Promise<Project> {
  const made = new Project(await engineEnv(), options);
  projects.add(made);
  made.program(program);
  await made.must("stack", "init", made.stack);
  for (const [key, value] of Object.entries(options.config ?? {}))
    await made.must("config", "set", key, value);
  for (const [key, value] of Object.entries(options.secrets ?? {})) {
    await made.must("config", "set", "--secret", key, value);
  }
  return made;
}

/** For an `afterEach` or `after`: takes away every project made since, and ends what still runs in them. */
export async function removeProjects(): Promise<void> {
  for (const made of projects) await made.remove();
  projects.clear();
}

export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "slipway-project-"));
  readonly stack = "test";
  readonly name = "project";
  private readonly env: Record<string, string>;
  private readonly running = new Set<Running>();

  constructor(env: Record<string, string>, options: ProjectOptions) {
    mkdirSync(join(this.folder, "state"));
    this.env = { ...env, PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`, ...options.env };
    const files: Record<string, string> = {
      "Pulumi.yaml": JSON.stringify({
        name: this.name,
        runtime: { name: "nodejs", options: options.runtime ?? {} },
      }),
      "package.json": JSON.stringify({ name: this.name, main: "index.ts" }),
      "tsconfig.json": JSON.stringify({
        compilerOptions: { target: "es2023", module: "nodenext", moduleResolution: "nodenext", strict: true },
        "ts-node": { transpileOnly: true },
      }),
      ...options.files,
    };
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    symlinkSync(join(checkout, "node_modules"), join(this.folder, "node_modules"));
  }

  write(name: string, text: string): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** Replaces the program. */
  program(text: string): void {
    this.write("index.ts", text);
  }

  /** Starts pulumi and leaves it running. */
  start(args: string[], env: Record<string, string> = {}): Running {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.folder,
      env: { ...process.env, ...this.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const seen = { stdout: "", text: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      seen.stdout += chunk;
      seen.text += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      seen.text += chunk;
    });
    const running: Running = {
      child,
      done: new Promise((done, fail) => {
        child.on("error", fail);
        child.on("close", (code) => {
          this.running.delete(running);
          done({ code: code ?? -1, ...seen });
        });
      }),
    };
    this.running.add(running);
    return running;
  }

  pulumi(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
    return this.start(args, env).done;
  }

  /** Runs pulumi and fails the test with all it said when it fails. */
  async must(...args: string[]): Promise<Outcome> {
    const outcome = await this.pulumi(args);
    if (outcome.code !== 0) {
      throw new Error(`pulumi ${args.join(" ")} ended with ${outcome.code}\n${outcome.text}`);
    }
    return outcome;
  }

  up(env: Record<string, string> = {}): Promise<Outcome> {
    return this.pulumi(["up", "--yes", "--skip-preview"], env);
  }

  preview(...flags: string[]): Promise<Outcome> {
    return this.pulumi(["preview", ...flags]);
  }

  refresh(): Promise<Outcome> {
    return this.pulumi(["refresh", "--yes", "--skip-preview"]);
  }

  destroy(): Promise<Outcome> {
    return this.pulumi(["destroy", "--yes", "--skip-preview"]);
  }

  async outputs(): Promise<Record<string, unknown>> {
    const shown = await this.must("stack", "output", "--json", "--show-secrets");
    return JSON.parse(shown.stdout) as Record<string, unknown>;
  }

  async resources(): Promise<Resource[]> {
    const { stdout } = await this.must("stack", "export");
    return (JSON.parse(stdout) as { deployment: { resources?: Resource[] } }).deployment.resources ?? [];
  }

  /** The one resource of that type. */
  async resource(type: string): Promise<Resource> {
    const found = (await this.resources()).filter((resource) => resource.type === type);
    if (found.length !== 1 || found[0] === undefined)
      throw new Error(`${found.length} resources of type ${type}`);
    return found[0];
  }

  /** Every byte that the backend keeps of the stack, history and backups too. */
  stored(): string {
    const state = join(this.folder, "state");
    return readdirSync(state, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
  }

  async remove(): Promise<void> {
    for (const { child, done } of [...this.running]) {
      child.kill("SIGKILL");
      await done;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
