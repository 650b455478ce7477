/** `slipway image …`: the images that are built here, pushing them to a registry, and pinning those of a stack file. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { cached } from "../toolchain/cache";
import { dockerUsed, ensureRegistry, stopDocker } from "../toolchain/docker";
import { buildImage, imageRecipe, type Built } from "../toolchain/images/archive";
import { reference, type Image } from "../toolchain/images/image";
import { images } from "../toolchain/images/list";
import { pushImage } from "../toolchain/images/push";
import { Failure } from "../toolchain/lib/failure";
import { steps } from "../toolchain/lib/progress";
import { pinText } from "./image/pin";
import { folderOption } from "./lib/options";

interface PushOptions {
  to?: string;
  json?: boolean;
}

export function register(program: Command): void {
  const image = program
    .command("image")
    .description(
      "images that are built here: list, push; registry: the one on this machine; pin: a stack file's, by digest",
    );
  image
    .command("list")
    .description("every image, where it is looked for upstream, and whether it is built")
    .option("--json", "for machines")
    .action((options: { json?: boolean }) => {
      const found = images().map((each) => ({
        name: each.name,
        reference: reference(each),
        upstream: each.upstream,
        built: cached(imageRecipe(each)),
      }));
      process.stdout.write(options.json === true ? `${JSON.stringify(found, undefined, 2)}\n` : table(found));
    });
  image
    .command("push")
    .argument("[names...]", "which; all of them when none is named")
    .description("builds them if need be, pushes them, and prints their names by digest")
    .option("--to <registry>", "host, port and path of a registry; without it, the one on this machine")
    .option("--json", "for machines: names by digest, by image")
    .action(push);
  image
    .command("pin")
    .argument("<stack>", "whose Pulumi.STACK.yaml is written")
    .description(
      "writes behind each image of a stack file the digest that its registry says its tag stands for",
    )
    .option("--refresh", "asks for those that have a digest too: their tags may stand for something newer")
    .addOption(folderOption())
    .action(pin);
  image
    .command("registry")
    .description("starts the registry on this machine, on loopback only, and prints its address")
    .option("--stop", "stops it; what was pushed stays")
    .action(registry);
}

async function push(names: string[], options: PushOptions): Promise<void> {
  const wanted = chosen(names);
  const pushed: Record<string, string> = {};
  let registry = options.to?.replace(/\/+$/, "") ?? "";
  await steps([
    {
      title: "Registry",
      skip: () => options.to !== undefined && `${registry} is somebody else's`,
      run: async (step) => void (registry = await ensureRegistry(step)),
    },
    ...wanted.map((each) => ({
      title: each.name,
      run: async (step: Parameters<typeof ensureRegistry>[0]) => {
        const built: Built = await buildImage(each, step);
        pushed[each.name] = await pushImage(built, registry, step);
      },
    })),
  ]);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(pushed, undefined, 2)}\n`
      : `${Object.values(pushed).join("\n")}\n`,
  );
}

async function pin(stack: string, { refresh, cwd }: { refresh?: true; cwd: string }): Promise<void> {
  const name = `Pulumi.${stack}.yaml`;
  const file = resolve(cwd, name);
  if (!existsSync(file)) throw new Failure(`there is no stack file ${file}`);
  const before = readFileSync(file, "utf8");
  const { text, pinned, had } = await pinText(before, name, { refresh });
  if (pinned.length > 0) writeFileSync(file, text);
  const lines = pinned.map(({ key, by }) => `${key}: ${by}`);
  const next = pinned.length > 0 ? `wrote ${file}; next: ./slipway preview ${stack}` : `${name} is as it was`;
  process.stdout.write([...lines, `${pinned.length} pinned, ${had} had a digest; ${next}`, ""].join("\n"));
}

/** All unknown names at once. */
function chosen(names: string[]): Image[] {
  const all = images();
  const unknown = names.filter((name) => !all.some((each) => each.name === name));
  if (unknown.length > 0) {
    throw new Failure(`no image is called ${unknown.join(", ")}`, {
      details: [`There are ${all.map((each) => each.name).join(", ")}.`],
      next: "./slipway image list",
    });
  }
  return names.length === 0 ? all : all.filter((each) => names.includes(each.name));
}

async function registry({ stop }: { stop?: boolean }): Promise<void> {
  if (stop === true) {
    if (dockerUsed()) await stopDocker();
    return;
  }
  let address = "";
  await steps([{ title: "Registry", run: async (step) => void (address = await ensureRegistry(step)) }]);
  process.stdout.write(`${address}\n`);
}

function table(found: { reference: string; upstream: string; built: boolean }[]): string {
  const width = Math.max(...found.map((each) => each.reference.length));
  return found
    .map(
      ({ reference, upstream, built }) =>
        `${reference.padEnd(width)}  ${built ? "built    " : "not built"}  in the role of ${upstream}\n`,
    )
    .join("");
}
