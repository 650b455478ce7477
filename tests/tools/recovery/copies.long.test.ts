// Copies of data, each job run now on real pods: tiers keep what they should, the other bucket can be begun anew from, Redis' copy loads.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureImages } from "../../../toolchain/images/ensure";
import { quiet } from "../../../toolchain/lib/progress";
import { run } from "../../../toolchain/lib/run";
import { settingsOf } from "../../../tools/lib/doors";
import { environment } from "../../../tools/lib/environment";
import { disasters } from "../../../tools/recovery/runbook/disasters";
import { Project } from "../../../tools/testing/project";
import { describeLive } from "../../helpers/live";
import { inBucket, ENDPOINT, keysOf } from "./bucket-objects";
import { ask, small } from "./product";

const DAY = 86_400e3;
const week = (at: number) => Math.floor((at / DAY + 3) / 7);
const month = (at: number) => new Date(at).getUTCFullYear() * 12 + new Date(at).getUTCMonth();
const idOf = (at: number) => new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, "");
/** Ages in days of backups that the bucket is given beside the real one. */
const AGES = [500, 400, 330, 100, 61, 60, 40, 33, 20, 19, 12, 5, 4, 3];
const KEEP = { days: 1, monthly: 12, weekly: 4 };

/** Of backups in order of time, the first of each of the last weeks and months; and the one that the window begins with. */
function promised(taken: readonly number[], now: number): string[] {
  const firsts = (period: (at: number) => number, most: number) =>
    taken.filter(
      (at, index) =>
        period(now) - period(at) <= most && (index === 0 || period(taken[index - 1] ?? 0) !== period(at)),
    );
  const beyond = taken.filter((at) => at < now - KEEP.days * DAY);
  const within = taken.filter((at) => !beyond.includes(at));
  const all = [...within, ...beyond.slice(-1), ...firsts(week, KEEP.weekly), ...firsts(month, KEEP.monthly)];
  return [...new Set(all.sort((a, b) => a - b).map(idOf))];
}

describeLive("copies of data", function () {
  this.timeout(900_000);
  const product = new Project("copies-test");
  const stamp = Date.now().toString(36);
  const folder = `${product.stack}/${stamp}`;
  const far = `copies-${stamp}`;
  const offsite = {
    bucket: `s3://${far}/elsewhere`,
    credentials: { id: "FAR_ID", key: "FAR_KEY" },
    endpoint: ENDPOINT,
  };
  const rclone = "slipway.local/rclone:1.60";
  const barman = "slipway.local/plugin-barman-cloud:0.13.0";
  const settings = () => {
    const { postgres, ...rest } = small(product.stack) as { postgres: { backup: object } };
    return {
      ...rest,
      postgres: {
        ...postgres,
        backup: {
          ...{ bucket: `s3://backups/${folder}`, image: barman, keep: KEEP, wal: "1m" },
          offsite: { ...offsite, image: rclone },
        },
      },
      redis: {
        ...{ cpu: "20m", image: "slipway.local/redis:7.0", memory: "64Mi", role: "queue" },
        backup: { bucket: `s3://backups/${folder}/queue`, image: rclone, keep: "7d" },
      },
    };
  };
  const s3 = <T>(code: string, given?: Record<string, unknown>) =>
    inBucket<T>(product.stack, "postgres-1", code, given);
  const names = (bucket: string, prefix: string) =>
    s3<string[]>(
      `print(json.dumps([one["Key"][len(asked["prefix"]):] for one in everything(asked["bucket"], asked["prefix"])]))`,
      { bucket, prefix },
    );
  const idsIn = (objects: readonly string[]) => [
    ...new Set(
      objects.flatMap((name) => /^postgres\/base\/([^/]+)\/backup\.info$/.exec(name)?.slice(1) ?? []),
    ),
  ];

  /** Runs the job of a schedule now, and answers what it said. */
  async function runNow(name: string): Promise<string> {
    const job = `${name}-${Date.now().toString(36)}`;
    await product.kubectl("create", "job", job, `--from=cronjob/${name}`);
    let state = "";
    await product.until(async () => {
      const { status } = JSON.parse(await product.kubectl("get", "job", job, "-o", "json")) as {
        status: { conditions?: { type: string; status: string }[] };
      };
      state =
        status.conditions?.find((one) => one.status === "True" && one.type !== "SuccessCriteriaMet")?.type ??
        "";
      return state !== "" && state !== "FailureTarget";
    });
    const said = await product.kubectl("logs", `job/${job}`, "--all-containers");
    assert.equal(state, "Complete", said);
    return said;
  }

  async function giveKeys(): Promise<void> {
    const keys = await keysOf();
    for (const [name, value] of Object.entries({ FAR_ID: keys.id, FAR_KEY: keys.key })) {
      await product.pulumi("config", "set", "--secret", "--path", `slipway:secrets["${name}"]`, value);
    }
  }

  before(async () => {
    await ensureImages(["rclone", "plugin-barman-cloud"], quiet);
    await product.make();
    await product.commit(settings());
    await product.pulumi("stack", "init");
    await giveKeys();
    await product.pulumi("up", "--yes", "--skip-preview");
    await ask(product, "postgres-1", "create table precious as select * from generate_series(1, 100)");
    await product.until(async () =>
      (
        await product.kubectl("get", "backups.postgresql.cnpg.io", "-o=jsonpath={.items[*].status.phase}")
      ).includes("completed"),
    );
    await s3(`s3.create_bucket(Bucket=asked["bucket"])`, { bucket: far });
  });
  after(async () => {
    await s3(
      `
for one in everything(asked["bucket"]): s3.delete_object(Bucket=asked["bucket"], Key=one["Key"])
s3.delete_bucket(Bucket=asked["bucket"])
`,
      { bucket: far },
    ).catch(() => undefined); // there is none after a test that failed early
    await product.remove();
  });

  it("off site are complete: every file of every backup and every change, and marks of their own", async () => {
    await ask(product, "postgres-1", "select pg_switch_wal()");
    await product.until(
      async () =>
        (await ask(
          product,
          "postgres-1",
          "select count(*) from pg_stat_archiver where last_archived_time > now() - interval '1 minute'",
        )) === "1",
    );
    const before = await names("backups", `${folder}/`);
    assert.match(await runNow("postgres-offsite"), /1 backups of the last 90 days are there/);
    const there = await names(far, "elsewhere/");
    const wanted = before.filter((name) => name.startsWith("postgres/") && !name.includes("/annotations/"));
    assert.ok(
      wanted.some((name) => name.endsWith("backup.info")) && wanted.some((name) => name.includes("/wals/")),
    );
    assert.deepEqual(
      wanted.filter((name) => !there.includes(name)),
      [],
    );
    // Once more, and nothing of what is there is touched.
    const changed = await s3<Record<string, string>>(
      `print(json.dumps({one["Key"]: str(one["LastModified"]) for one in everything(asked["bucket"]) if "/base/" in one["Key"]}))`,
      { bucket: far },
    );
    await runNow("postgres-offsite");
    const again = await s3<Record<string, string>>(
      `print(json.dumps({one["Key"]: str(one["LastModified"]) for one in everything(asked["bucket"]) if "/base/" in one["Key"]}))`,
      { bucket: far },
    );
    assert.deepEqual(again, changed);
  });

  it("in tiers outlive Barman's own window of days, each week's and month's first, and nothing else does", async () => {
    const now = Date.now();
    const [real = ""] = idsIn(await names("backups", `${folder}/`));
    const taken = AGES.map((days) => now - days * DAY);
    await s3(
      `
import datetime, re
prefix = f"{asked['folder']}/postgres/base/"
files = [one["Key"] for one in everything("backups", prefix + asked["real"] + "/")]
for at in asked["taken"]:
    moment = datetime.datetime.fromtimestamp(at / 1000, datetime.timezone.utc)
    for key in files:
        to = prefix + moment.strftime("%Y%m%dT%H%M%S") + key[len(prefix + asked["real"]):]
        body = s3.get_object(Bucket="backups", Key=key)["Body"].read()
        if key.endswith("backup.info"):
            when = lambda name: rf"^{name}=.*$"
            text = body.decode()
            for name in ("begin_time", "end_time"):
                text = re.sub(when(name), f"{name}={moment.isoformat()}", text, flags=re.M)
            for name in ("begin_time_iso", "end_time_iso"):
                text = re.sub(when(name), f"{name}={moment.isoformat()}", text, flags=re.M)
            body = text.encode()
        s3.put_object(Bucket="backups", Key=to, Body=body)
`,
      { folder, real, taken },
    );
    const said = await runNow("postgres-tiers");
    assert.match(said, new RegExp(`${AGES.length + 1} backups; marked: `));
    // What the plugin does every half hour, in its own words and with its own keys.
    await s3(
      `
import os, subprocess
env = {**os.environ, "AWS_ACCESS_KEY_ID": asked["keys"]["id"], "AWS_SECRET_ACCESS_KEY": asked["keys"]["key"]}
words = ["barman-cloud-backup-delete", "--endpoint-url", asked["endpoint"], "--cloud-provider", "aws-s3", "--retention-policy", "RECOVERY WINDOW OF 1 DAYS"]
subprocess.run([*words, f"s3://backups/{asked['folder']}", "postgres"], env=env, check=True, stdout=sys.stderr)
`,
      { folder },
    );
    const left = idsIn(await names("backups", `${folder}/`)).sort();
    assert.deepEqual(left, [...promised(taken, now), real].sort());
    assert.match(await runNow("postgres-tiers"), /marked: none; released: none/);
  });

  it("of Redis hold every key, and only those that are too old go", async () => {
    const redis = (words: string) =>
      product.kubectl("exec", "redis-0", "-c", "redis", "--", "sh", "-c", words);
    await redis("for i in 1 2 3; do redis-cli set job-$i work-$i; done");
    const old = ["redis-20260101T000000Z.rdb", "notes.txt"];
    await s3(
      `
for name in asked["old"]:
    s3.put_object(Bucket="backups", Key=f"{asked['folder']}/queue/{name}", Body=b"old", Metadata={"mtime": "1767225600"})
s3.put_object(Bucket="backups", Key=f"{asked['folder']}/queue/redis-20261120T000000Z.rdb", Body=b"new")
`,
      { folder, old },
    );
    await runNow("redis-copy");
    const there = await names("backups", `${folder}/queue/`);
    const [copy = ""] = there.filter(
      (name) => name.startsWith("redis-") && name !== "redis-20261120T000000Z.rdb",
    );
    assert.deepEqual(there.sort(), ["notes.txt", copy, "redis-20261120T000000Z.rdb"].sort());
    const body = await s3<string>(
      `
import base64
print(json.dumps(base64.b64encode(s3.get_object(Bucket="backups", Key=asked["name"])["Body"].read()).decode()))
`,
      { name: `${folder}/queue/${copy}` },
    );
    // Loaded by a server of its own, beside the one it was taken of.
    const load =
      "unset REDISCLI_AUTH; mkdir /tmp/copy && base64 -d >/tmp/copy/dump.rdb && redis-server --port 6390 --dir /tmp/copy --save '' --daemonize yes >/dev/null" +
      ' && until [ "$(redis-cli -p 6390 ping)" = PONG ]; do :; done; redis-cli -p 6390 mget job-1 job-2 job-3; redis-cli -p 6390 shutdown nosave; rm -r /tmp/copy';
    const inside = ["exec", "-i", "-n", product.stack, "redis-0", "-c", "redis", "--", "sh", "-c", load];
    const { stdout } = await run("kubectl", ["--context", "slipway", ...inside], {
      env: await environment(quiet),
      input: body,
    });
    assert.deepEqual(stdout.trim().split("\n"), ["work-1", "work-2", "work-3"]);
    // And back into the live one, in the runbook's own words.
    const at = { alerts: [], context: "slipway", database: "postgres", stack: product.stack };
    const queue = disasters.find(({ title }) => title === "A lost queue");
    const text = queue?.text({ ...at, settings: settingsOf(product.stack, product.folder) }) ?? "";
    const commands = text.split("\n").filter((line) => line.startsWith("kubectl "));
    assert.equal(commands.length, 6, text);
    writeFileSync(join(product.folder, "copy.rdb"), Buffer.from(body, "base64"));
    await redis("redis-cli flushall");
    for (const command of commands) {
      await run("sh", ["-ec", command], { cwd: product.folder, env: await environment(quiet) });
    }
    assert.equal(await redis("redis-cli get job-2; redis-cli role | head -1"), "work-2\nmaster\n");
  });

  it("off site are what a database can be begun anew from", async () => {
    const said = settings();
    const backup = { ...offsite, wal: "1m" };
    const restored = { from: "postgres", name: "postgres-2", to: "latest" };
    await product.commit({ ...said, postgres: { ...said.postgres, backup, restored } });
    await giveKeys();
    await product.pulumi("up", "--yes", "--skip-preview");
    assert.equal(await ask(product, "postgres-2-1", "select count(*) from precious"), "100");
  });
});
