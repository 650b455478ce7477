/** The plugins a program needs: the official ones where they install, the stand-ins of toolchain/plugins elsewhere. */
import { existsSync, linkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Recipe } from "./cache";
import { goRecipe } from "./gobuild";
import { Failure } from "./lib/failure";
import type { Step } from "./lib/progress";
import { run } from "./lib/run";
import { versions } from "./versions";

export interface StandIn {
  name: string;
  recipe: Recipe;
  /** Lies beside the engine instead of in the plugin folder. */
  beside: boolean;
  /** Its folder's name below plugins/. */
  folder: string;
}

interface Plugin {
  name: string;
  version: string;
}

const providers: Plugin[] = Object.entries(versions.plugins).map(([name, version]) => ({ name, version }));

/** Stand-ins for the missing plugins (and the language host), each a program of the module toolchain/plugins. */
export function standIns(missing: Plugin[], languageHost: boolean): StandIn[] {
  const program = (folder: string, output: string, version: string) =>
    goRecipe({
      name: output,
      version,
      module: "plugins",
      package: `./${folder}`,
      output,
      ldflags: [`-X main.version=${version}`],
      sources: (path) =>
        /^(go\.(mod|sum)|internal\/)/.test(path) ||
        (path.startsWith(`${folder}/`) && !path.endsWith("_test.go") && !path.endsWith(".md")),
    });
  const language = {
    name: "language-nodejs",
    recipe: underNames(
      program("language-nodejs", "pulumi-language-nodejs", versions.pulumi),
      "pulumi-language-nodejs",
      // The host of dynamic providers and the old starter of policy packs, which the engine looks for by these names.
      ["pulumi-resource-pulumi-nodejs", "pulumi-analyzer-policy"],
    ),
    beside: true,
    folder: "",
  };
  return [
    ...(languageHost ? [language] : []),
    ...missing.map((plugin) => ({
      name: plugin.name,
      recipe: program(plugin.name, `pulumi-resource-${plugin.name}`, plugin.version),
      beside: false,
      folder: folderOf(plugin),
    })),
  ];
}

/** The same executable under further names. */
function underNames(recipe: Recipe, output: string, names: string[]): Recipe {
  return {
    ...recipe,
    inputs: [...recipe.inputs, ...names],
    build: async (into, step, log) => {
      await recipe.build(into, step, log);
      for (const name of names) linkSync(join(into, output), join(into, name));
    },
  };
}

const userPlugins = () => join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");

const folderOf = ({ name, version }: Plugin) => `resource-${name}-v${version}`;
const installed = (plugin: Plugin) => existsSync(join(userPlugins(), folderOf(plugin)));

/** The official plugins that are not installed on this machine. */
export const missingPlugins = (): Plugin[] => providers.filter((plugin) => !installed(plugin));

/** The folders of those that are. */
export const officialPlugins = (): string[] =>
  providers.filter(installed).map((plugin) => join(userPlugins(), folderOf(plugin)));

export async function installOfficialPlugins(pulumi: string, plugins: Plugin[], step: Step): Promise<void> {
  for (const { name, version } of plugins) {
    step.note(`installing the ${name} plugin ${version}`);
    const answer = await run(pulumi, ["plugin", "install", "resource", name, `v${version}`], {
      allowFailure: true,
    });
    if (answer.code !== 0) {
      throw new Failure(`the ${name} plugin ${version} could not be installed`, {
        details: answer.stderr.trim().split("\n").slice(-4),
        next: "check the network and run the same command again",
      });
    }
  }
}
