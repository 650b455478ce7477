/** A rehearsed restore from a person's machine or a pipeline: through kubectl, in a namespace that is gone afterwards. */
import { type Rehearsal, throwaway, THROWAWAY } from "../../config/rehearsal";
import { Failure } from "../../toolchain/lib/failure";
import { steps, type Step } from "../../toolchain/lib/progress";
import type { Kube, KubeObject } from "../release/kube";
import { open, type Asked, type Session } from "../release/session";
import { stopping } from "../release/stopping";
import { aimAt } from "./aim";
import { wayOf } from "./beside";
import { held } from "./bucket";
import { backed, liveName, sql, type Store } from "./database";
import { MANAGER } from "./fields";
import { type Drilled, rehearse, type Stage } from "./rehearsal";
import { clusterIn, type State } from "./stack-file";
import { until } from "./wait";

const AWAY = 5 * 60e3;
/** Kubernetes' own API, which the instance manager reads its orders from. */
const API_PORTS = [443, 6443];
/** Never the one in which the cluster's own job rehearses. */
const homeOf = (namespace: string) => `${namespace}-drill-now`;

export async function drill(stack: string, asked: Asked): Promise<Drilled> {
  const stop = stopping();
  const opened: { session?: Session; plan?: Rehearsal } = {};
  try {
    await steps([
      {
        title: `What there is of ${stack}`,
        run: async (step) => {
          opened.session = await open(stack, asked, step);
          opened.plan = await planOf(stack, opened.session);
        },
      },
    ]);
    const { session, plan } = opened;
    if (session === undefined || plan === undefined) throw new Error("looked at before it was opened");
    return await rehearse(plan, stageOf(plan, session, stop.signal));
  } finally {
    stop.done();
    opened.session?.close();
  }
}

async function planOf(stack: string, { settings, engine }: Session): Promise<Rehearsal> {
  const { namespace, product } = settings;
  const database = backed(settings, stack);
  const live = liveName(database);
  await engine.prepare();
  const spec = clusterIn((await engine.state()) as State, namespace, live)?.spec;
  if (spec === undefined)
    throw new Failure(`${stack} was never deployed here`, { next: `./slipway deploy ${stack}` });
  const { drill: said, owner } = database;
  return {
    ...{ stack, namespace, home: homeOf(namespace), live, database: database.database, owner },
    ...{ spec: throwaway(spec, database), labels: labelsOf(product) },
    ...{
      checks: said?.checks ?? [],
      amcheck: said?.amcheck !== false,
      within: said?.timeout.value ?? 3600e3,
    },
  };
}

function stageOf(plan: Rehearsal, { kube, settings }: Session, stop: AbortSignal): Stage {
  const { database, home, live, namespace, stack } = plan;
  return {
    kube,
    steps,
    stop,
    newest: async () => {
      const all = await held(kube, { namespace, cluster: live, from: live });
      const { days } = backed(settings, stack).backup.keep;
      const id = aimAt("latest", { days, from: live, stack }, all, Date.now()).origins[0]?.backup ?? "";
      return { id, ended: all.find((one) => one.id === id)?.ended ?? "" };
    },
    enter: async (_: Step, { spec }: Store) => {
      const { port } = new URL(spec.configuration.endpointURL ?? "https://bucket");
      await kube.create(namespaceOf(home, settings.product));
      await kube.create(closed(home));
      const ports = [...API_PORTS, ...(port === "" ? [] : [Number(port)])];
      await kube.apply(wayOf(home, THROWAWAY, ports), MANAGER);
    },
    leave: () => remove(kube, home),
    ask: (text) => sql(kube, home, `${THROWAWAY}-1`, database, text),
  };
}

async function remove(kube: Kube, home: string): Promise<void> {
  const words = ["delete", "namespace", home, "--ignore-not-found", "--wait=false"];
  await kube.ask(`deleting namespace ${home}`, words);
  await until(async () => ((await kube.get("namespace", home)) === undefined ? true : undefined), {
    ...{ what: `taking namespace ${home} away`, within: AWAY },
    next: `kubectl get all --namespace ${home}`,
  });
}

const labelsOf = (product: string) => ({
  "app.kubernetes.io/name": "drill",
  "app.kubernetes.io/part-of": product,
  "app.kubernetes.io/component": "drill",
  "app.kubernetes.io/managed-by": "slipway",
});

const namespaceOf = (name: string, product: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    name,
    labels: {
      "app.kubernetes.io/part-of": product,
      "app.kubernetes.io/component": "drill",
      "pod-security.kubernetes.io/enforce": "restricted",
    },
  },
});

const closed = (namespace: string): KubeObject & { spec: object } => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "closed", namespace },
  spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
});
