/** The cluster's Alertmanager: what it is told, whom it would tell, and what came of that. */
import { z } from "zod";
import { platform } from "../../config";
import { Failure } from "../../toolchain/lib/failure";
import { run, tail } from "../../toolchain/lib/run";
import { forward, type Forward } from "../lib/forward";

export interface TestAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

export interface Routed {
  readonly severity: string;
  /** Names of receivers, without the namespace and the name of who configured them. */
  readonly receivers: readonly string[];
  /** Why nobody hears of it, where it is so. */
  readonly quiet?: "muted" | "silenced" | "inhibited" | undefined;
}

/** Messages a receiver was sent, and those among them that it did not take. */
export interface Sent {
  readonly tried: number;
  readonly failed: number;
}

const listed = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    receivers: z.array(z.object({ name: z.string() })),
    status: z.object({
      inhibitedBy: z.array(z.string()),
      silencedBy: z.array(z.string()),
      mutedBy: z.array(z.string()).optional(),
    }),
  }),
);

const { namespace } = platform.monitoring;
const PORT = 9093;
const POD = "app.kubernetes.io/name=alertmanager";
const TRIED = "alertmanager_notification_requests_total";
const FAILED = "alertmanager_notification_requests_failed_total";

export class Alertmanager {
  private constructor(
    private readonly kubectl: (words: string[]) => Promise<string>,
    /** Every replica is told, as Prometheus does it: among themselves they agree on who passes it on. */
    private readonly replicas: readonly Forward[],
  ) {}

  static async open(env: Record<string, string>, context: string | undefined): Promise<Alertmanager> {
    const words = [...(context === undefined ? [] : ["--context", context]), "--namespace", namespace];
    const kubectl = async (more: string[]) => {
      const answer = await run("kubectl", [...words, ...more], { allowFailure: true, env });
      if (answer.code === 0) return answer.stdout;
      throw new Failure(`the cluster${context === undefined ? "" : ` ${context}`} does not answer`, {
        details: tail(answer.stderr, 3),
        next: "check kubectl's way to it, or name its context: --context NAME",
      });
    };
    const names = await kubectl(["get", "pods", "--selector", POD, "--output=name"]);
    const pods = names.split("\n").flatMap((line) => (line === "" ? [] : [line.replace("pod/", "")]));
    if (pods.length === 0) {
      throw new Failure(`there is no Alertmanager in the namespace ${namespace}`, {
        next: "install the platform's part monitoring: slipway-platform:parts, in platform/",
      });
    }
    const replicas: Forward[] = [];
    for (const pod of pods) replicas.push(await forward(env, words, pod, PORT));
    return new Alertmanager(kubectl, replicas);
  }

  async close(): Promise<void> {
    for (const replica of this.replicas) await replica.close();
  }

  async tell(alerts: readonly TestAlert[]): Promise<void> {
    for (const { url } of this.replicas) {
      const init = {
        body: JSON.stringify(alerts),
        headers: { "content-type": "application/json" },
        method: "POST",
      };
      await text(`${url}/api/v2/alerts`, init);
    }
  }

  /** Whom it would tell of the alerts of a part. */
  async routes(part: string, product: string): Promise<Routed[]> {
    const [first] = this.replicas;
    if (first === undefined) return [];
    const filter = encodeURIComponent(`part="${part}"`);
    const answer = await text(`${first.url}/api/v2/alerts?filter=${filter}`);
    return listed.parse(JSON.parse(answer)).map(({ labels, receivers, status }) => ({
      quiet:
        (status.mutedBy ?? []).length > 0
          ? "muted"
          : status.silencedBy.length > 0
            ? "silenced"
            : status.inhibitedBy.length > 0
              ? "inhibited"
              : undefined,
      // The operator puts who configured a receiver before its name.
      receivers: receivers
        .map(({ name }) => name)
        .filter((name) => name.startsWith(`${product}/`))
        .map(short),
      severity: labels.severity ?? "",
    }));
  }

  /** What every receiver of a namespace was sent so far. */
  async sent(product: string): Promise<Record<string, Sent>> {
    const found: Record<string, Sent> = {};
    for (const { url } of this.replicas) {
      for (const { name, receiver, value } of counted(await text(`${url}/metrics`))) {
        if (!receiver.startsWith(`${product}/`)) continue;
        const before = found[short(receiver)] ?? { failed: 0, tried: 0 };
        found[short(receiver)] = {
          failed: before.failed + (name === FAILED ? value : 0),
          tried: before.tried + (name === TRIED ? value : 0),
        };
      }
    }
    return found;
  }

  /** What it last said of a receiver that did not take a message; addresses in it are cut down to their host. */
  async complaint(product: string, receiver: string): Promise<string | undefined> {
    const words = ["logs", "--selector", POD, "--container=alertmanager", "--since=2m", "--tail=500"];
    return complaintIn(await this.kubectl(words), product, receiver);
  }
}

async function text(url: string, init?: RequestInit): Promise<string> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  const said = await answer.text();
  if (answer.ok) return said;
  throw new Failure(`the cluster's Alertmanager answers ${answer.status}`, {
    details: tail(said, 3),
    next: `look at its pods: kubectl get pods --namespace ${namespace}`,
  });
}

const short = (receiver: string) => receiver.split("/").at(-1) ?? receiver;

interface Counted {
  name: string;
  receiver: string;
  value: number;
}

/** The two counters we ask for, in Prometheus' text. */
export function counted(metrics: string): Counted[] {
  return metrics.split("\n").flatMap((line) => {
    const match = /^([a-z_]+)\{(.*)\} ([0-9.e+]+)$/.exec(line);
    const [, name = "", labels = "", value = ""] = match ?? [];
    const receiver = /receiver_name="([^"]*)"/.exec(labels)?.[1];
    if (receiver === undefined || ![TRIED, FAILED].includes(name)) return [];
    return [{ name, receiver, value: Number(value) }];
  });
}

/** The reason in the newest line about a receiver that has one. */
export function complaintIn(log: string, product: string, receiver: string): string | undefined {
  const about = new RegExp(`${product}/[^/ "]+/${receiver}[/" ]`);
  const line = log
    .split("\n")
    .filter((each) => about.test(each) && each.includes("err="))
    .at(-1);
  const said = /err="((?:[^"\\]|\\.)*)"/.exec(line ?? "")?.[1] ?? /err=(\S+)/.exec(line ?? "")?.[1];
  return (
    said
      ?.replace(/^[^ ]+\[\d+\]: /, "") // the receiver's own name
      .replace(/\\"/g, "'")
      // A webhook's path is its secret.
      .replace(/(https?:\/\/[^/\s'"]+)[^\s'"]*/g, "$1/…")
  );
}
