/**
 * A restore: beside the live database, verified, then switched to by the engine. Nothing of the live one is touched before the
 * restored one has answered; the live one is kept, asleep, until somebody confirms that it may go.
 */
import { Failure } from "../../toolchain/lib/failure";
import { duration, steps, type Step } from "../../toolchain/lib/progress";
import { hold, type Held } from "../release/lease";
import { open, type Asked, type Session } from "../release/session";
import { stopping } from "../release/stopping";
import { who } from "../release/who";
import { aimAt, type Aim } from "./aim";
import { makeFirstGood, wayName } from "./beside";
import { held } from "./bucket";
import { type Backed, backed, type Cluster, KIND, liveName, sql, stamp } from "./database";
import { modelOf, quieten, switchTo, takeBack } from "./switch";
import { refuseUntried } from "./untried";
import { type Checked, refuseUnless, verify } from "./verify";
import { until } from "./wait";

export interface Given extends Asked {
  to: string;
  /** Only beside, under this name: nothing is switched. */
  into?: string;
}

export interface Restored {
  stack: string;
  namespace: string;
  /** The database that was restored, and the one it comes from. */
  database: string;
  from: string;
  to: string;
  backup: string;
  switched: boolean;
  checks: Checked[];
  /** Milliseconds. */
  took: number;
}

const WITHIN = 6 * 3600e3;

export async function restore(stack: string, given: Given): Promise<Restored> {
  const began = Date.now();
  const stop = stopping();
  const opened: { session?: Session; held?: Held } = {};
  try {
    const run = new Run(stack, given, opened, stop.signal);
    return { ...(await run.all()), took: Date.now() - began };
  } finally {
    stop.done();
    await opened.held?.release();
    opened.session?.close();
  }
}

class Run {
  private name = "";
  private live = "";
  private pod: string | undefined;
  private aim: Aim = { text: "", origins: [] };
  private origin: Aim["origins"][number] | undefined;
  private model: Cluster | undefined;
  private checks: Checked[] = [];

  constructor(
    private readonly stack: string,
    private readonly given: Given,
    private readonly opened: { session?: Session; held?: Held },
    private readonly stop: AbortSignal,
  ) {}

  async all(): Promise<Omit<Restored, "took">> {
    const { stack, given } = this;
    await steps([
      { title: `What ${stack} can be restored to`, run: (step) => this.look(step) },
      { title: "Nobody else at it", run: () => this.lock() },
    ]);
    const switched = given.into === undefined;
    try {
      await steps([
        {
          title: "Parts at rest",
          skip: () => !switched && "they stay",
          run: (step) => quieten(this.session, step),
        },
        { title: `Restore to ${this.aim.text}`, run: (step) => this.beside(step) },
        { title: "Checks", run: (step) => this.check(step) },
      ]);
    } catch (error) {
      await takeBack(this.session, { name: this.name, doing: "restore" }, error);
      throw error;
    }
    if (switched) {
      if (this.origin === undefined) throw new Error("nothing was restored");
      const { session, live, name, origin, stop: signal } = this;
      await switchTo({ session, stack, live, name, origin, signal });
    }
    return {
      ...{
        stack,
        namespace: this.session.settings.namespace,
        database: this.name,
        from: this.live,
        to: this.aim.text,
      },
      ...{ backup: this.origin?.backup ?? "", switched, checks: this.checks },
    };
  }

  private get session(): Session {
    if (this.opened.session === undefined) throw new Error("looked at before it was opened");
    return this.opened.session;
  }

  private get database(): Backed {
    return backed(this.session.settings, this.stack);
  }

  /** Everything that can be known before anything is touched. */
  private async look(step: Step): Promise<void> {
    const { stack, given } = this;
    this.opened.session = await open(stack, given, step);
    const { kube, settings } = this.session;
    const { namespace } = settings;
    this.live = liveName(this.database);
    if ((await this.session.isAtHome()) === "new") {
      throw new Failure(`${stack} was never deployed here`, { next: `./slipway deploy ${stack}` });
    }
    if (given.into === undefined) await refuseUntried(this.session);
    const [all, cluster] = await Promise.all([
      held(kube, { namespace, cluster: this.live, from: this.live }),
      kube.get<Cluster>(KIND.cluster, this.live, namespace),
    ]);
    this.aim = aimAt(
      given.to,
      { days: this.database.backup.keep.days, from: this.live, stack },
      all,
      Date.now(),
    );
    this.pod = cluster?.status?.currentPrimary;
    this.name = given.into ?? `postgres-${stamp(Date.now())}`;
    if ((await kube.get(KIND.cluster, this.name, namespace)) !== undefined) {
      throw new Failure(`there is a database ${this.name} already`, {
        next: "give it another name with --into",
      });
    }
    this.model = await modelOf(this.session, this.live);
    step.note(`${this.aim.text}, from backup ${this.aim.origins[0]?.backup ?? ""}`);
  }

  private async lock(): Promise<void> {
    const { kube, settings } = this.session;
    const doing = `Restoring it to ${this.aim.text}`;
    this.opened.held = await hold(kube, { namespace: settings.namespace, holder: who().holder, doing });
  }

  private async beside(step: Step): Promise<void> {
    const { kube, settings } = this.session;
    const { namespace } = settings;
    if (this.aim.origins[0]?.to !== "backup") await this.archiveAll(step);
    if (this.model === undefined) throw new Error("no model");
    const { name, database, model } = this;
    const made = await makeFirstGood(
      kube,
      { namespace, name, database, model, within: WITHIN },
      this.aim.origins,
      step,
      this.stop,
    );
    this.pod = made.pod;
    this.origin = made.origin;
  }

  /** All that was written is brought to the bucket, if the live one can still do that: then any past moment is in it. */
  private async archiveAll(step: Step): Promise<void> {
    const { kube, settings } = this.session;
    const { namespace } = settings;
    const { pod } = this;
    if (pod === undefined || pod === "") return;
    // A transaction after the wanted moment: without one Postgres could not know that it is past it.
    const mark = "select pg_current_xact_id(); checkpoint; select pg_walfile_name(pg_switch_wal());";
    const asked = await sql(kube, namespace, pod, "postgres", mark).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      step.note(`the live database does not answer: what is in the bucket must do`);
      return undefined;
    });
    const file = asked?.split("\n").at(-1);
    if (file === undefined) return;
    step.note(`archiving ${file}`);
    await until(
      async () => {
        const last = await sql(
          kube,
          namespace,
          pod,
          "postgres",
          "select last_archived_wal from pg_stat_archiver;",
        );
        return last.slice(0, 24) >= file ? true : undefined;
      },
      {
        ...{ what: `archiving ${file}`, within: 5 * 60e3, signal: this.stop },
        next: "the bucket does not take what is written: see postgres.backup",
      },
    );
  }

  private async check(step: Step): Promise<void> {
    const { kube, settings } = this.session;
    const { database, pod } = this;
    if (pod === undefined) throw new Error("no pod");
    const ask = (text: string) => sql(kube, settings.namespace, pod, database.database, text);
    this.checks = await verify(ask, database.drill?.checks ?? []);
    step.note(
      this.checks.length === 0 ? "none are declared (postgres.drill.checks)" : `${this.checks.length}`,
    );
    refuseUnless(this.checks);
  }
}

export function restoredText({
  stack,
  namespace,
  database,
  from,
  to,
  backup,
  switched,
  checks,
  took,
}: Restored): string {
  return [
    switched
      ? `${stack} is back at ${to}, after ${duration(took)}: its database is ${database} now, from backup ${backup}`
      : `${database} holds ${stack} at ${to}, beside the live database, from backup ${backup}`,
    ...checks.map(({ name, value }) => `  ${name}: ${value}`),
    ...(switched
      ? [
          `  Commit Pulumi.${stack}.yaml: it names the live database (slipway:postgres.restored).`,
          `  ${from} is kept, asleep: ./slipway restore ${stack} --confirm takes it away.`,
        ]
      : [
          `  When you have seen enough: kubectl delete --namespace ${namespace} ${KIND.cluster}/${database} networkpolicy/${wayName(database)}`,
        ]),
    "",
  ].join("\n");
}
