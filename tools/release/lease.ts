/**
 * One deployment of a stack at a time, from its first check to the end of its way back: a Lease in the stack's namespace,
 * which every teammate can read. The engine's own lock holds only while the engine runs. Whoever dies lets go by not
 * renewing; who comes next takes over.
 */
import { Failure } from "../../toolchain/lib/failure";
import { duration } from "../../toolchain/lib/progress";
import type { Kube, KubeObject } from "./kube";

interface Lease extends KubeObject {
  spec: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
  };
}

export const LEASE = "slipway-deploy";
const DOING = "slipway.dev/doing";
const HOLDS = 30;

export interface Clock {
  now: () => number;
  /** Milliseconds between two renewals. */
  every: number;
}
const CLOCK: Clock = { now: Date.now, every: 10_000 };

export interface Held {
  /** Who died holding it before. */
  takenFrom: string | undefined;
  /** Aborted when another took it over, which only happens to one that was not heard of for long. */
  lost: AbortSignal;
  release(): Promise<void>;
}

export interface Wanted {
  namespace: string;
  holder: string;
  /** In a few words, for those who must wait: "deploying 4f2a91c". */
  doing: string;
}

/** Takes the lock; throws with the holder's name when somebody has it. */
export async function hold(kube: Kube, wanted: Wanted, clock: Clock = CLOCK): Promise<Held> {
  const { now } = clock;
  const { namespace } = wanted;
  const there = await kube.get<Lease>("lease", LEASE, namespace);
  if (there === undefined) {
    const made = await kube.create(leaseOf(wanted, now()));
    if (made === "taken") return hold(kube, wanted, clock);
    return keep(kube, wanted, undefined, clock);
  }
  const { holderIdentity: other = "" } = there.spec;
  if (other !== "" && !expired(there, now())) throw taken(there, now());
  const next = leaseOf(wanted, now());
  next.metadata.resourceVersion = there.metadata.resourceVersion ?? "";
  if ((await kube.replace(next)) === "changed") return hold(kube, wanted, clock);
  return keep(kube, wanted, other === "" ? undefined : other, clock);
}

function leaseOf({ namespace, holder, doing }: Wanted, at: number): Lease {
  const time = new Date(at).toISOString().replace("Z", "000Z"); // microseconds, as Kubernetes writes them
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: LEASE, namespace, annotations: { [DOING]: doing } },
    spec: { holderIdentity: holder, leaseDurationSeconds: HOLDS, acquireTime: time, renewTime: time },
  };
}

function expired({ spec }: Lease, now: number): boolean {
  const renewed = Date.parse(spec.renewTime ?? "");
  return Number.isNaN(renewed) || renewed + (spec.leaseDurationSeconds ?? HOLDS) * 1000 < now;
}

function taken({ spec, metadata }: Lease, now: number): Failure {
  const since = Date.parse(spec.acquireTime ?? "");
  const doing = metadata.annotations?.[DOING];
  return new Failure(`${spec.holderIdentity ?? "somebody"} is deploying this stack`, {
    details: [
      `${doing === undefined ? "It" : `${doing}; it`} began ${duration(now - since)} ago and is alive.`,
    ],
    next: "wait for its end and run the same command again; a deployment that died lets go by itself within 30 s",
  });
}

function keep(kube: Kube, wanted: Wanted, takenFrom: string | undefined, { now, every }: Clock): Held {
  const lost = new AbortController();
  let busy: Promise<void> = Promise.resolve();
  const ours = async (): Promise<Lease | undefined> => {
    const lease = await kube.get<Lease>("lease", LEASE, wanted.namespace);
    return lease?.spec.holderIdentity === wanted.holder ? lease : undefined;
  };
  const renew = async (): Promise<void> => {
    const lease = await ours();
    if (lease === undefined) {
      lost.abort();
      return;
    }
    const renewTime = new Date(now()).toISOString().replace("Z", "000Z");
    await kube.replace({ ...lease, spec: { ...lease.spec, renewTime } } as Lease);
  };
  const timer = setInterval(() => {
    // A server that cannot be reached for a moment: the next renewal tells whether the lock was lost.
    busy = busy.then(renew).catch(() => undefined);
  }, every);
  timer.unref();
  return {
    takenFrom,
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      await busy;
      const lease = await ours();
      if (lease !== undefined) await kube.remove("lease", LEASE, wanted.namespace);
    },
  };
}
