/**
 * Products on the embedded cluster for tests that need real pods: the demo as `./slipway up` makes it, and beside it
 * products of a test's own with the demo's images and other promises. Each is made once for all files of a run.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { cannotRun } from "../../toolchain/cluster/preflight";
import { checkout } from "../../toolchain/lib/paths";
import { quiet } from "../../toolchain/lib/progress";
import { run, type Result } from "../../toolchain/lib/run";
import { Stack } from "../../tools/lib/stack";
import { beside } from "../../tools/testing/beside";
import { describeWith } from "./services";
import { unprotected } from "./unprotected";

type Settings = Record<string, unknown>;
export type Parts = Record<string, Settings>;

/** A suite on the cluster with the platform and the demo on it. */
export function describeLive(title: string, suite: (this: Mocha.Suite) => void): void {
  describeWith(cannotRun(), title, function () {
    this.timeout(120_000);
    before(async function () {
      this.timeout(600_000);
      await demo();
    });
    suite.call(this);
  });
}

/** The demo as `./slipway up --full` makes it. */
export const up = (): Promise<Result> => run(join(checkout, "slipway"), ["up", "--full"]);

let said: Promise<string> | undefined;

/** That, once; answers what it printed. With `slipway test --here` it stands already. */
export const demo = (): Promise<string> =>
  (said ??=
    process.env.SLIPWAY_TEST_HERE === undefined ? up().then(({ stdout }) => stdout) : Promise.resolve(""));

/** kubectl against the embedded cluster; its output. */
export async function kubectl(...words: string[]): Promise<string> {
  return (await run("kubectl", ["--context", "slipway", ...words])).stdout;
}

export class Live {
  private readonly folder = mkdtempSync(join(tmpdir(), "slipway-live-"));
  readonly hosts: { app: string; api: string };

  /** `name` is the product's and its namespace's. */
  constructor(
    readonly name: string,
    public settings: Settings = {},
  ) {
    const usual = beside(name);
    this.hosts = usual.hosts;
    this.settings = { ...usual, ...settings };
  }

  get file(): string {
    return join(this.folder, `Pulumi.${this.name}.yaml`);
  }

  get parts(): Parts {
    return this.settings.parts as Parts;
  }

  get stack(): Stack {
    const env = process.env as Record<string, string>;
    return new Stack({ project: "", stack: this.name, file: this.file, env });
  }

  write(): void {
    const config = Object.entries(this.settings).map(([key, value]) => [`slipway:${key}`, value]);
    writeFileSync(this.file, stringify({ config: Object.fromEntries(config) as Settings }, { lineWidth: 0 }));
  }

  /** `pulumi up` of what the settings say now. */
  async up(): Promise<{ changed: number }> {
    this.write();
    return this.stack.up(quiet);
  }

  async remove(): Promise<void> {
    const { stack } = this;
    if (this.settings.tier !== "local") await stack.import(unprotected(await stack.state()));
    await stack.destroy(quiet);
    rmSync(this.folder, { recursive: true });
  }

  kubectl(...words: string[]): Promise<string> {
    return kubectl("--namespace", this.name, ...words);
  }

  /** A generated secret's value, by the name the stack file has for it. */
  async secret(name: string): Promise<string> {
    const { resources } = await this.stack.exported();
    const suffix = `-${name.toLowerCase().replaceAll("_", "-")}`;
    const found = resources.find(({ urn, type }) => type.startsWith("random:") && urn.endsWith(suffix));
    const value = found?.outputs?.result ?? found?.outputs?.b64Std ?? found?.outputs?.hex;
    if (value === undefined) throw new Error(`no secret of ${this.name} is called ${name}`);
    // The export writes a secret as JSON text in an envelope of its own.
    return typeof value === "string"
      ? value
      : (JSON.parse((value as { plaintext: string }).plaintext) as string);
  }

  async apply(...items: object[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await run("kubectl", ["--context", "slipway", "--namespace", this.name, "apply", "--filename", "-"], {
      input: list,
    });
  }

  /** What kubectl gets, parsed. */
  async items<T>(...what: string[]): Promise<T[]> {
    const { items } = JSON.parse(await this.kubectl("get", ...what, "--output=json")) as { items: T[] };
    return items;
  }

  /** A command in a pod of a part, and how it ended. */
  exec(part: string, ...command: string[]): Promise<Result> {
    return this.execIn(`deployment/${part}`, ...command);
  }

  execIn(pod: string, ...command: string[]): Promise<Result> {
    const words = ["--context", "slipway", "--namespace", this.name, "exec", pod, "--"];
    return run("kubectl", [...words, ...command], { allowFailure: true });
  }
}
