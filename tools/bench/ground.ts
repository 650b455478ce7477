/** Where previews are measured: a folder with a state of its own, no cluster, and a quiet engine. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";
import { project, unreachable } from "./project";

export const STACK = "production";

export interface Ground {
  /** A preview of this checkout's program as the production stack. */
  product(...flags: string[]): () => Promise<unknown>;
  /** A preview of another program. */
  program(
    name: string,
    text: string,
    start?: string,
  ): Promise<(...flags: string[]) => () => Promise<unknown>>;
  /** What the product's program is made of besides its own code. */
  load(): Promise<Load>;
}

export interface Load {
  /** Files of other people's packages that it has evaluated when it ends. */
  files: string[];
  resources: number;
}

/** The pack of this checkout, for either. */
export const withPack = ["--policy-pack", join(checkout, "policies")];

export async function onGround<T>(engine: Record<string, string>, work: (ground: Ground) => Promise<T>) {
  const folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
  try {
    const env = {
      ...engine,
      PULUMI_BACKEND_URL: `file://${folder}/state`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      KUBECONFIG: unreachable(folder, STACK),
    };
    mkdirSync(join(folder, "state"));
    const settings = settingsOf(folder);
    const init = (cwd: string) => run("pulumi", ["stack", "init", STACK], { cwd, env });
    await init(settings);
    const preview =
      (cwd: string, ...flags: string[]) =>
      () =>
        run("pulumi", [...quick, ...flags], { cwd, env });
    return await work({
      product: (...flags) =>
        preview(checkout, "--config-file", join(settings, `Pulumi.${STACK}.yaml`), ...flags),
      program: async (name, text, start) => {
        const cwd = project(folder, name, text, start);
        await init(cwd);
        return (...flags) => preview(cwd, ...flags);
      },
      load: async () => {
        const hook = join(folder, "load.js");
        const list = join(folder, "load.json");
        writeFileSync(hook, note(list));
        const words = [...quick, "--json", "--config-file", join(settings, `Pulumi.${STACK}.yaml`)];
        const { stdout } = await run("pulumi", words, {
          cwd: checkout,
          env: { ...env, NODE_OPTIONS: `--require=${hook}` },
        });
        const { changeSummary } = JSON.parse(stdout) as { changeSummary: { create: number } };
        const files = JSON.parse(readFileSync(list, "utf8")) as string[];
        return { files, resources: changeSummary.create };
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the engine's Node process of the program has loaded of packages; those that only compile it are left out. */
const note = (file: string) => `
const modules = ${JSON.stringify(join(checkout, "node_modules"))};
process.on("exit", () => {
  const files = Object.keys(require.cache).filter(
    (file) => file.startsWith(modules) && !/node_modules.(ts-node|typescript|@cspotcode)./.test(file),
  );
  if (files.some((file) => /@pulumi.pulumi.index/.test(file)))
    require("node:fs").writeFileSync(${JSON.stringify(file)}, JSON.stringify(files));
});
`;

const quick = ["preview", "--stack", STACK, "--non-interactive", "--suppress-progress", "--suppress-outputs"];

/** A copy of the stack file: the engine writes the salt of its secrets into it. */
function settingsOf(folder: string): string {
  const path = join(folder, "settings");
  mkdirSync(path);
  for (const file of ["Pulumi.yaml", `Pulumi.${STACK}.yaml`]) cpSync(join(checkout, file), join(path, file));
  return path;
}
