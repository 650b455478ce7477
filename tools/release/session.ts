/** What every verb of a release works with: the stack's settings, its clusters, the engine, and who is asking. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Settings } from "../../config";
import { readStackFile } from "../../config/source";
import { files } from "../../toolchain/cluster/layout";
import { Failure } from "../../toolchain/lib/failure";
import type { Step } from "../../toolchain/lib/progress";
import { run } from "../../toolchain/lib/run";
import { authority } from "../lib/authority";
import type { Way } from "../lib/ask";
import { settingsIn as settingsOf } from "../lib/doors";
import { environment } from "../lib/environment";
import { laidOver, stackFileWith } from "../lib/overlay";
import { Stack } from "../lib/stack";
import { projectName, stackNames } from "../review/project";
import { isItsCluster, namespacesIn, primaryOf, renamedContext } from "./clusters";
import { kubeOf, type Kube } from "./kube";
import type { Raw } from "./override";

export interface Asked {
  cwd: string;
  /** Context of the user's kubeconfig, for the stack's primary cluster. */
  context?: string;
  /** Address to connect to instead of what the hosts' names resolve to. */
  through?: string;
}

export interface Session {
  folder: string;
  project: string;
  stack: string;
  raw: Raw;
  settings: Settings;
  env: Record<string, string>;
  /** The primary cluster's. */
  kube: Kube;
  engine: Stack;
  /** How its hosts are asked from outside. */
  way(): Promise<Way>;
  /** Throws unless every cluster is the stack's own; "new" when nothing of the stack is there yet. */
  isAtHome(): Promise<"there" | "new">;
  close(): void;
}

interface Read {
  folder: string;
  raw: Raw;
  settings: Settings;
  /** What `up --full` has laid over the stack's file. */
  also?: string;
}

/** The stack file is read first of all: a wrong one must cost nobody anything. */
export function settingsIn(stack: string, cwd: string): Read {
  const folder = resolve(cwd);
  stackNames(folder, [stack]);
  const also = laidOver(stack, folder);
  const file =
    also === undefined ? readStackFile(join(folder, `Pulumi.${stack}.yaml`)) : stackFileWith(stack, also);
  return { folder, settings: settingsOf(file), raw: file.raw, ...(also === undefined ? {} : { also }) };
}

export async function open(stack: string, asked: Asked, step: Step): Promise<Session> {
  const { folder, raw, settings, also } = settingsIn(stack, asked.cwd);
  const closing: (() => void)[] = [];
  const [primary, cluster] = primaryOf(settings);
  let env = await environment(step);
  if (asked.context !== undefined && asked.context !== cluster.context) {
    const renamed = await renamedContext(asked.context, cluster.context ?? asked.context, env);
    env = renamed.env as Record<string, string>;
    closing.push(renamed.close);
  }
  const engine = new Stack({ project: "", stack, env, folder, also });
  const kubes: Record<string, Kube> = {};
  const kubeAt = async (name: string): Promise<Kube> =>
    (kubes[name] ??= await reach(name, settings, engine, env, closing));
  try {
    return {
      folder,
      project: projectName(folder),
      stack,
      raw,
      settings,
      env,
      kube: await kubeAt(primary),
      engine,
      way: () => wayTo(settings, env, asked.through),
      isAtHome: async () => {
        await engine.prepare();
        const known = namespacesIn(await engine.state());
        const found: Record<string, "there" | "new"> = {};
        for (const [name, { context }] of Object.entries(settings.clusters)) {
          const place = { cluster: name, context, namespace: settings.namespace };
          found[name] = await isItsCluster(await kubeAt(name), place, known[name]);
        }
        return found[primary] ?? "new";
      },
      close: () => closing.forEach((each) => each()),
    };
  } catch (error) {
    closing.forEach((each) => each());
    throw error;
  }
}

/** The API of one of the stack's clusters, by context, file or a kubeconfig kept as a secret. */
async function reach(
  name: string,
  settings: Settings,
  engine: Stack,
  env: Record<string, string>,
  closing: (() => void)[],
): Promise<Kube> {
  const cluster = settings.clusters[name];
  if (cluster === undefined) throw new Failure(`the stack has no cluster ${name}`);
  const { context, kubeconfig, kubeconfigSecret } = cluster;
  if (kubeconfigSecret === undefined) return kubeOf({ env, context, kubeconfig });
  await engine.prepare();
  const scratch = mkdtempSync(join(tmpdir(), "slipway-kubeconfig-"));
  closing.push(() => rmSync(scratch, { recursive: true, force: true }));
  const file = join(scratch, "kubeconfig");
  writeFileSync(file, await engine.secret(kubeconfigSecret), { mode: 0o600 });
  return kubeOf({ env, context, kubeconfig: file });
}

/** A cluster of this machine is asked by loopback, as its names resolve nowhere; its own authority is trusted. */
async function wayTo(
  settings: Settings,
  env: Record<string, string>,
  through: string | undefined,
): Promise<Way> {
  const [, { cloud, context }] = primaryOf(settings);
  const here = cloud === "local" && existsSync(files.kubeconfig) && (await isEmbedded(context, env));
  const address = through ?? (here ? "127.0.0.1" : undefined);
  return {
    ...(address === undefined ? {} : { through: address }),
    ...(settings.tls.issuer === "local" ? { authority: await authority(env, context) } : {}),
  };
}

/** Whether a context leads to the cluster of `./slipway up`. */
async function isEmbedded(context: string | undefined, env: Record<string, string>): Promise<boolean> {
  const server = async (words: string[]) => {
    const view = ["config", "view", "--minify", "--output=jsonpath={.clusters[0].cluster.server}", ...words];
    return (await run("kubectl", view, { env, allowFailure: true })).stdout;
  };
  const own = await server(["--kubeconfig", files.kubeconfig]);
  return own !== "" && own === (await server(context === undefined ? [] : ["--context", context]));
}
