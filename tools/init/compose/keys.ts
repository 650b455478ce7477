/** Keys of a service that need no more than a word: what stands in their place, or why nothing does. */
import type { Loose } from "./read";
import type { Path, Report } from "./report";

const CHANGED: Readonly<Record<string, string>> = {
  container_name: "names are Slipway's",
  depends_on: "needs, for those it connects to; the order follows from them",
  dns: "the cluster's own",
  expose: "the part's port",
  hostname: "the part's name",
  init: "signals reach the process by themselves",
  links: "needs",
  logging: "standard output, which the node rotates",
  networks: "the network is closed but for what needs opens",
  pull_policy: "an image is pulled when it is not there; a digest says which",
  read_only: "always so",
  restart: "always",
  security_opt: "no privileges, seccomp RuntimeDefault, always",
  stdin_open: "nobody types into a pod",
  tty: "nobody types into a pod",
};

const LEFT_OUT: Readonly<Record<string, string>> = {
  annotations: "write a transform",
  cap_add: "no part has capabilities here; change the program",
  cgroup_parent: "the cluster's own",
  configs: "put the file into the image, or its values into env",
  credential_spec: "not here",
  develop: "for developers' machines; keep compose for that",
  device_cgroup_rules: "not here",
  devices: "no part reaches devices of a node",
  dns_search: "the cluster's own",
  extra_hosts: "names come from DNS; give the address in env",
  group_add: "a part has one group, its user's",
  ipc: "no part shares a node's",
  labels: "labels are Slipway's; routes and limits go into slipway:routes",
  mac_address: "not here",
  network_mode: "no part shares a node's network",
  pid: "no part shares a node's",
  pids_limit: "the node's own",
  post_start: "put it into the program, or a job",
  pre_stop: "grace and drain say how long a stop may take",
  privileged: "no part is privileged here; change the program",
  runtime: "the cluster's own",
  stop_signal: "SIGTERM, always",
  storage_opt: "volumes have sizes",
  sysctls: "the node's own",
  ulimits: "the node's own",
  userns_mode: "the cluster's own",
  working_dir: "the image's own; name the program by its full path in command",
};

/** Keys that other files of this folder read. */
export const READ = new Set([
  "build",
  "command",
  "cpus",
  "deploy",
  "entrypoint",
  "environment",
  "env_file",
  "healthcheck",
  "image",
  "mem_limit",
  "mem_reservation",
  "platform",
  "ports",
  "profiles",
  "scale",
  "secrets",
  "shm_size",
  "stop_grace_period",
  "tmpfs",
  "user",
  "volumes",
  "cap_drop",
]);

export function sayPlainKeys(service: Loose, path: Path, report: Report): void {
  for (const key of Object.keys(service)) {
    const at = [...path, key];
    const changed = CHANGED[key];
    const leftOut = LEFT_OUT[key];
    if (changed !== undefined) report.changed(at, changed);
    else if (leftOut !== undefined) report.leftOut(at, leftOut);
    else if (key === "cap_drop") report.carried(at, "all capabilities are dropped, always");
    else if (key.startsWith("x-")) report.changed(at, "a note of the file's own; what refers to it has it");
    else if (!READ.has(key)) report.leftOut(at, `${key} is no key of a compose service that Slipway knows`);
  }
}
