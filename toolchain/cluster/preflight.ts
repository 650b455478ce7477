/** Whether this machine can run the embedded cluster at all, said in one go and before anything is built. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { Failure } from "../lib/failure";
import { ports } from "./layout";

/** Why it cannot, or undefined when it can. Tests skip themselves with this reason. */
export function cannotRun(): string | undefined {
  if (process.platform !== "linux")
    return `the embedded cluster needs Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0)
    return "the embedded cluster needs root: it makes containers, networks and mounts";
  const kernel = missingFromKernel();
  return kernel.length === 0 ? undefined : `this kernel lacks ${kernel.join(", ")}`;
}

function missingFromKernel(): string[] {
  const kinds = readFileSync("/proc/filesystems", "utf8");
  const known = (kind: string) => new RegExp(`\\s${kind}$`, "m").test(kinds);
  return [
    ...(existsSync("/sys/fs/cgroup") ? [] : ["control groups (/sys/fs/cgroup)"]),
    ...(known("cgroup") || known("cgroup2") ? [] : ["the cgroup file system"]),
    ...(existsSync("/proc/sys/net") ? [] : ["network settings (/proc/sys/net)"]),
  ];
}

export function assertCanRun(): void {
  const reason = cannotRun();
  if (reason === undefined) return;
  throw new Failure(reason, {
    next: "use a cluster of your own instead: ./slipway up --context NAME (kind, k3d or a cloud's)",
  });
}

/** Refuses to start over somebody else's ports; only asked while no cluster of ours runs. */
export async function assertPortsFree(): Promise<void> {
  const taken: string[] = [];
  for (const [name, port] of Object.entries(ports)) {
    if (!(await free(port))) taken.push(`127.0.0.1:${port} (${name})`);
  }
  if (taken.length === 0) return;
  throw new Failure(`the embedded cluster's ports are in use: ${taken.join(", ")}`, {
    details: ["Another Kubernetes on this machine (k3s, kind, minikube) usually has them."],
    next: "stop what uses them (`ss -ltnp` names it), or use that cluster: ./slipway up --context NAME",
  });
}

const free = (port: number) =>
  new Promise<boolean>((done) => {
    const probe = createServer();
    probe.once("error", () => done(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => done(true)));
  });
