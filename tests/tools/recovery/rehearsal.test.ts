import assert from "node:assert/strict";
import type { Rehearsal } from "../../../config/rehearsal";
import { lastDrill } from "../../../tools/recovery/drill-record";
import { lastChange, rehearse, type Stage } from "../../../tools/recovery/rehearsal";
import type { KubeObject } from "../../../tools/release/kube";
import { Failure } from "../../../toolchain/lib/failure";
import { quiet } from "../../../toolchain/lib/progress";
import { type FakeKube, fakeKube } from "../release/cluster";

const HOME = "shop-drill";
const ENDED = "2026-11-21T02:00:00.000Z";
const KEY = "c2VjcmV0LWtleQ==";
const plan: Rehearsal = {
  ...{ stack: "prod", namespace: "shop", home: HOME, live: "postgres", database: "shop", owner: "shop" },
  ...{ spec: { instances: 1 }, labels: { "app.kubernetes.io/part-of": "shop" } },
  checks: [{ name: "users are there", sql: "select count(*) from users", expect: ">= 1" }],
  ...{ amcheck: true, within: 60_000 },
};

const secret = (name: string, data: Record<string, string>): KubeObject & { data: object } => ({
  ...{ apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "shop" }, data },
});
const store = {
  apiVersion: "barmancloud.cnpg.io/v1",
  kind: "ObjectStore",
  metadata: { name: "postgres", namespace: "shop" },
  spec: {
    configuration: {
      destinationPath: "s3://backups/shop",
      s3Credentials: {
        accessKeyId: { key: "id", name: "keys-1a2b" },
        secretAccessKey: { key: "key", name: "keys-1a2b" },
      },
    },
    instanceSidecarConfiguration: { env: [{ name: "A", value: "b" }] },
  },
};
interface Shown extends KubeObject {
  spec?: { configuration?: { s3Credentials?: object }; instanceSidecarConfiguration?: object };
  data?: object;
}

/** A cluster whose operator has the throwaway ready at once, or whose recovery fails. */
function operated(recovery?: { fails?: string; says?: string }): FakeKube & { seen: Map<string, Shown> } {
  const kube = fakeKube(
    ...[store, secret("postgres-login", { password: KEY }), secret("keys-1a2b", { id: "aWQ=", key: KEY })],
  );
  const seen = new Map<string, Shown>();
  let asked = 0;
  return {
    ...kube,
    seen,
    apply: (object, manager) => {
      seen.set(`${object.kind} ${object.metadata.namespace ?? ""} ${object.metadata.name}`, object);
      if (object.kind === "Cluster" && recovery !== undefined) {
        const metadata = {
          name: "throwaway-1-full-recovery-x",
          namespace: HOME,
          labels: { "cnpg.io/cluster": "throwaway" },
        };
        const phase = recovery.fails === undefined ? "Running" : "Failed";
        kube.put({ apiVersion: "v1", kind: "Pod", metadata, status: { phase } } as KubeObject);
      }
      return kube.apply(object, manager);
    },
    get: async <T extends KubeObject>(kind: string, name: string, namespace?: string) => {
      const there = await kube.get<T>(kind, name, namespace);
      if (
        there?.kind !== "Cluster" ||
        (recovery !== undefined && (recovery.fails !== undefined || ++asked < 2))
      )
        return there;
      return { ...there, status: { currentPrimary: "throwaway-1", readyInstances: 1 } };
    },
    logs: () => Promise.resolve([recovery?.fails ?? recovery?.says ?? ""]),
  };
}

const stage = (kube: FakeKube, answers: { users?: string; corrupt?: string } = {}): Stage => ({
  kube,
  steps: async (list) => {
    for (const { run } of list) await run(quiet);
  },
  newest: () => Promise.resolve({ id: "20261121T020000", ended: ENDED }),
  enter: () => Promise.resolve(),
  leave: () => Promise.resolve(),
  ask: (text) =>
    Promise.resolve(text.includes("amcheck") ? (answers.corrupt ?? "0") : (answers.users ?? "3")),
  stop: new AbortController().signal,
});
const left = (kube: FakeKube) =>
  [...kube.objects.values()].filter(({ metadata, kind }) => metadata.namespace === HOME && kind !== "Pod");

describe("a rehearsed restore", () => {
  it("leaves nothing behind but a good report, and the time of it", async () => {
    const kube = operated();
    const drilled = await rehearse(plan, stage(kube));
    assert.deepEqual([drilled.ok, drilled.why, drilled.backup], [true, undefined, "20261121T020000"]);
    assert.deepEqual(
      drilled.checks.map(({ name, ok }) => [name, ok]),
      [
        ["users are there", true],
        ["no index or table is corrupt", true],
      ],
    );
    assert.deepEqual(left(kube), []);
    const { good, report } = await lastDrill(kube, "shop");
    assert.equal(good, Date.parse(drilled.when));
    assert.deepEqual(report, JSON.parse(JSON.stringify(drilled)));
  });

  it("copies the bucket's keys under a name of its own, so that a killed run's are found again", async () => {
    const kube = operated();
    await rehearse(plan, stage(kube));
    const copied = kube.seen.get(`ObjectStore ${HOME} postgres`)?.spec;
    assert.deepEqual(copied?.configuration?.s3Credentials, {
      accessKeyId: { key: "accessKeyId", name: "drill-bucket" },
      secretAccessKey: { key: "secretAccessKey", name: "drill-bucket" },
    });
    assert.deepEqual(kube.seen.get(`Secret ${HOME} drill-bucket`)?.data, {
      accessKeyId: "aWQ=",
      secretAccessKey: KEY,
    });
    assert.deepEqual(copied.instanceSidecarConfiguration, {
      env: [{ name: "A", value: "b" }],
      resources: {
        limits: { cpu: "400m", memory: "512Mi" },
        requests: { cpu: "50m", memory: "128Mi" },
      },
    });
  });

  it("says of a check that fails what was found, keeps the time of the last good one, and leaves nothing", async () => {
    const kube = operated();
    const before = await rehearse(plan, stage(kube));
    const drilled = await rehearse(plan, stage(kube, { users: "0", corrupt: "2" }));
    assert.deepEqual(drilled.why, [
      "users are there: 0, wanted >= 1",
      "no index or table is corrupt: 2, wanted = 0",
    ]);
    const { good, report } = await lastDrill(kube, "shop");
    assert.equal(good, Date.parse(before.when));
    assert.equal(report?.ok, false);
    assert.deepEqual(left(kube), []);
  });

  it("says why a backup cannot be restored, and leaves nothing", async () => {
    const fails = JSON.stringify({ level: "info", msg: "2026-11-21 [25] ERROR: Backup is corrupt" });
    const kube = operated({ fails });
    const drilled = await rehearse(plan, stage(kube));
    assert.deepEqual(drilled.why, ["backup 20261121T020000 cannot be restored", "Backup is corrupt"]);
    assert.deepEqual(left(kube), []);
  });

  it("says what went wrong before there was anything to restore", async () => {
    const kube = operated();
    const none = () => Promise.reject(new Failure("the bucket has no backup of prod to restore"));
    const drilled = await rehearse(plan, { ...stage(kube), newest: none });
    assert.deepEqual(drilled.why, ["the bucket has no backup of prod to restore"]);
    assert.equal((await lastDrill(kube, "shop")).report?.ok, false);
  });

  it("first takes away what a killed one has left", async () => {
    const kube = operated();
    const metadata = { name: "throwaway", namespace: HOME };
    kube.put({ apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", metadata });
    const order: string[] = [];
    const remove = (kind: string, name: string, namespace: string) => {
      order.push(`away ${name}`);
      return kube.remove(kind, name, namespace);
    };
    const apply: FakeKube["apply"] = (object, manager) => {
      order.push(`${object.kind} ${object.metadata.name}`);
      return kube.apply(object, manager);
    };
    await rehearse(plan, stage({ ...kube, apply, remove }));
    assert.ok(order.indexOf("away throwaway") < order.indexOf("Cluster throwaway"), order.join(", "));
  });

  it("is stopped when it is told to, and takes all away even then", async () => {
    const kube = operated({});
    const stop = new AbortController();
    stop.abort();
    await assert.rejects(rehearse(plan, { ...stage(kube), stop: stop.signal }), /abort/i);
    assert.deepEqual(left(kube), []);
    assert.equal((await lastDrill(kube, "shop")).report, undefined);
  });

  it("measures how old the newest change is: the last transaction's age, or the backup's where nobody wrote since", async () => {
    const ago = (milliseconds: number | undefined, of: string) =>
      Math.abs(Date.now() - Date.parse(of) - (milliseconds ?? 0)) < 60_000;
    const said = "last completed transaction was at log time 2026-11-21 09:00:00.5+00";
    assert.ok(ago((await rehearse(plan, stage(operated({ says: said })))).lost, "2026-11-21T09:00:00.500Z"));
    assert.ok(ago((await rehearse(plan, stage(operated()))).lost, ENDED));
  });

  it("reads that time as the operator's log has it", () => {
    const message = "last completed transaction was at log time 2026-11-28 20:15:31.123456+00";
    const lines = [JSON.stringify({ level: "info", record: { message } }), "redo done"];
    assert.equal(lastChange(lines), Date.parse("2026-11-28T20:15:31.123Z"));
    assert.equal(lastChange(["all is well"]), undefined);
  });
});
