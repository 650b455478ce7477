/**
 * A rehearsed restore: the newest backup into a throwaway database in a namespace of its own, which can reach nothing but
 * the bucket; checked, measured, taken away. What came of it is kept on a Lease of the product's namespace.
 */
import { formatCpu } from "../../config";
import { Failure } from "../../toolchain/lib/failure";
import { steps, type Step } from "../../toolchain/lib/progress";
import type { Kube, KubeObject } from "../release/kube";
import { open, type Asked, type Session } from "../release/session";
import { stopping } from "../release/stopping";
import { aimAt, type Aim } from "./aim";
import { makeBeside, removeCluster, gone } from "./beside";
import { held } from "./bucket";
import {
  type Backed,
  backed,
  type Cluster,
  FIRST,
  KIND,
  liveName,
  LOGIN,
  sql,
  type Store,
  STORE,
} from "./database";
import { keepDrill } from "./drill-record";
import { clusterIn, type State } from "./stack-file";
import { type Checked, verify } from "./verify";
import { until } from "./wait";

export interface Drilled {
  stack: string;
  ok: boolean;
  /** ISO time of its end. */
  when: string;
  backup: string;
  /** Milliseconds from the order until the restored database answered. */
  restored: number;
  /** Milliseconds since the archive last got something; undefined where the live database does not answer. */
  lost: number | undefined;
  checks: Checked[];
  why?: string[];
}

const CORE = 1000;
const AWAY = 5 * 60e3;
/** Kubernetes' own API, which the instance manager reads its orders from. */
const API_PORTS = [443, 6443];
const homeOf = (namespace: string) => `${namespace}-drill`;

export async function drill(stack: string, asked: Asked): Promise<Drilled> {
  const stop = stopping();
  const opened: { session?: Session } = {};
  try {
    return await new Run(stack, asked, opened, stop.signal).all();
  } finally {
    stop.done();
    opened.session?.close();
  }
}

class Run {
  private aim: Aim = { text: "", origins: [] };
  private model: Cluster | undefined;
  private store: Store | undefined;
  private readonly found: Pick<Drilled, "backup" | "restored" | "lost" | "checks"> = {
    ...{ backup: "", restored: 0, lost: undefined, checks: [] },
  };

  constructor(
    private readonly stack: string,
    private readonly asked: Asked,
    private readonly opened: { session?: Session },
    private readonly stop: AbortSignal,
  ) {}

  async all(): Promise<Drilled> {
    const { stack } = this;
    await steps([{ title: `What there is of ${stack}`, run: (step) => this.look(step) }]);
    const home = homeOf(this.session.settings.namespace);
    let why: string[] | undefined;
    try {
      await steps([
        { title: `Namespace ${home}`, run: (step) => this.makeHome(step) },
        { title: `Restore to ${this.aim.text}`, run: (step) => this.restore(step) },
        { title: "Checks", run: (step) => this.check(step) },
      ]);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      why = [error.message, ...error.details];
    } finally {
      await steps([{ title: `${home} goes`, run: () => this.removeHome() }]);
    }
    const wrong = this.found.checks.filter(({ ok }) => !ok);
    why ??=
      wrong.length === 0 ? undefined : wrong.map((one) => `${one.name}: ${one.value}, wanted ${one.expect}`);
    const drilled: Drilled = {
      ...{ stack, ok: why === undefined, when: new Date().toISOString(), ...this.found },
      ...(why === undefined ? {} : { why }),
    };
    await keepDrill(this.session.kube, this.session.settings.namespace, drilled);
    return drilled;
  }

  private get session(): Session {
    if (this.opened.session === undefined) throw new Error("looked at before it was opened");
    return this.opened.session;
  }
  private get database(): Backed {
    return backed(this.session.settings, this.stack);
  }

  private async look(step: Step): Promise<void> {
    this.opened.session = await open(this.stack, this.asked, step);
    const { kube, settings, engine } = this.session;
    const { namespace } = settings;
    const live = liveName(this.database);
    await engine.prepare();
    const inputs = clusterIn((await engine.state()) as State, namespace, live);
    this.store = await kube.get<Store>(KIND.store, STORE, namespace);
    if (inputs?.spec === undefined || this.store === undefined) {
      throw new Failure(`${this.stack} was never deployed here`, { next: `./slipway deploy ${this.stack}` });
    }
    const { spec } = inputs;
    this.model = {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: { name: FIRST },
      spec: throwaway(spec, this.database),
    };
    this.aim = aimAt(
      "latest",
      live,
      await held(kube, { namespace, cluster: live, from: live }),
      Date.now(),
      this.stack,
    );
    const pod = (await kube.get<Cluster>(KIND.cluster, live, namespace))?.status?.currentPrimary ?? "";
    const age = await sql(kube, namespace, pod, "postgres", ARCHIVED).catch((error: unknown) => {
      // The backups are what is tried: a live database that is down is no reason not to.
      if (error instanceof Failure) return "";
      throw error;
    });
    this.found.lost = age === "" ? undefined : Number(age) * 1000;
    step.note(`backup ${this.aim.origins[0]?.backup ?? ""}`);
  }

  /** What a drill that was killed has left goes first. */
  private async makeHome(step: Step): Promise<void> {
    const { kube, settings } = this.session;
    const home = homeOf(settings.namespace);
    if ((await kube.get("namespace", home)) !== undefined) {
      step.note("what a drill that was killed has left goes first");
      await this.removeHome();
    }
    await kube.create(namespaceOf(home, settings.product));
    await kube.create(closed(home));
    const { configuration } = this.store?.spec ?? { configuration: { destinationPath: "" } };
    const secrets = new Set([
      LOGIN,
      ...Object.values(configuration.s3Credentials ?? {}).map(({ name }) => name),
    ]);
    for (const name of secrets) await copy(kube, "secret", name, settings.namespace, home);
    await copy(kube, KIND.store, STORE, settings.namespace, home);
  }

  private async restore(step: Step): Promise<void> {
    const { kube, settings } = this.session;
    const [origin] = this.aim.origins;
    const { model, database } = this;
    if (origin === undefined || model === undefined) throw new Error("nothing to restore");
    const namespace = homeOf(settings.namespace);
    const { endpointURL } = this.store?.spec.configuration ?? {};
    const { port } = new URL(endpointURL ?? "https://bucket");
    const began = Date.now();
    this.found.backup = origin.backup ?? "";
    const within = database.drill?.timeout.value ?? 3600e3;
    await makeBeside(
      kube,
      {
        ...{ namespace, name: "drill", origin, database, model, within },
        ports: [...API_PORTS, ...(port === "" ? [] : [Number(port)])],
      },
      step,
      this.stop,
    );
    this.found.restored = Date.now() - began;
  }

  private async check(step: Step): Promise<void> {
    const { kube, settings } = this.session;
    const { database } = this;
    const at = { namespace: homeOf(settings.namespace), pod: "drill-1", database };
    this.found.checks = await verify(kube, at);
    if (database.drill?.amcheck !== false) {
      const value = await sql(kube, at.namespace, at.pod, database.database, AMCHECK);
      this.found.checks.push({
        name: "no index or table is corrupt",
        value,
        expect: "= 0",
        ok: value === "0",
      });
    }
    step.note(this.found.checks.map(({ name, value }) => `${name}: ${value}`).join("; "));
  }

  private async removeHome(): Promise<void> {
    const { kube, settings } = this.session;
    const home = homeOf(settings.namespace);
    // The operator's finalizers first: a namespace takes its own away in no order.
    await removeCluster(kube, home, "drill");
    await gone(kube, home, "drill", AWAY);
    await kube.ask(`deleting namespace ${home}`, [
      "delete",
      "namespace",
      home,
      "--ignore-not-found",
      "--wait=false",
    ]);
    await until(async () => ((await kube.get("namespace", home)) === undefined ? true : undefined), {
      ...{ what: `taking namespace ${home} away`, within: AWAY },
      next: `kubectl get all --namespace ${home}`,
    });
  }
}

/** Seconds since the archive last got something: nothing in the bucket is newer. */
const ARCHIVED =
  "select coalesce(floor(extract(epoch from now() - last_archived_time))::text, '') from pg_stat_archiver;";

/** Corrupt ones would raise an error each; counted, so that one does not hide the next. */
const AMCHECK = `
create extension if not exists amcheck;
create temp table broken (name text);
do $$
declare one record;
begin
  for one in select c.oid, c.oid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indexrelid
             join pg_am a on a.oid = c.relam where a.amname = 'btree' and i.indisvalid and c.relpersistence = 'p' loop
    begin
      perform bt_index_check(one.oid, true);
    exception when others then insert into broken values (one.name);
    end;
  end loop;
  for one in select oid, oid::regclass::text as name from pg_class where relkind in ('r', 'm') and relpersistence = 'p' loop
    begin
      insert into broken select one.name from verify_heapam(one.oid) limit 1;
    exception when others then insert into broken values (one.name);
    end;
  end loop;
end $$;
select count(*) from broken;`;

/** One instance that archives nowhere, on at most one core. */
export function throwaway(
  spec: Record<string, unknown>,
  { cpu, memory, storage, drill: plan, class: chosen }: Backed,
): Cluster["spec"] {
  const core = formatCpu(Math.min(CORE, cpu.value));
  const size = { cpu: core, memory: memory.text };
  const left = [
    "plugins",
    "monitoring",
    "priorityClassName",
    "postgresql",
    "topologySpreadConstraints",
    "inheritedMetadata",
    "imagePullSecrets",
  ];
  const { parameters = {} } = (spec.postgresql ?? {}) as { parameters?: Record<string, string> };
  return {
    ...Object.fromEntries(Object.entries(spec).filter(([key]) => !left.includes(key))),
    enablePDB: false,
    instances: 1,
    postgresql: { parameters },
    resources: { limits: size, requests: { ...size, cpu: "100m" } },
    storage: {
      size: (plan?.storage ?? storage).text,
      ...(chosen === undefined ? {} : { storageClass: chosen }),
    },
  };
}

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

type Copied = KubeObject & { data?: object; spec?: object; type?: string };

async function copy(kube: Kube, kind: string, name: string, from: string, to: string): Promise<void> {
  const there = await kube.get<Copied>(kind, name, from);
  if (there === undefined)
    throw new Failure(`${kind} ${name} is not in namespace ${from}`, { next: "deploy the stack again" });
  const { apiVersion, kind: full, data, spec, type } = there;
  const copied: Copied = {
    ...{ apiVersion, kind: full, metadata: { name, namespace: to } },
    ...(data === undefined ? {} : { data }),
    ...(spec === undefined ? {} : { spec }),
    ...(type === undefined ? {} : { type }),
  };
  await kube.create(copied);
}
