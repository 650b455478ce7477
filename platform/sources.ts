/**
 * Fetches the manifests of others, once a version: from the official release where it can be reached, else from the
 * project's Go module. Nothing of theirs is kept in this repository.
 */
import { readdirSync, readFileSync, writeFileSync, copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { obtain, type Recipe } from "../toolchain/cache";
import { go } from "../toolchain/go";
import { Failure } from "../toolchain/lib/failure";
import type { Step } from "../toolchain/lib/progress";
import { run } from "../toolchain/lib/run";
import type { Source } from "./versions";

/** A Kubernetes object as a manifest has it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
  };
  [field: string]: unknown;
}

/** Every object of a source, in the order its files have them. */
export async function manifests(name: string, source: Source, step: Step): Promise<KubernetesObject[]> {
  const folder = await obtain(recipe(name, source), step);
  return readdirSync(folder)
    .sort()
    .flatMap((file) => parse(readFileSync(join(folder, file), "utf8")));
}

/** The objects of a YAML text; empty documents are passed over. */
export function parse(text: string): KubernetesObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS({ maxAliasCount: 100 }) as KubernetesObject | null)
    .filter((object) => object !== null && typeof object === "object" && "kind" in object);
}

function recipe(name: string, source: Source): Recipe {
  return {
    name: `manifests-${name}`,
    version: source.version,
    inputs: [...source.release, JSON.stringify(source.module ?? null)],
    build: async (into, step, log) => {
      if (!(await fromRelease(source, into, step))) await fromModule(source, into, step, log);
    },
  };
}

/** Whether the release's files could be had. */
async function fromRelease(source: Source, into: string, step: Step): Promise<boolean> {
  if (process.env.SLIPWAY_OFFLINE === "1") return false;
  const texts: string[] = [];
  for (const url of source.release) {
    step.note(`downloading ${basename(url)}`);
    // An unreachable release host is an answer: the Go module has the same text.
    const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) }).catch(() => undefined);
    if (answer?.ok !== true) return false;
    texts.push(await answer.text());
  }
  texts.forEach((text, index) => writeFileSync(join(into, `${String(index).padStart(2, "0")}.yaml`), text));
  return true;
}

async function fromModule({ module, release }: Source, into: string, step: Step, log: string): Promise<void> {
  if (module === undefined) {
    throw new Failure(`${release.join(", ")} could not be downloaded`, {
      next: "check the network, then run again",
    });
  }
  step.note(`fetching ${module.path} v${module.version}`);
  // In an empty folder: no go.mod of ours takes part, and the checksum database still vouches for the module.
  const answer = await run(
    await go(step),
    ["mod", "download", "-json", `${module.path}@v${module.version}`],
    {
      cwd: into,
      env: { GOWORK: "off", GOFLAGS: "-mod=mod" },
      log,
    },
  );
  const { Dir: folder } = JSON.parse(answer.stdout) as { Dir?: string };
  if (folder === undefined)
    throw new Failure(`the module ${module.path} v${module.version} has no folder`, { log });
  module.files.forEach((file, index) => {
    copyFileSync(join(folder, file), join(into, `${String(index).padStart(2, "0")}.yaml`));
  });
}
