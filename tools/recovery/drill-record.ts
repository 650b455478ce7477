/**
 * What is remembered of drills: a Lease in the product's namespace, renewed by each good one. kube-state-metrics tells
 * Prometheus when that was; the last report stands on it, good or not.
 */
import { Failure } from "../../toolchain/lib/failure";
import type { Settings } from "../../config";
import { DRILL_LEASE } from "../../config/rehearsal";
import { formatDuration } from "../../config/units";
import type { Api, KubeObject } from "../release/kube";
import { MANAGER } from "./fields";
import type { Drilled } from "./rehearsal";

interface Lease extends KubeObject {
  spec: { holderIdentity?: string; renewTime?: string };
}

const REPORT = "slipway.dev/report";

export async function keepDrill(kube: Api, namespace: string, drilled: Drilled): Promise<void> {
  const there = await kube.get<Lease>("lease", DRILL_LEASE, namespace);
  const renewTime = drilled.ok ? drilled.when.replace("Z", "000Z") : there?.spec.renewTime;
  const lease: Lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { annotations: { [REPORT]: JSON.stringify(drilled) }, name: DRILL_LEASE, namespace },
    spec: { holderIdentity: "slipway", ...(renewTime === undefined ? {} : { renewTime }) },
  };
  // Applied, not created: that is a right which can be given for one name.
  await kube.apply(lease, MANAGER);
}

/** The last report, and when the last good drill was, in milliseconds. */
export async function lastDrill(
  kube: Api,
  namespace: string,
): Promise<{ report: Drilled | undefined; good: number | undefined }> {
  const lease = await kube.get<Lease>("lease", DRILL_LEASE, namespace);
  const text = lease?.metadata.annotations?.[REPORT];
  const renewed = lease?.spec.renewTime;
  return {
    report: text === undefined ? undefined : (JSON.parse(text) as Drilled),
    good: renewed === undefined ? undefined : Date.parse(renewed),
  };
}

/** Says in a few words why a deployment may trust the backups; throws when nobody has tried them for too long. */
export async function freshDrill(
  kube: Api,
  { postgres, release, namespace, targets }: Pick<Settings, "postgres" | "release" | "namespace" | "targets">,
  stack: string,
  there: "there" | "new",
  now: number = Date.now(),
): Promise<string> {
  if (!release.drill || postgres?.mode !== "operator" || postgres.drill === undefined)
    return "none is asked for";
  if (there === "new") return "there is no database yet";
  const { late } = postgres.drill;
  const { report, good } = await lastDrill(kube, namespace);
  const next = `run one: ./slipway drill ${stack}`;
  if (good === undefined) {
    throw new Failure(`no restore of ${stack} was ever rehearsed`, {
      details: report?.why ?? ["A deployment wants a good drill (release.drill)."],
      next,
    });
  }
  const age = formatDuration(Math.max(1, Math.round((now - good) / 60e3)) * 60e3);
  if (now - good > late.value) {
    throw new Failure(`the last good drill of ${stack} is ${age} old`, {
      details: [
        `A deployment wants one of the last ${formatDuration(late.value)} (postgres.drill.late).`,
        ...(report?.why ?? []),
      ],
      next,
    });
  }
  const { rto } = targets;
  if (report?.ok === true && rto !== undefined && report.restored > rto.value) {
    throw new Failure(`the last drill took ${formatDuration(report.restored)} to restore ${stack}`, {
      details: [`targets.rto promises ${rto.text}.`],
      next: "raise postgres.cpu or take backups more often (postgres.backup.every), or promise less",
    });
  }
  return `${age} old`;
}
