/**
 * A Pulumi stack run from here: its engine's environment, its settings file, `up`, outputs, `destroy`.
 *
 * A stack kept on this machine gets a settings file of its own outside the checkout: the engine writes an encryption
 * salt into it, which differs on each machine and must not show as a change of the committed file.
 */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Document, parse, parseDocument } from "yaml";
import { NAMESPACE } from "../../config/source";
import { Failure } from "../../toolchain/lib/failure";
import { cacheDir, checkout, stateDir } from "../../toolchain/lib/paths";
import type { Step } from "../../toolchain/lib/progress";
import { run, tail, type Result } from "../../toolchain/lib/run";
import { EXIT } from "../review/model";
import { type Pack, packFlags } from "../review/packs";
import { WAIVE } from "../review/words";
import { releaseDeadLocks } from "./dead-locks";
import { tellsForOnce, untold } from "./for-once";
import { overlay } from "./overlay";
import { recovered } from "./unfinished";

export interface StackOptions {
  /** The project's folder, below the checkout: "" is the product, "platform" the platform. */
  project: string;
  stack: string;
  /** The stack's file, where it is not the committed one beside the project. */
  file?: string;
  /** A file that says more, laid over the stack's own. */
  also?: string | undefined;
  /** The environment `pulumi` runs in: the engine's, and KUBECONFIG. */
  env: Record<string, string>;
  /** Another folder with a program of its own, instead of one of this checkout. */
  folder?: string | undefined;
  /** Which cluster it is on, where that can be another one tomorrow: what is recorded of an earlier one is forgotten. */
  cluster?: string;
}

export interface StateResource {
  urn: string;
  type: string;
  outputs?: Record<string, unknown>;
}

/** How a stack is changed this time. */
export interface Change {
  /** Keys of the stack file, without their namespace, that are another this time; undefined takes one away. */
  override?: Readonly<Record<string, unknown>>;
  /** The engine's plan: no step beyond it. */
  planFile?: string | undefined;
  /** Asks the engine to end what it is at, and stop. */
  signal?: AbortSignal | undefined;
  /** Added to the engine's environment. */
  env?: Record<string, string>;
  /** What the log is called after, instead of the engine's verb. */
  called?: string;
  /** Policy packs that the engine asks of each resource before it makes it, and of the whole when all are there. */
  packs?: readonly Pack[];
  /** Previews first: where a rule is broken, or the program fails, nothing at all is made. */
  careful?: boolean;
}

export class Stack {
  private readonly folder: string;
  /** Where its settings file is, and where `pulumi` is asked about it. */
  readonly own: string;

  constructor(private readonly options: StackOptions) {
    this.folder = options.folder ?? join(checkout, options.project);
    this.own = stateDir("settings", this.name);
  }

  /** Of the project, for files and messages: two folders never share one. */
  private get name(): string {
    const { folder, project } = this.options;
    if (folder !== undefined && folder !== join(checkout, project)) {
      return `${basename(folder)}-${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`;
    }
    return project === "" ? "product" : project;
  }

  /** The settings file the engine is given. */
  get settings(): string {
    return join(this.own, `Pulumi.${this.options.stack}.yaml`);
  }

  /** Makes the stack if it is not there, and brings its settings file up to date. */
  async prepare(): Promise<void> {
    await this.settle();
    const backend = this.options.env.PULUMI_BACKEND_URL ?? process.env.PULUMI_BACKEND_URL;
    releaseDeadLocks(backend, this.projectName(), this.options.stack);
    await this.forgetOtherCluster();
    const selected = await this.pulumi(["stack", "select", this.options.stack], {
      cwd: this.own,
      allowFailure: true,
    });
    if (selected.code === 0) return;
    await this.pulumi(["stack", "init", this.options.stack, "--non-interactive"], { cwd: this.own });
  }

  /** Brings its settings file up to date, and makes nothing. */
  async settle(): Promise<void> {
    mkdirSync(this.own, { recursive: true, mode: 0o700 });
    copyFileSync(join(this.folder, "Pulumi.yaml"), join(this.own, "Pulumi.yaml"));
    const committed = this.options.file ?? join(this.folder, `Pulumi.${this.options.stack}.yaml`);
    if (!existsSync(committed)) throw new Failure(`there is no stack file ${committed}`);
    const document = parseDocument(readFileSync(committed, "utf8"));
    if (this.options.also !== undefined) overlay(document, this.options.also);
    if (!["encryptionsalt", "secretsprovider", "encryptedkey"].some((key) => document.has(key))) {
      const salt = this.salt() ?? (await this.saltOfState());
      if (salt !== undefined) document.set("encryptionsalt", salt);
    }
    writeFileSync(this.settings, unfolded(document), { mode: 0o600 });
  }

  /** The settings with some keys changed, in a file of its own: who only looks at the stack meanwhile writes the other one. */
  private overridden(override: NonNullable<Change["override"]>): string {
    const document = parseDocument(readFileSync(this.settings, "utf8"));
    for (const [key, value] of Object.entries(override)) {
      const path = ["config", `${NAMESPACE}:${key}`];
      if (value === undefined) document.deleteIn(path);
      else document.setIn(path, value);
    }
    const file = join(this.own, `Pulumi.${this.options.stack}.override.yaml`);
    writeFileSync(file, unfolded(document), { mode: 0o600 });
    return file;
  }

  /** A cluster that was reset has nothing of what the state says: the state goes with it. */
  private async forgetOtherCluster(): Promise<void> {
    const { cluster, stack } = this.options;
    if (cluster === undefined) return;
    const record = join(this.own, `${stack}.cluster`);
    const before = existsSync(record) ? readFileSync(record, "utf8") : undefined;
    if (before !== undefined && before !== cluster) {
      await this.pulumi(["stack", "rm", stack, "--yes", "--force", "--preserve-config"], {
        cwd: this.own,
        allowFailure: true,
      });
    }
    writeFileSync(record, cluster);
  }

  private projectName(): string {
    return (parse(readFileSync(join(this.folder, "Pulumi.yaml"), "utf8")) as { name: string }).name;
  }

  /**
   * The salt the stack was made with, which every machine must use that has none of its own: a plan that was made with
   * another could be read by nobody.
   */
  private async saltOfState(): Promise<string | undefined> {
    const words = ["stack", "export", "--stack", this.options.stack];
    const answer = await this.pulumi(words, { cwd: this.own, allowFailure: true });
    if (answer.code !== 0) return undefined; // there is no such stack yet
    const { deployment } = JSON.parse(answer.stdout) as {
      deployment?: { secrets_providers?: { type?: string; state?: { salt?: string } } };
    };
    const used = deployment?.secrets_providers;
    return used?.type === "passphrase" ? used.state?.salt : undefined;
  }

  private salt(): unknown {
    return existsSync(this.settings)
      ? parseDocument(readFileSync(this.settings, "utf8")).get("encryptionsalt")
      : undefined;
  }

  /** `pulumi up`, its lines as notes; answers how many resources changed. */
  async up(step: Step, how: Change = {}): Promise<{ changed: number }> {
    await this.prepare();
    const env = { ...(await recovered(this, step)).env, ...how.env };
    const flags = [
      ...(how.careful === true ? [] : ["--skip-preview"]),
      ...(how.planFile === undefined ? [] : [`--plan=${how.planFile}`]),
      ...packFlags(how.packs),
    ];
    const answer = await this.change("up", flags, step, { ...how, env });
    if (tellsForOnce(env)) await this.import(untold((await this.state()) as object));
    const changes = [...answer.stdout.matchAll(/^\s+[+~-]+\s*(\d+) (?:created|updated|deleted|replaced)/gm)];
    return { changed: changes.reduce((sum, [, count]) => sum + Number(count), 0) };
  }

  async destroy(step: Step): Promise<void> {
    await this.change("destroy", ["--skip-preview", "--run-program=false"], step);
  }

  async outputs(): Promise<Record<string, unknown>> {
    const { stdout } = await this.pulumi(["stack", "output", "--json", "--stack", this.options.stack], {
      cwd: this.own,
    });
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** The state, its secrets in clear. */
  async exported(): Promise<{ resources: StateResource[] }> {
    const state = (await this.state("--show-secrets")) as { deployment: { resources: StateResource[] } };
    return state.deployment;
  }

  /** The stack's state as the engine keeps it: its secrets stay encrypted. */
  async state(...flags: string[]): Promise<unknown> {
    const words = ["stack", "export", ...flags, "--stack", this.options.stack];
    return JSON.parse((await this.pulumi(words, { cwd: this.own })).stdout);
  }

  async import(state: unknown): Promise<void> {
    const words = ["stack", "import", "--stack", this.options.stack];
    await this.pulumi(words, { cwd: this.own, input: JSON.stringify(state) });
  }

  /** The value of a secret of the stack's config. */
  async secret(name: string): Promise<string> {
    const path = `${NAMESPACE}:secrets[${JSON.stringify(name)}]`;
    const words = ["config", "get", "--path", path, "--stack", this.options.stack];
    return (await this.pulumi(words, { cwd: this.own })).stdout;
  }

  private async change(verb: string, flags: string[], step: Step, how: Change = {}): Promise<Result> {
    const log = cacheDir("logs", `pulumi-${this.name}-${how.called ?? verb}.log`);
    writeFileSync(log, "");
    const answer = await this.pulumi(
      [
        verb,
        "--yes",
        "--non-interactive",
        "--color",
        "never",
        "--suppress-progress",
        "--stack",
        this.options.stack,
        "--config-file",
        how.override === undefined ? this.settings : this.overridden(how.override),
        ...flags,
      ],
      {
        cwd: this.folder,
        log,
        allowFailure: true,
        // What makes the engine cancel its steps and write down where it stands.
        ...(how.signal === undefined ? {} : { signal: how.signal, killSignal: "SIGINT" }),
        onLine: (line) => line.trim() !== "" && step.note(line.trim()),
        ...(how.env === undefined ? {} : { env: how.env }),
      },
    );
    if (answer.code !== 0) {
      throw new Failure(
        `pulumi ${verb} of ${this.options.project === "" ? "the product" : `the ${this.options.project}`} failed`,
        {
          details: diagnostics(answer.stdout) ?? tail(answer.stderr === "" ? answer.stdout : answer.stderr),
          log,
          ...(violations(answer.stdout).length > 0
            ? { next: WAIVE, exitCode: EXIT.violated }
            : {
                next: "mend what it says and run the same command again: what was made is kept, the rest goes on",
              }),
        },
      );
    }
    return answer;
  }

  private pulumi(args: string[], options: Parameters<typeof run>[2]): Promise<Result> {
    return run("pulumi", args, { ...options, env: { ...this.options.env, ...options?.env } });
  }
}

/** As text in which no line is broken: the engine's own reader puts some folded texts together otherwise than this one. */
const unfolded = (document: Document): string => document.toString({ lineWidth: 0 });

/** The engine's own summary of what went wrong, without the list of what went well. */
export function diagnostics(output: string): string[] | undefined {
  const said = section(output, "Diagnostics");
  return said === undefined ? undefined : [...violations(output), ...said];
}

/** The lines below one of the headings that the engine's output ends with. */
function section(output: string, heading: string): string[] | undefined {
  const start = output.indexOf(`\n${heading}:`);
  if (start === -1) return undefined;
  const rest = output
    .slice(start + 1)
    .split("\n")
    .slice(1);
  const end = rest.findIndex((line) => /^(Diagnostics|Outputs|Resources|Duration|Policies):?/.test(line));
  return rest
    .slice(0, end === -1 ? undefined : end)
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
}

/** What policies have refused, in their own words; what they only advise is left in the log. */
function violations(output: string): string[] {
  let refused = false;
  return (section(output, "Policies") ?? []).filter((line) => {
    if (/^ {4}\S/.test(line)) refused = false; // another pack
    if (/^\s+- \[/.test(line)) refused = line.includes("[mandatory]");
    return refused;
  });
}
