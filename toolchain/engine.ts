/**
 * The Pulumi engine and its plugins: an installed one that is new enough, the official download, or a build
 * from the Go module proxy with stand-ins for the plugins that cannot be had. Always the same answer: a folder of
 * executables and the environment that makes `pulumi` work with them.
 */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { cached, key, obtain, type Recipe } from "./cache";
import { goRecipe } from "./gobuild";
import { cacheDir, stateDir } from "./lib/paths";
import { quiet, type Step } from "./lib/progress";
import { run } from "./lib/run";
import { downloadEngine, releasesReachable } from "./official";
import { passphraseFile } from "./passphrase";
import { installOfficialPlugins, missingPlugins, officialPlugins, standIns, type StandIn } from "./plugins";
import { versions } from "./versions";

export interface Engine {
  /** Where `pulumi` and what must lie beside it are. */
  bin: string;
  origin: "installed" | "downloaded" | "built";
  /** The plugins that are stand-ins, for the line each run says. */
  standIns: string[];
  /** What to add to a process's environment. */
  env: Record<string, string>;
}

let found: Promise<Engine> | undefined;

/** The engine, ready to run; looked for once a process. */
export function engine(step: Step = quiet): Promise<Engine> {
  found ??= find(step).catch((error: unknown) => {
    found = undefined;
    throw error;
  });
  return found;
}

async function find(step: Step): Promise<Engine> {
  const own = (await installedEngine()) ?? (await downloadedEngine(step));
  if (own !== undefined && missingPlugins().length > 0 && (await releasesReachable())) {
    await installOfficialPlugins(join(own.bin, "pulumi"), missingPlugins(), step);
  }
  const missing = missingPlugins();
  if (own !== undefined && missing.length === 0) return { ...own, standIns: [], env: environment(own.bin) };

  const plugins = standIns(missing, own === undefined);
  const bundle = await obtain(bundleRecipe(own?.bin, plugins, step), step);
  const bin = own?.bin ?? join(bundle, "bin");
  return {
    bin,
    origin: own?.origin ?? "built",
    standIns: plugins.map((plugin) => plugin.name),
    env: environment(bin, join(bundle, "home")),
  };
}

/** What would be used without fetching or building anything, in words; undefined where there is nothing yet. */
export async function installedOrBuilt(): Promise<string | undefined> {
  const installed = await installedEngine();
  if (installed !== undefined) return `installed, in ${installed.bin}`;
  if (existsSync(officialFolder())) return `pulumi ${versions.pulumi}, downloaded`;
  return cached(builtEngine()) ? `pulumi ${versions.pulumi}, built from its Go module` : undefined;
}

const officialFolder = () => cacheDir("official", `pulumi-${versions.pulumi}`);

type Own = Pick<Engine, "bin" | "origin">;

/** The official release, fetched where it can be; once an engine has been built here, that one stays. */
async function downloadedEngine(step: Step): Promise<Own | undefined> {
  const folder = officialFolder();
  const bin = join(folder, "pulumi");
  if (existsSync(folder)) return { bin, origin: "downloaded" };
  if (cached(builtEngine()) || !(await releasesReachable())) return undefined;
  await downloadEngine(folder, step);
  return { bin, origin: "downloaded" };
}

/** The folder of the user's own `pulumi`, if it is of at least the pinned minor. */
async function installedEngine(): Promise<Own | undefined> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder.startsWith(cacheDir()) || !existsSync(join(folder, "pulumi"))) continue;
    const answer = await run(join(folder, "pulumi"), ["version"], { allowFailure: true });
    if (answer.code === 0 && newEnough(answer.stdout.trim(), versions.pulumi)) {
      return { bin: folder, origin: "installed" };
    }
  }
  return undefined;
}

/** "v3.270.1" is new enough for "3.259.0": same major, at least the same minor. */
export function newEnough(version: string, wanted: string): boolean {
  const [major, minor] = version.replace(/^v/, "").split(".").map(Number);
  const [wantedMajor, wantedMinor] = wanted.split(".").map(Number);
  return major === wantedMajor && (minor ?? -1) >= (wantedMinor ?? 0);
}

const builtEngine = (): Recipe =>
  goRecipe({
    name: "pulumi",
    version: versions.pulumi,
    module: "engine",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    output: "pulumi",
    ldflags: [`-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${versions.pulumi}`],
  });

/**
 * One folder with everything: bin/ (the engine looks for its language host beside itself) and home/plugins/,
 * a plugin folder of Slipway's own. Keyed by its parts, so that checkouts with other parts do not disturb it.
 */
function bundleRecipe(own: string | undefined, plugins: StandIn[], step: Step): Recipe {
  const engineRecipe = own === undefined ? builtEngine() : undefined;
  const official = officialPlugins();
  const parts = [...(engineRecipe ? [engineRecipe] : []), ...plugins.map((plugin) => plugin.recipe)];
  return {
    name: "engine",
    version: versions.pulumi,
    inputs: ["layout 2", own ?? "built", ...official, ...parts.map(key)],
    build: async (into) => {
      for (const folder of ["bin", "home/plugins"]) mkdirSync(join(into, folder), { recursive: true });
      if (engineRecipe) linkAll(await obtain(engineRecipe, step), join(into, "bin"));
      for (const folder of official) linkAll(folder, join(into, "home", "plugins", basename(folder)));
      for (const plugin of plugins) await place(plugin, into, step);
    },
  };
}

async function place(plugin: StandIn, into: string, step: Step): Promise<void> {
  const artefact = await obtain(plugin.recipe, step);
  if (plugin.beside) {
    linkAll(artefact, join(into, "bin"));
    return;
  }
  linkAll(artefact, join(into, "home", "plugins", plugin.folder));
}

/** Hard links (copies across file systems): the engine resolves symbolic ones first, and takes no linked plugin folder. */
function linkAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    rmSync(join(to, name), { force: true });
    try {
      linkSync(join(from, name), join(to, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
      copyFileSync(join(from, name), join(to, name));
    }
  }
}

function environment(bin: string, home?: string): Record<string, string> {
  const usersHome =
    process.env.PULUMI_CREDENTIALS_PATH ?? process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const loggedIn = existsSync(join(usersHome, "credentials.json"));
  const env: Record<string, string> = {
    PATH: [bin, dirname(process.execPath), process.env.PATH ?? ""].join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  if (home !== undefined) {
    env.PULUMI_HOME = home;
    env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";
    if (loggedIn) env.PULUMI_CREDENTIALS_PATH = usersHome;
  }
  if (process.env.PULUMI_BACKEND_URL === undefined && !loggedIn) {
    mkdirSync(stateDir("stacks"), { recursive: true, mode: 0o700 });
    env.PULUMI_BACKEND_URL = `file://${stateDir("stacks")}`;
  }
  if (
    process.env.PULUMI_CONFIG_PASSPHRASE === undefined &&
    process.env.PULUMI_CONFIG_PASSPHRASE_FILE === undefined
  ) {
    env.PULUMI_CONFIG_PASSPHRASE_FILE = passphraseFile();
  }
  return env;
}
