/**
 * Real faults, and who hears of them: from what breaks, by the part's own metrics, the cluster's Prometheus and Alertmanager,
 * to a receiver that speaks the channel's payload; and silence again when it is mended.
 */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { manifests } from "../../platform/sources";
import { kindsOfOthers } from "../../platform/versions";
import { beside } from "../../tools/testing/beside";
import { quiet } from "../../toolchain/lib/progress";
import { run } from "../../toolchain/lib/run";
import { checkout } from "../../toolchain/lib/paths";
import { alertsTo, OVER, secretsOfAlerts, told } from "../helpers/ears";
import { describeLive, kubectl, Live } from "../helpers/live";
import { eventually } from "../helpers/services";
import { Alarm, type Course } from "./alarm";
import * as faults from "./faults";
import { SmallDisk } from "./small-disk";

const NAME = "alerts";
const MEGABYTE = 1024 ** 2;
/** Seconds after which this product's newest backup is late. */
const BACKUP_LATE = 180;

/** The demo, watched closely, with a small disk and a queue that KEDA would scale by. */
function watched(mail: string): Live {
  const said = beside(NAME) as unknown as Record<string, object> & { parts: Record<string, object> };
  const { api, worker } = said.parts;
  return new Live(NAME, {
    alerts: {
      ...alertsTo(mail),
      rules: {
        BackupLate: { for: "30s", severity: "critical", when: `backup-age > ${BACKUP_LATE}s` },
        Slow: { for: "30s", of: "api", severity: "high", when: "p95 > 2s" },
      },
    },
    monitoring: { enabled: true, interval: "15s" },
    parts: {
      ...said.parts,
      api: { ...api, volumes: { data: { class: `${NAME}-small`, path: "/data", size: "16Mi" } } },
      worker: { ...worker, scale: { max: 2, min: 1, queue: { depth: 10, redis: "bull:jobs:wait" } } },
    },
    postgres: {
      ...said.postgres,
      // A folder of its own each time: Barman refuses to archive where another database has.
      backup: { bucket: `s3://backups/${NAME}/${Date.now().toString(36)}`, every: "1m", wal: "1m" },
      connections: 60,
    },
    redis: { ...said.redis, exporterImage: "slipway.local/redis-exporter:1.45" },
    secrets: { ...said.secrets, ...secretsOfAlerts() },
  });
}

/** KEDA's kinds, where nobody has brought them; answers what takes away those that were not there. */
async function kindsOfKeda(): Promise<() => Promise<unknown>> {
  const there = await kubectl("get", "customresourcedefinitions", "--output=name");
  const missing = (await manifests("keda", kindsOfOthers.keda, quiet)).filter(
    ({ kind, metadata }) => kind === "CustomResourceDefinition" && !there.includes(metadata.name),
  );
  const all = (verb: string[], list = missing) =>
    list.length === 0
      ? Promise.resolve()
      : run("kubectl", ["--context", "slipway", ...verb, "--filename", "-"], {
          input: JSON.stringify({ apiVersion: "v1", items: list, kind: "List" }),
        });
  await all(["apply", "--server-side"]);
  return () => all(["delete", "--ignore-not-found"]);
}

describeLive("a product's alerts", function () {
  this.timeout(900_000);
  let alarm: Alarm;
  let disk: SmallDisk;
  let takeKedaAway = (): Promise<unknown> => Promise.resolve();

  before(async () => {
    takeKedaAway = await kindsOfKeda();
    disk = await SmallDisk.make(`${NAME}-small`, "16Mi");
    alarm = await Alarm.up(watched);
    await eventually("a sign of life comes", () => alarm.signsOfLife() > 0, { seconds: 240 });
  });
  after(async () => {
    await (alarm as Alarm | undefined)?.down();
    await (disk as SmallDisk | undefined)?.remove();
    await takeKedaAway();
  });

  it("are none while nothing is wrong, a sign of life apart", async () => {
    await alarm.quiet();
    const began = Date.now();
    const signs = alarm.signsOfLife();
    await eventually("another sign of life comes", () => alarm.signsOfLife() > signs, { seconds: 150 });
    assert.deepEqual(await alarm.ringing(), []);
    assert.deepEqual(
      alarm.since(began).filter(({ status }) => status === "firing"),
      [],
    );
  });

  /** `./slipway alert-test alerts`, in a folder that is a project with this one stack. */
  const alertTest = (allowFailure = false) => {
    const folder = dirname(alarm.live.file);
    copyFileSync(join(checkout, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    const words = ["-r", "ts-node/register/transpile-only", "tools/main.ts", "alert-test", NAME];
    return run(process.execPath, [...words, "--cwd", folder], { allowFailure, cwd: checkout });
  };
  const tested = (place: string) =>
    alarm.ears.at(place).find((body) => body.includes("Only a test") && !OVER.test(body)) ?? "";

  it("are tested by slipway alert-test, each at its own receiver in its own words", async () => {
    const { stdout } = await alertTest();
    assert.deepEqual(
      stdout.split("\n").filter(Boolean),
      [
        ...["critical pagerduty", "critical hook     ", "high     slack    ", "high     hook     "],
        ...["medium   team     ", "medium   hook     ", "low      hook     "],
      ].map((line) => `  ${line}  has taken it`),
    );
    const { event_action, payload } = JSON.parse(tested("/pagerduty")) as {
      event_action: string;
      payload: { severity: string; summary: string };
    };
    assert.deepEqual([event_action, payload.severity], ["trigger", "critical"]);
    assert.match(payload.summary, /\[critical\] alerts: Only a test/);
    assert.match(tested("/slack"), /\[high\] alerts: Only a test of how high alerts.*"color":"danger"/);
    assert.match(alarm.ears.at("mail").join(""), /Subject: .*\[medium\] alerts: Only a test/);
  });

  it("say of a receiver that takes nothing why, and not what its address is", async () => {
    alarm.ears.refuse("/slack");
    const { code, stderr } = await alertTest(true);
    alarm.ears.accept();
    assert.equal(code, 1);
    assert.match(stderr, /1 of 7 messages did not arrive/);
    assert.match(stderr, /high, slack: .*403/);
    assert.doesNotMatch(stderr, new RegExp(alarm.ears.url("slack")));
  });

  it("see what KEDA scales by the name it gives, and an empty queue as empty", async () => {
    const name = "keda-hpa-worker";
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "worker" };
    await alarm.live.apply({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name },
      spec: { maxReplicas: 2, minReplicas: 1, scaleTargetRef },
    });
    const of = `namespace="${NAME}",horizontalpodautoscaler=~"(keda-hpa-)?worker"`;
    for (const query of [
      `kube_horizontalpodautoscaler_status_current_replicas{${of}} == 1`,
      `kube_horizontalpodautoscaler_spec_max_replicas{${of}} == 2`,
      `redis_key_size{namespace="${NAME}",key="bull:jobs:wait"} == 0`,
    ]) {
      const answers = async () => (await alarm.prometheus.now(query)).length === 1;
      await eventually(query, answers, { seconds: 120 });
    }
    await alarm.live.kubectl("delete", "horizontalpodautoscaler", name);
  });

  /** All at once, as far as they do not silence each other: each must be heard through the others. */
  describe("when much goes wrong", function () {
    const courses: Course[] = [];
    let began: number;
    let slow: Course, web: Course, disk: Course, backup: Course, certificate: Course, queue: Course;
    const newest = async () => {
      const query = `max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{namespace="${NAME}"})`;
      return (await alarm.prometheus.now(query))[0]?.value ?? 0;
    };

    before(async () => {
      const { live } = alarm;
      began = Date.now();
      const begin = async (fault: faults.Fault) => {
        const course = await alarm.begin(fault);
        courses.push(course);
        return course;
      };
      queue = await begin(faults.stalled(live, 60));
      certificate = await begin(faults.expired(live));
      backup = await begin(faults.unbacked(live, BACKUP_LATE, newest));
      disk = await begin(faults.full(live, "api", "/data", 15.9 * MEGABYTE));
      web = await begin(faults.down(live, "web"));
      slow = await begin(faults.slow(live));
    });
    // Whatever was not mended, since its test failed.
    after(() => Promise.all(courses.map((course) => course.mend())));

    it("ring for a slow part", () => slow.isHeard());
    it("ring for a part that is down", () => web.isHeard());
    it("ring for a nearly full disk", () => disk.isHeard());
    it("ring for a late backup", () => backup.isHeard());
    it("ring for a part that returns errors", async () =>
      (await alarm.begin(faults.failing(alarm.live))).isHeard());
    // After those: of failures while the database takes nobody nothing rings, nor for as long as they are counted.
    it("ring for Postgres that is out of connections", async () =>
      (await alarm.begin(faults.exhausted(alarm.live))).isHeard());
    it("ring for a certificate that has ended", () => certificate.isHeard());
    it("ring for workers that stand while their queue grows", () => queue.isHeard());

    it("end when all is mended, and say so to whoever was told", async () => {
      await alarm.quiet();
      const still = () => {
        const last = new Map(told(alarm.ears).map(({ alert, status }) => [alert, status]));
        return [...last].filter(([, status]) => status === "firing").map(([alert]) => alert);
      };
      await eventually("everyone was told that it is over", () => still().length === 0, {
        detail: () => still().join("\n"),
        seconds: 420,
      });
    });

    it("and were these alone: nothing rang for what followed from them", () => {
      const rung = alarm.since(began).filter(({ status }) => status === "firing");
      assert.deepEqual([...new Set(rung.map(({ alert }) => alert))].sort(), [
        "BackupLate product critical",
        "CertificateEnds cluster critical",
        "ConnectionsUsedUp postgres critical",
        "ErrorBudgetBurns api critical",
        "NoReplicaAvailable web critical",
        "QueueTooDeep worker high",
        "Slow api high",
        "VolumeFull cluster critical",
      ]);
    });
  });

  it("fall silent with Prometheus itself: no sign of life comes, which is what its owner rings for", async () => {
    const replicas = (count: number) =>
      kubectl(
        ...["--namespace", "slipway-monitoring", "patch", "prometheus", "slipway", "--type=merge"],
        `--patch={"spec":{"replicas":${count}}}`,
      );
    await replicas(0);
    try {
      let last = alarm.signsOfLife();
      let since = Date.now();
      await eventually(
        "for two minutes no sign of life comes",
        () => {
          const now = alarm.signsOfLife();
          if (now !== last) [last, since] = [now, Date.now()];
          return Date.now() - since > 120_000;
        },
        { seconds: 600 },
      );
    } finally {
      await replicas(1);
    }
    const before = alarm.signsOfLife();
    await eventually("signs of life come again", () => alarm.signsOfLife() > before, { seconds: 240 });
  });
});
