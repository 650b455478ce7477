/** What a cluster could leave on a machine, listed so that before and after can be compared. */
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join } from "node:path";
import { files, runtime, state } from "../../../toolchain/cluster/layout";
import { cgroup } from "../../../toolchain/cluster/plan";
import { run } from "../../../toolchain/lib/run";

export interface Traces {
  processes: string[];
  mounts: string[];
  links: string[];
  tables: string[];
  addressRules: string[];
  groups: string[];
  sockets: string[];
  folders: string[];
  settings: Record<string, string>;
}

const lines = async (command: string, ...args: string[]) =>
  (await run(command, args)).stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

export async function traces(): Promise<Traces> {
  return {
    processes: processes(),
    mounts: mountPoints(),
    links: readdirSync("/sys/class/net").sort(),
    tables: await lines("nft", "list", "tables"),
    addressRules: await lines("ip", "rule"),
    groups: groups(),
    sockets: readFileSync("/proc/net/unix", "utf8")
      .split("\n")
      .filter((line) => line.includes(runtime()) || line.includes(state()))
      .map((line) => line.trim().split(/\s+/).at(-1) ?? ""),
    folders: [
      "/run/slipway",
      "/var/log/containers",
      "/var/lib/cni",
      "/run/cni",
      "/var/lib/kubelet",
      "/opt/containerd",
      "/run/netns",
      "/run/cilium",
    ].filter((folder) => existsSync(folder)),
    settings: Object.fromEntries(
      [
        "net/ipv4/ip_forward",
        "vm/overcommit_memory",
        "kernel/panic",
        "kernel/panic_on_oops",
        "kernel/keys/root_maxkeys",
        "kernel/timer_migration",
        "net/core/bpf_jit_enable",
        "net/ipv4/conf/all/rp_filter",
        "net/netfilter/nf_conntrack_tcp_timeout_established",
        "net/netfilter/nf_conntrack_max",
      ].map((name) => [name, readFileSync(join("/proc/sys", name), "utf8").trim()]),
    ),
  };
}

/** Everything that runs in the cluster's control group, or was started from its programs. */
export function processes(): string[] {
  const ours = (pid: string) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      if (command === "") return []; // dead already, only not yet buried by its parent
      const group = readFileSync(`/proc/${pid}/cgroup`, "utf8");
      return group.includes(`:/${cgroup}/`) || command.includes(files.containerd)
        ? [`${pid} ${command}`]
        : [];
    } catch {
      return []; // it has just ended
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(ours);
}

const mountPoints = () =>
  readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((point) => point.startsWith(runtime()) || point.startsWith(state()) || point.includes("netns"));

function groups(): string[] {
  const mount = "/sys/fs/cgroup";
  const hierarchies = ["", ...readdirSync(mount)].map((name) => join(mount, name, cgroup));
  return hierarchies.filter((folder) => existsSync(folder));
}

/** The listening TCP sockets of a program, as the kernel lists them: address and port. */
export async function listening(): Promise<string[]> {
  return (await lines("ss", "-Hltn")).map((line) => line.split(/\s+/)[3] ?? "");
}
