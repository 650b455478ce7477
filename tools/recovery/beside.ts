/** A second database beside the live one, begun with what the bucket holds. */
import { type Origin, recoveryOf } from "../../config/recovery";
import { Failure } from "../../toolchain/lib/failure";
import type { Step } from "../../toolchain/lib/progress";
import type { Api, KubeObject } from "../release/kube";
import { type Backed, type Cluster, KIND, LOGIN, STORE } from "./database";
import { MANAGER } from "./fields";
import { until } from "./wait";

const AWAY = 10 * 60e3;
export const RESTORED_FROM = "slipway.dev/restored-from";
/** Of a recovery's log: its end says what became of it. */
const LINES = 200;

export interface Wanted {
  namespace: string;
  name: string;
  origin: Origin;
  database: Pick<Backed, "database" | "owner">;
  /** The engine's own words for the live one. */
  model: Cluster;
  within: number;
  /** What says whom it may reach: a policy made with it, or one that stands in its namespace. @default "own" */
  ways?: "own" | "standing";
  /** What its recovery says, while it runs. @default - nobody listens */
  hears?: (lines: string[]) => void;
  /** Where the bucket and its keys are said. @default - where the live one has them */
  store?: string;
  /** By which it is found again, whatever becomes of who made it. */
  labels?: Record<string, string>;
}

/** How long a pod may wait for a node: one that is only being added takes minutes, and a full cluster stays full. */
const ROOM = 10 * 60e3;

interface Pod extends KubeObject {
  status?: {
    phase?: string;
    conditions?: { type: string; status: string; message?: string; lastTransitionTime?: string }[];
  };
}

/** The backup is at fault, not the cluster: the one before may do. */
class Damaged extends Failure {}

/** Makes it, and waits until its first instance answers. Throws when it cannot begin with that backup. */
export async function makeBeside(
  kube: Api,
  wanted: Wanted,
  step: Step,
  signal: AbortSignal,
): Promise<string> {
  const { namespace, name, within } = wanted;
  if (wanted.ways !== "standing") await kube.apply(wayOf(namespace, name), MANAGER);
  await kube.apply(clusterOf(wanted), MANAGER);
  let phase = "";
  let lacking = "";
  return until(
    async () => {
      const cluster = await kube.get<Cluster>(KIND.cluster, name, namespace);
      const said = cluster?.status?.phase ?? "";
      if (said !== phase) step.note(`${name}: ${(phase = said)}`);
      const { currentPrimary, readyInstances = 0 } = cluster?.status ?? {};
      if (currentPrimary !== undefined && currentPrimary !== "" && readyInstances > 0) return currentPrimary;
      const pods = await kube.list<Pod>("pod", namespace, `cnpg.io/cluster=${name}`);
      const homeless = withoutNode(pods);
      if (homeless !== undefined) {
        if (homeless.why !== lacking) step.note(`no node for it yet: ${(lacking = homeless.why)}`);
        if (Date.now() - homeless.since > ROOM) throw noRoom(name, homeless.why);
      }
      await recovers(kube, wanted, pods);
      return undefined;
    },
    {
      ...{ what: `restoring ${name}`, within, signal, say: () => phase },
      next: `kubectl get pods --namespace ${namespace} --selector cnpg.io/cluster=${name}`,
    },
  );
}

/** Listens to the recovery, and throws when it has failed: one that failed once fails again. */
async function recovers(
  kube: Api,
  { namespace, origin, hears }: Wanted,
  pods: readonly Pod[],
): Promise<void> {
  const recovery = recoveryPod(pods);
  const failed = recovery?.status?.phase === "Failed";
  if (recovery === undefined || (!failed && hears === undefined)) return;
  const lines = await kube.logs(recovery.metadata.name, namespace, LINES);
  hears?.(lines);
  if (!failed) return;
  const why = [...new Set(lines.flatMap(errorIn))].slice(-4);
  throw new Damaged(`backup ${origin.backup ?? ""} cannot be restored`, {
    details: why.length === 0 ? ["It does not say why."] : why,
    next: "nothing was changed: the live database is as it was",
  });
}

/** From the newest backup that can be restored: one whose objects are damaged gives way to the one before. */
export async function makeFirstGood(
  kube: Api,
  wanted: Omit<Wanted, "origin">,
  origins: readonly Origin[],
  step: Step,
  signal: AbortSignal,
): Promise<{ pod: string; origin: Origin }> {
  const { namespace, name } = wanted;
  for (const [index, origin] of origins.entries()) {
    try {
      return { pod: await makeBeside(kube, { ...wanted, origin }, step, signal), origin };
    } catch (error) {
      if (!(error instanceof Damaged) || index === origins.length - 1) throw error;
      step.note(
        `backup ${origin.backup ?? ""} is damaged (${error.details[0] ?? ""}): trying the one before`,
      );
      await kube.remove(KIND.cluster, name, namespace);
      await gone(kube, namespace, name, AWAY);
    }
  }
  throw new Error("nothing to restore");
}

/** The one that failed, if one has: what comes after it is in vain. */
function recoveryPod(pods: readonly Pod[]): Pod | undefined {
  const recoveries = pods.filter(({ metadata }) => metadata.name.includes("-full-recovery-"));
  return recoveries.find(({ status }) => status?.phase === "Failed") ?? recoveries[0];
}

/** What the scheduler says of a pod that it finds no node for, and since when. */
function withoutNode(pods: readonly Pod[]): { why: string; since: number } | undefined {
  for (const { status } of pods) {
    const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
    if (scheduled?.status !== "False") continue;
    return { why: scheduled.message ?? "", since: Date.parse(scheduled.lastTransitionTime ?? "") };
  }
  return undefined;
}

const noRoom = (name: string, why: string) =>
  new Failure(`no node has room for ${name}`, {
    details: [why],
    next: "add a node, or let the database ask for less (postgres.cpu, postgres.memory) and deploy that; then again",
  });

/** The error of a line of the operator's JSON log, or of Postgres' own within it. */
export function errorIn(line: string): string[] {
  let entry: {
    level?: string;
    error?: string;
    msg?: string;
    record?: { error_severity?: string; message?: string };
  };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return /error|fatal/i.test(line) ? [line.trim().slice(0, 300)] : [];
  }
  const { record } = entry;
  // Barman's own words come as the text of a line that is no error of the operator's.
  const [, barman] = /\bERROR: (.*)/.exec(entry.msg ?? "") ?? [];
  if (barman !== undefined) return [barman.slice(0, 300)];
  if (record?.error_severity === "FATAL" || record?.error_severity === "PANIC") return [record.message ?? ""];
  return entry.level === "error" ? [(entry.error ?? entry.msg ?? "").slice(0, 300)] : [];
}

/** Asks for it to go, with its disks. */
export async function removeCluster(kube: Api, namespace: string, name: string): Promise<void> {
  await kube.remove(KIND.cluster, name, namespace);
  await kube.remove("networkpolicy", wayName(name), namespace);
}

/** Until nothing of it is left that another of its name could find. */
export async function gone(kube: Api, namespace: string, name: string, within: number): Promise<void> {
  const left = async () =>
    (await kube.get(KIND.cluster, name, namespace)) !== undefined ||
    (await kube.list("persistentvolumeclaim", namespace, `cnpg.io/cluster=${name}`)).length > 0;
  await until(async () => ((await left()) ? undefined : true), {
    what: `taking ${name} away`,
    within,
    next: `kubectl get cluster,pvc --namespace ${namespace} --selector cnpg.io/cluster=${name}`,
  });
}

export const wayName = (name: string) => `${name}-restore`;

function clusterOf({ namespace, name, origin, database, model, store = STORE, labels }: Wanted): Cluster {
  const { database: called, owner } = database;
  const { spec } = model;
  const recovery = recoveryOf(origin, { database: called, login: LOGIN, owner, store });
  return {
    apiVersion: model.apiVersion,
    kind: model.kind,
    metadata: {
      name,
      namespace,
      labels: { ...model.metadata.labels, ...labels },
      annotations: { [RESTORED_FROM]: origin.from },
    },
    spec: { ...renamed(spec, model.metadata.name, name), ...recovery, instances: spec.instances },
  };
}

/** Where the settings name the database itself: pods are spread by that label, and it archives under its own name. */
export function renamed(spec: Record<string, unknown>, from: string, to: string): Record<string, unknown> {
  const text = ["cnpg.io/cluster", "serverName"].reduce(
    (all, key) => all.replaceAll(`"${key}":"${from}"`, `"${key}":"${to}"`),
    JSON.stringify(spec),
  );
  return JSON.parse(text) as Record<string, unknown>;
}

const DNS = [{ ports: [53, 5353].map((port) => ({ port, protocol: "UDP" })) }];

/**
 * The namespace denies everything: what is beside the live database may do what that may, but for being asked.
 *
 * @param ports it may reach: to fetch backups, and the cluster's API. All, as the live one's own, when not said
 */
export function wayOf(
  namespace: string,
  name: string,
  ports?: readonly number[],
): KubeObject & { spec: object } {
  const own = { podSelector: { matchLabels: { "cnpg.io/cluster": name } } };
  const operator = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "cnpg-system" } } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: wayName(name), namespace },
    spec: {
      ...own,
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [own, operator] }],
      egress: [
        ports === undefined ? {} : { ports: ports.map((port) => ({ port, protocol: "TCP" })) },
        ...DNS,
      ],
    },
  };
}
