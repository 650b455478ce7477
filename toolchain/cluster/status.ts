/** What the embedded cluster is doing: components, node, add-ons, memory, owner. */
import { readFileSync, readdirSync } from "node:fs";
import { kubectl, type KubernetesObject } from "./kubectl";
import { files } from "./layout";
import { owner, type Owner } from "./owner";
import { cgroup } from "./plan";
import { ask, type ComponentStatus } from "./supervisor";

export interface ClusterStatus {
  state: "down" | "starting" | "ready";
  owner?: Owner;
  supervisor?: number;
  components: ComponentStatus[];
  nodes: { name: string; ready: boolean }[];
  workloads: { name: string; ready: number; wanted: number }[];
  /** Bytes that all its processes hold, shared pages counted once. */
  memory: number;
  kubeconfig: string;
}

interface Node extends KubernetesObject {
  status: { conditions?: { type: string; status: string }[] };
}
interface Deployment extends KubernetesObject {
  spec: { replicas: number };
  status: { availableReplicas?: number };
}

export async function status(): Promise<ClusterStatus> {
  const answer = await ask("status");
  const found = owner();
  const base: ClusterStatus = {
    state: "down",
    ...(found === undefined ? {} : { owner: found }),
    components: answer?.components ?? [],
    nodes: [],
    workloads: [],
    memory: 0,
    kubeconfig: files.kubeconfig,
  };
  if (answer === undefined) return base;
  const nodes = await list<Node>(["nodes"]);
  const workloads = await list<Deployment>(["deployments", "--all-namespaces", "--selector=app"]);
  const current: ClusterStatus = {
    ...base,
    supervisor: answer.pid,
    nodes: nodes.map((each) => ({
      name: each.metadata.name,
      ready:
        each.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
    })),
    workloads: workloads.map((each) => ({
      name: `${each.metadata.namespace ?? ""}/${each.metadata.name}`,
      ready: each.status.availableReplicas ?? 0,
      wanted: each.spec.replicas,
    })),
    memory: memory(),
  };
  const ready =
    current.components.every((each) => each.phase === "ready") &&
    current.nodes.length > 0 &&
    current.nodes.every((each) => each.ready);
  return { ...current, state: ready ? "ready" : "starting" };
}

async function list<T>(what: string[]): Promise<T[]> {
  const { code, stdout } = await kubectl(["get", ...what, "--output=json", "--request-timeout=5s"], {
    allowFailure: true,
  });
  return code === 0 ? (JSON.parse(stdout) as { items: T[] }).items : [];
}

/** The proportional set sizes of every process in our control group. */
function memory(): number {
  let bytes = 0;
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (!readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(`:/${cgroup}/`)) continue;
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      bytes += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
    } catch (error) {
      if (!["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error; // it just ended
    }
  }
  return bytes;
}
