/**
 * A clone: another stack's database in the place of this one's, without its people. It is restored where nothing can reach it
 * and archived nowhere until the stack's SQL has run; only then is it switched to, as a restore is.
 */
import type { OperatedPostgres, Origin } from "../../config";
import { Failure } from "../../toolchain/lib/failure";
import { steps, type Step } from "../../toolchain/lib/progress";
import { hold, type Held } from "../release/lease";
import { open, type Asked, type Session } from "../release/session";
import { stopping } from "../release/stopping";
import { who } from "../release/who";
import { aimAt, type Aim } from "./aim";
import { anonymise, type Wording } from "./anonymise";
import { makeFirstGood, wayOf } from "./beside";
import { held } from "./bucket";
import { closeSource, CLONING, openSource, type Opened, sourceName, sweep } from "./clone-source";
import { isolated, operated, refuseUnfit, settled } from "./clone-spec";
import { backed, type Cluster, KIND, liveName, sql, stamp } from "./database";
import { MANAGER } from "./fields";
import { modelOf, quieten, switchTo, takeBack } from "./switch";
import { type Checked, refuseUnless, verify } from "./verify";
import { until } from "./wait";

export interface CloneGiven extends Asked {
  from: string;
  to: string;
  /** Undefined only where whoever asks has said that it may stay as it is. */
  wording: Wording | undefined;
}

export interface Cloned {
  stack: string;
  from: string;
  /** The database that is live now, and the one from before. */
  database: string;
  kept: string;
  to: string;
  backup: string;
  anonymised: boolean;
  checks: Checked[];
  /** Milliseconds. */
  took: number;
}

const WITHIN = 6 * 3600e3;
const AWAY = 10 * 60e3;
/** Kubernetes' own API, which the instance manager reads its orders from. */
const API_PORTS = [443, 6443];

export async function clone(stack: string, given: CloneGiven): Promise<Cloned> {
  const began = Date.now();
  const stop = stopping();
  const opened: Sessions = {};
  try {
    return { ...(await new Run(stack, given, opened, stop.signal).all()), took: Date.now() - began };
  } finally {
    stop.done();
    await opened.held?.release();
    opened.target?.close();
    opened.source?.close();
  }
}

interface Sessions {
  target?: Session;
  source?: Session;
  held?: Held;
}

class Run {
  private name = "";
  private live = "";
  private pod = "";
  private aim: Aim = { text: "", origins: [] };
  private origin: Origin | undefined;
  private model: Cluster | undefined;
  private bucket: Opened | undefined;
  private checks: Checked[] = [];

  constructor(
    private readonly stack: string,
    private readonly given: CloneGiven,
    private readonly opened: Sessions,
    private readonly stop: AbortSignal,
  ) {}

  async all(): Promise<Omit<Cloned, "took">> {
    const { stack, given } = this;
    const { from, wording } = given;
    await steps([
      { title: `What there is of ${from}, and room for it in ${stack}`, run: (step) => this.look(step) },
      { title: "Nobody else at it", run: (step) => this.lock(step) },
    ]);
    try {
      await steps([
        { title: `Restore to ${this.aim.text}, out of reach`, run: (step) => this.beside(step) },
        {
          title: `Anonymise${wording === undefined ? "" : ` by ${wording.file}`}`,
          skip: () => wording === undefined && "as it is (--as-it-is)",
          run: () => this.anonymise(),
        },
        { title: "Checks", run: (step) => this.check(step) },
        { title: `${this.name} as ${stack} has its database`, run: (step) => this.settle(step) },
        { title: "Parts at rest", run: (step) => quieten(this.target, step) },
      ]);
    } catch (error) {
      const { namespace } = this.target.settings;
      const also = () => closeSource(this.target.kube, namespace, this.name);
      await takeBack(this.target, { name: this.name, doing: "clone", also }, error);
      throw error;
    }
    const { live, name, origin, stop: signal } = this;
    if (origin === undefined) throw new Error("nothing was restored");
    await switchTo({ session: this.target, stack, live, name, origin, signal });
    return {
      ...{ stack, from, database: name, kept: live, to: this.aim.text, backup: origin.backup ?? "" },
      ...{ anonymised: wording !== undefined, checks: this.checks },
    };
  }

  private get target(): Session {
    if (this.opened.target === undefined) throw new Error("looked at before it was opened");
    return this.opened.target;
  }
  private get source(): Session {
    if (this.opened.source === undefined) throw new Error("looked at before it was opened");
    return this.opened.source;
  }
  private get database(): OperatedPostgres {
    return operated(this.target.settings, this.stack);
  }

  /** Everything that can be known before anything is touched. */
  private async look(step: Step): Promise<void> {
    const { stack, given } = this;
    const { from, to, ...asked } = given;
    this.opened.target = await open(stack, asked, step);
    this.opened.source = await open(from, { cwd: given.cwd }, step);
    const { target, source } = this;
    refuseUnfit({ name: stack, settings: target.settings }, { name: from, settings: source.settings });
    for (const [name, session] of [[stack, target] as const, [from, source] as const]) {
      if ((await session.isAtHome()) === "new")
        throw new Failure(`${name} was never deployed here`, { next: `./slipway deploy ${name}` });
    }
    this.live = liveName(this.database);
    this.name = `postgres-${stamp(Date.now())}`;
    this.model = await modelOf(target, this.live);
    const original = backed(source.settings, from);
    const theirs = liveName(original);
    const { namespace } = source.settings;
    this.aim = aimAt(
      to,
      { days: original.backup.keep.days, from: theirs, stack: from },
      await held(source.kube, { namespace, cluster: theirs, from: theirs }),
      Date.now(),
    );
    this.bucket = await openSource(
      source.kube,
      { namespace, stack: from },
      { namespace: target.settings.namespace, name: this.name },
    );
    await this.room(theirs);
    step.note(`${this.aim.text}, from backup ${this.aim.origins[0]?.backup ?? ""}`);
  }

  /** Tables are written anew one by one: beside all of it there must be room for one of them. */
  private async room(theirs: string): Promise<void> {
    const { kube, settings } = this.source;
    const pod = (await kube.get<Cluster>(KIND.cluster, theirs, settings.namespace))?.status?.currentPrimary;
    if (pod === undefined) return;
    const said = await sql(kube, settings.namespace, pod, "postgres", SIZE);
    const { storage } = this.database;
    if (Number(said) < storage.value) return;
    throw new Failure(`the database of ${this.given.from} does not fit into that of ${this.stack}`, {
      details: [
        `It needs ${Math.ceil(Number(said) / 1024 ** 3)}Gi to be copied and written anew; postgres.storage of ${this.stack} is ${storage.text}.`,
      ],
      next: `raise postgres.storage in Pulumi.${this.stack}.yaml and deploy it`,
    });
  }

  private async lock(step: Step): Promise<void> {
    const { kube, settings } = this.target;
    const doing = `Cloning ${this.given.from} into it`;
    this.opened.held = await hold(kube, { namespace: settings.namespace, holder: who().holder, doing });
    const swept = await sweep(kube, settings.namespace);
    if (swept.length > 0) step.note(`${swept.join(", ")} of a clone that was killed is taken away`);
  }

  /** The newest backup that can be restored: one whose objects are damaged gives way to the one before. */
  private async beside(step: Step): Promise<void> {
    const { model, bucket, name, target } = this;
    const { namespace } = target.settings;
    if (model === undefined || bucket === undefined) throw new Error("not looked at");
    await target.kube.create(bucket.secret);
    await target.kube.create(bucket.store);
    const { endpointURL } = bucket.store.spec.configuration;
    const { port } = new URL(endpointURL ?? "https://bucket");
    await this.shut([...API_PORTS, ...(port === "" ? [] : [Number(port)])]);
    const made = await makeFirstGood(
      target.kube,
      {
        ...{ namespace, name, database: this.database, within: WITHIN },
        labels: { [CLONING]: name },
        ways: "standing",
        model: { ...model, spec: isolated(model.spec) },
        store: sourceName(name),
      },
      this.aim.origins,
      step,
      this.stop,
    );
    this.pod = made.pod;
    this.origin = { ...made.origin, of: this.given.from };
  }

  /** Nothing of the namespace reaches it, and it reaches these ports alone. */
  private async shut(ports?: readonly number[]): Promise<void> {
    const { kube, settings } = this.target;
    await kube.apply(wayOf(settings.namespace, this.name, ports), MANAGER);
  }

  private async anonymise(): Promise<void> {
    const { wording, at } = { wording: this.given.wording, at: this.at };
    if (wording !== undefined) await anonymise(this.target.kube, at, wording);
  }

  private get at() {
    const { namespace } = this.target.settings;
    return { namespace, pod: this.pod, database: this.database };
  }

  private async check(step: Step): Promise<void> {
    const { namespace, pod, database } = this.at;
    const ask = (text: string) => sql(this.target.kube, namespace, pod, database.database, text);
    this.checks = await verify(ask, database.drill?.checks ?? []);
    const none = this.checks.length === 0;
    step.note(none ? "none are declared (postgres.drill.checks)" : `${this.checks.length}`);
    refuseUnless(this.checks);
  }

  /** All that the stack's own database has, its archive too; and nothing more that leads to the other stack's bucket. */
  private async settle(step: Step): Promise<void> {
    const { kube, settings } = this.target;
    const { model, name, database, origin } = this;
    const { namespace } = settings;
    if (model === undefined || origin === undefined) throw new Error("nothing was restored");
    await this.shut(); // its own bucket may be elsewhere
    await kube.apply(settled(model, { namespace, name }, database, origin), MANAGER);
    // It begins to archive with another pod, which must be there before the engine orders a first backup.
    const archives = database.backup !== undefined;
    await until(
      async () => {
        const cluster = await kube.get<Cluster>(KIND.cluster, name, namespace);
        const { readyInstances = 0, phase = "" } = cluster?.status ?? {};
        step.note(`${name}: ${phase}`);
        const ready = readyInstances >= model.spec.instances && phase === "Cluster in healthy state";
        return ready && (!archives || (await hasArchiver(kube, namespace, name))) ? true : undefined;
      },
      {
        ...{ what: `changing ${name}`, within: AWAY, signal: this.stop },
        next: `kubectl get pods --namespace ${namespace} --selector cnpg.io/cluster=${name}`,
      },
    );
    await closeSource(kube, namespace, name);
  }
}

interface Pod {
  apiVersion: string;
  kind: string;
  metadata: { name: string; deletionTimestamp?: string };
  spec?: { initContainers?: { name: string }[]; containers?: { name: string }[] };
}

async function hasArchiver(kube: Session["kube"], namespace: string, name: string): Promise<boolean> {
  const pods = await kube.list<Pod>("pod", namespace, `cnpg.io/cluster=${name},cnpg.io/podRole=instance`);
  const named = ({ spec }: Pod) => [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return (
    pods.length > 0 &&
    pods.every(
      (pod) =>
        pod.metadata.deletionTimestamp === undefined &&
        named(pod).some((container) => container.name === "plugin-barman-cloud"),
    )
  );
}

/** All databases of the server and the largest table once more, and a quarter beside. */
const SIZE = `select ceil(1.25 * sum(pg_database_size(oid))) from pg_database;`;
