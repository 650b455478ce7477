/**
 * The restore that is rehearsed, whoever asks for it: the newest backup into a throwaway database in a namespace that can
 * reach nothing but the bucket; checked, measured, taken away. What came of it is kept on a Lease of the product's namespace.
 */
import { BUCKET_KEYS, FETCHING_MEMORY, type Rehearsal, SHARES, THROWAWAY } from "../../config/rehearsal";
import { formatCpu } from "../../config/units";
import { Failure } from "../../toolchain/lib/failure";
import type { Step, StepSpec } from "../../toolchain/lib/progress";
import type { Api } from "../release/kube";
import { gone, makeBeside } from "./beside";
import { KIND, LOGIN, type Store, STORE } from "./database";
import { keepDrill } from "./drill-record";
import { MANAGER } from "./fields";
import { lent, readSecret, secretOf } from "./lent";
import { type Checked, verify } from "./verify";

export interface Drilled {
  stack: string;
  ok: boolean;
  /** ISO time of its end. */
  when: string;
  backup: string;
  /** Milliseconds from the order until the restored database answered. */
  restored: number;
  /** Milliseconds between the newest change that came back and the order; undefined where nothing came back. */
  lost: number | undefined;
  checks: Checked[];
  why?: string[];
}

/** Where a rehearsal takes place: what differs between a person's machine and the cluster. */
export interface Stage {
  kube: Api;
  steps(list: StepSpec[]): Promise<void>;
  /** The newest good backup, and when it ended. Throws where there is none. */
  newest(): Promise<{ id: string; ended: string }>;
  /** Its namespace is there, closed, and empty. */
  enter(step: Step, store: Store): Promise<void>;
  /** After all that was put there is gone again. */
  leave(): Promise<void>;
  /** One value of SQL, asked of the throwaway database as its superuser. */
  ask(text: string): Promise<string>;
  stop: AbortSignal;
}

const AWAY = 5 * 60e3;

export async function rehearse(plan: Rehearsal, stage: Stage): Promise<Drilled> {
  return new Run(plan, stage).all();
}

class Run {
  private backup = { id: "", ended: "" };
  private store: Store | undefined;
  /** When the newest transaction that came back was made. */
  private last: number | undefined;
  private readonly found: Pick<Drilled, "restored" | "lost" | "checks"> = {
    ...{ restored: 0, lost: undefined, checks: [] },
  };

  constructor(
    private readonly plan: Rehearsal,
    private readonly stage: Stage,
  ) {}

  async all(): Promise<Drilled> {
    const { plan, stage } = this;
    let why: string[] | undefined;
    try {
      await stage.steps([
        { title: "The newest backup", run: (step) => this.look(step) },
        { title: `Namespace ${plan.home}`, run: (step) => this.settle(step) },
        { title: "Restore", run: (step) => this.restore(step) },
        { title: "Checks", run: (step) => this.check(step) },
      ]);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      why = [error.message, ...error.details];
    } finally {
      await stage.steps([{ title: "All of it goes", run: () => this.clear() }]);
    }
    const wrong = this.found.checks.filter(({ ok }) => !ok);
    why ??=
      wrong.length === 0 ? undefined : wrong.map((one) => `${one.name}: ${one.value}, wanted ${one.expect}`);
    const drilled: Drilled = {
      ...{ stack: plan.stack, ok: why === undefined, when: new Date().toISOString() },
      ...{ backup: this.backup.id, ...this.found },
      ...(why === undefined ? {} : { why }),
    };
    await keepDrill(stage.kube, plan.namespace, drilled);
    return drilled;
  }

  private async look(step: Step): Promise<void> {
    const { kube } = this.stage;
    const { namespace, stack } = this.plan;
    this.store = await kube.get<Store>(KIND.store, STORE, namespace);
    if (this.store === undefined)
      throw new Failure(`${stack} was never deployed here`, { next: `./slipway deploy ${stack}` });
    this.backup = await this.stage.newest();
    step.note(`backup ${this.backup.id}`);
  }

  /** What a drill that was killed has left goes first. */
  private async settle(step: Step): Promise<void> {
    const { kube } = this.stage;
    const { namespace, home, labels } = this.plan;
    if (this.store === undefined) throw new Error("nothing was looked at");
    if ((await kube.get(KIND.cluster, THROWAWAY, home)) !== undefined)
      step.note("what a drill that was killed has left goes first");
    await this.clear();
    await this.stage.enter(step, this.store);
    const login = await readSecret(kube, LOGIN, namespace);
    await kube.apply(secretOf(LOGIN, home, labels, login.data ?? {}, login.type), MANAGER);
    const { store, keys } = await copied(kube, this.store, namespace, home);
    if (Object.keys(keys).length > 0) await kube.apply(secretOf(BUCKET_KEYS, home, labels, keys), MANAGER);
    await kube.apply({ ...store, metadata: { ...store.metadata, labels } }, MANAGER);
  }

  private async restore(step: Step): Promise<void> {
    const { plan, stage, backup } = this;
    const { database, home, labels, live, owner, spec, within } = plan;
    const origin = { backup: backup.id, from: live, to: "latest" };
    const metadata = { labels, name: live };
    const model = { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", metadata, spec };
    const began = Date.now();
    const hears = (lines: string[]) => {
      this.last = lastChange(lines) ?? this.last;
    };
    await makeBeside(
      stage.kube,
      {
        ...{ namespace: home, name: THROWAWAY, origin, database: { database, owner }, model, within },
        ...{ ways: "standing", hears },
      },
      step,
      stage.stop,
    );
    this.found.restored = Date.now() - began;
    // Where nobody wrote since the backup, all until its end is in it.
    this.found.lost = Math.max(0, began - (this.last ?? Date.parse(backup.ended)));
  }

  private async check(step: Step): Promise<void> {
    const { plan, stage, found } = this;
    found.checks = await verify((text) => stage.ask(text), plan.checks);
    if (plan.amcheck) {
      const value = await stage.ask(AMCHECK);
      found.checks.push({
        ...{ name: "no index or table is corrupt", value, expect: "= 0", ok: value === "0" },
      });
    }
    step.note(found.checks.map(({ name, value }) => `${name}: ${value}`).join("; "));
  }

  private async clear(): Promise<void> {
    const { plan, stage } = this;
    const { kube } = stage;
    // The operator's finalizers first: a namespace takes its own away in no order.
    await kube.remove(KIND.cluster, THROWAWAY, plan.home);
    await gone(kube, plan.home, THROWAWAY, AWAY);
    for (const secret of [LOGIN, BUCKET_KEYS]) await kube.remove("secret", secret, plan.home);
    await kube.remove(KIND.store, STORE, plan.home);
    await stage.leave();
  }
}

/** Postgres says at the end of a recovery how far it came. */
export function lastChange(lines: readonly string[]): number | undefined {
  const times = lines.flatMap((line) => {
    const [, day, time] =
      /last completed transaction was at log time (\d{4}-\d\d-\d\d) ([\d:.]+)(?:\+00| UTC)/.exec(line) ?? [];
    return day === undefined || time === undefined ? [] : [Date.parse(`${day}T${time.slice(0, 12)}Z`)];
  });
  return times.at(-1);
}

/** The bucket's settings for another namespace, on a share of what the database's own have. */
async function copied(
  kube: Api,
  there: Store,
  from: string,
  to: string,
): Promise<{ store: Store; keys: Record<string, string> }> {
  const { store, keys } = await lent(kube, there, from, { namespace: to, store: STORE, secret: BUCKET_KEYS });
  const share = { cpu: formatCpu(SHARES.fetching), memory: FETCHING_MEMORY };
  const resources = { limits: share, requests: { cpu: "50m", memory: "128Mi" } };
  const instanceSidecarConfiguration = { ...store.spec.instanceSidecarConfiguration, resources };
  return { keys, store: { ...store, spec: { ...store.spec, instanceSidecarConfiguration } } };
}

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
