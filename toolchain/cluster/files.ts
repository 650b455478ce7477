/** Writes the cluster's files: folders, certificates, configuration, the plan, the kubeconfig. */
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { run } from "../lib/run";
import { configs } from "./configs";
import { files, node, runtime, server, servingNames, state } from "./layout";
import { cniPlugins } from "./packages";
import type { Plan } from "./plan";

const OVERLAY_MAGIC = 0x794c7630;

/** Writes a file whole or not at all; says whether its content is new. */
export function write(path: string, text: string, mode = 0o600): boolean {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text, { mode });
  renameSync(`${path}.new`, path);
  return true;
}

/** Whether the last `up` had that component. */
export function planned(component: string): boolean {
  if (!existsSync(files.plan)) return false;
  const { components } = JSON.parse(readFileSync(files.plan, "utf8")) as Plan;
  return components.some(({ name }) => name === component);
}

export interface Wanted {
  plan: Plan;
  supervisor: string;
  pauseImage: string;
  isolation: boolean;
  /** Further CNI plugins, by path. */
  plugins: string[];
}

/** Everything the components read; answers whether anything differs from the last time. */
export async function writeFiles(wanted: Wanted): Promise<boolean> {
  for (const folder of [state(), state("etcd"), state("config", "registries"), files.logs]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  // A container's user has to pass through to its volumes.
  mkdirSync(files.volumes, { recursive: true, mode: 0o711 });
  mkdirSync(runtime(), { recursive: true, mode: 0o711 });
  linkPlugins(wanted.plugins);
  await run(wanted.supervisor, ["pki", state("pki"), node, ...servingNames]);
  const texts = configs({
    pauseImage: wanted.pauseImage,
    isolation: wanted.isolation,
    snapshotter: statfsSync(state()).type === OVERLAY_MAGIC ? "native" : "overlayfs",
    nameServers: nameServers(),
    encryptionKey: encryptionKey(),
  });
  let changed = false;
  for (const [name, text] of Object.entries(texts)) changed = write(files.config(name), text) || changed;
  const planText = JSON.stringify(wanted.plan, undefined, 1);
  changed = write(files.plan, planText) || changed;
  changed = write(files.runningPlan, planText) || changed;
  writeKubeconfig();
  return changed;
}

/** The plugins of the system and our own, side by side, as containerd wants them. */
function linkPlugins(more: string[]): void {
  const folder = runtime("cni", "bin");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const system = readdirSync(cniPlugins()).map((name) => join(cniPlugins(), name));
  for (const plugin of [...system, ...more])
    symlinkSync(plugin, join(folder, plugin.slice(plugin.lastIndexOf("/") + 1)));
}

/** Made once: with another key every stored secret would be lost. */
function encryptionKey(): string {
  const file = state("pki", "encryption.key");
  if (!existsSync(file)) write(file, randomBytes(32).toString("base64"));
  return readFileSync(file, "utf8");
}

/** The machine's own name servers, without those a pod cannot reach. */
export function nameServers(): string[] {
  for (const file of ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]) {
    if (!existsSync(file)) continue;
    const found = [...readFileSync(file, "utf8").matchAll(/^\s*nameserver\s+(\S+)/gm)]
      .map((match) => match[1] ?? "")
      .filter((address) => !/^(127\.|::1$|0\.0\.0\.0$)/.test(address));
    if (found.length > 0) return found.slice(0, 3);
  }
  return [];
}

/** The administrator's, with everything inside: it can be copied elsewhere on this machine and still works. */
function writeKubeconfig(): void {
  const inline = (name: string) => readFileSync(files.pki(name)).toString("base64");
  const text = stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "slipway", cluster: { server, "certificate-authority-data": inline("ca.crt") } }],
    users: [
      {
        name: "slipway",
        user: { "client-certificate-data": inline("admin.crt"), "client-key-data": inline("admin.key") },
      },
    ],
    contexts: [{ name: "slipway", context: { cluster: "slipway", user: "slipway" } }],
    "current-context": "slipway",
  });
  write(files.kubeconfig, text, 0o600);
}
