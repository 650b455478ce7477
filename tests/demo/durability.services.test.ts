/** No acknowledged job is lost and none is done twice, whatever is killed: workers, Redis, the API, Postgres. */
import assert from "node:assert/strict";
import { Database } from "../../demo/shared/database";
import { openLog } from "../../demo/shared/log";
import { processJob } from "../../demo/worker/process";
import {
  bundle,
  run,
  serve,
  signUp,
  storeEnv,
  type Account,
  type Bundles,
  type Program,
} from "../helpers/demo";
import {
  eventually,
  describeWith,
  servicesMissing,
  startPostgres,
  startRedis,
  type Service,
} from "../helpers/services";

describeWith(servicesMissing(), "demo durability", function () {
  this.timeout(180_000);
  let postgres: Service, redis: Service, bundles: Bundles, env: Record<string, string>, database: Database;
  let api: Program, account: Account;
  let workers: Program[] = [];

  before(async () => {
    [postgres, bundles] = await Promise.all([startPostgres(), bundle("api", "worker")]);
    assert.equal(await run(bundles, "api", ["migrate"], { DATABASE_URL: postgres.url }).exit(), 0);
    database = new Database(
      { DATABASE_URL: postgres.url, DATABASE_POOL_SIZE: 2 },
      "test",
      openLog("test", { LOG_LEVEL: "silent", RELEASE: "test" }),
    );
  });
  after(async () => {
    await database.close();
    await postgres.stop();
    bundles.remove();
  });

  beforeEach(async () => {
    redis = await startRedis();
    env = storeEnv(postgres, redis);
    api = await serve(bundles, "api", env);
    account = await signUp(api.url);
    workers = [];
  });
  afterEach(async () => {
    await Promise.all([api, ...workers].map((program) => program.stop("SIGKILL")));
    await redis.stop();
  });

  const addWorker = async () => {
    const worker = await serve(bundles, "worker", { ...env, CONCURRENCY: "8" });
    workers.push(worker);
    return worker;
  };
  const log = () => workers.map((worker) => worker.text.split("\n").slice(-10).join("\n")).join("\n---\n");

  /** Every job ordered has ended well, and was counted once. */
  const allDone = async (ordered: number, seconds = 90) => {
    let counts = await account.counts();
    await eventually(
      `${ordered} jobs done`,
      async () => {
        counts = await account.counts();
        return counts.done + counts.failed >= ordered;
      },
      { seconds, detail: () => JSON.stringify(counts) + "\n" + log() },
    );
    assert.deepEqual(counts, { queued: 0, running: 0, done: ordered, failed: 0 });
    assert.equal(await account.jobsDone(), ordered);
  };

  const order = (text: string, pauseMs = 0, times = 1) =>
    account.order({ kind: "words", text, pauseMs }, times);

  it("workers killed fifteen times over 1,000 jobs: none lost, each counted once", async () => {
    await Promise.all([addWorker(), addWorker()]);
    for (let i = 0; i < 10; i++) await order(`batch ${i}`, 60, 100);
    for (let kill = 0; kill < 15; kill++) {
      // Killed in the middle of work, never between jobs.
      await eventually("a job running", async () => (await account.counts()).running > 0);
      const [victim] = workers.splice(kill % workers.length, 1);
      await victim?.stop("SIGKILL");
      await addWorker();
    }
    await allDone(1000);
    const again = await database.query("SELECT 1 FROM jobs WHERE starts > 1");
    assert.ok(again.length >= 5, `the kills must have hit jobs at work; ${again.length} were started again`);
  });

  it("Redis killed five times while orders arrive: every order is taken, none lost", async () => {
    await addWorker();
    let ordered = 0;
    let over = false;
    const ordering = Array.from({ length: 4 }, async () => {
      while (!over) {
        const { length } = await order("while Redis dies", 5);
        ordered += length;
      }
    });
    for (let kill = 0; kill < 5; kill++) {
      const before = ordered;
      await eventually("more orders", () => ordered > before + 20);
      await redis.kill();
      const without = ordered;
      await eventually("orders without Redis", () => ordered > without + 5);
      await redis.restart();
    }
    over = true;
    // A refused order rejects here.
    await Promise.all(ordering);
    await allDone(ordered);
  });

  it("what Redis has acknowledged survives its kill by its own file", async () => {
    await order("kept in the file", 0, 100);
    await redis.kill();
    await redis.restart();
    const text = await eventually("the queue's depth", async () => {
      const metrics = await (await fetch(`${api.url}/metrics`)).text();
      return metrics.includes('queue_depth{queue="jobs",state="waiting"}') && metrics;
    });
    assert.match(/queue_depth\{queue="jobs",state="waiting"\} \d+/.exec(text)?.[0] ?? "", / 100$/);
    await addWorker();
    await allDone(100);
  });

  it("Redis loses everything: the jobs are handed over again from Postgres", async () => {
    await redis.stop();
    redis = await startRedis({ appendonly: false });
    await api.stop("SIGKILL");
    env = storeEnv(postgres, redis);
    api = await serve(bundles, "api", env);
    account = await signUp(api.url);
    await order("forgotten", 0, 100);
    await redis.kill();
    await redis.restart();
    await addWorker();
    await allDone(100);
    const metrics = await (await fetch(`${workers[0]?.url ?? ""}/metrics`)).text();
    assert.match(metrics, /jobs_relayed_total [1-9]/);
  });

  it("the API killed in the middle of orders: the acknowledged ones are done", async () => {
    await addWorker();
    const acknowledged: string[] = [];
    const ordering = Array.from({ length: 8 }, async () => {
      for (;;) {
        try {
          acknowledged.push(...(await order("then the API died")));
        } catch {
          return;
        }
      }
    });
    await eventually("some orders", () => acknowledged.length > 60);
    await api.stop("SIGKILL");
    await Promise.all(ordering);
    const ended = await eventually("acknowledged jobs to end", async () => {
      const rows = await database.query<{ status: string }>("SELECT status FROM jobs WHERE id = ANY($1)", [
        acknowledged,
      ]);
      assert.equal(rows.length, acknowledged.length, "an acknowledged job has no row");
      return rows.every(({ status }) => status === "done") && rows;
    });
    assert.equal(ended.length, acknowledged.length);
  });

  it("Postgres restarted while orders arrive: no order refused, none lost", async () => {
    await addWorker();
    let ordered = 0;
    let over = false;
    const ordering = Array.from({ length: 4 }, async () => {
      while (!over) {
        const { length } = await order("while Postgres restarts", 5);
        ordered += length;
      }
    });
    for (let round = 0; round < 3; round++) {
      const before = ordered;
      await eventually("more orders", () => ordered > before + 20);
      await postgres.interrupt();
      await postgres.restart();
    }
    over = true;
    await Promise.all(ordering);
    await allDone(ordered);
  });

  it("a worker told to stop finishes the jobs at hand and takes no more", async () => {
    const worker = await addWorker();
    const [first] = await order("at hand", 1_500);
    await eventually("the job running", async () => (await account.counts()).running === 1);
    const stopping = worker.stop("SIGTERM");
    await eventually("the worker to say so", () =>
      worker.lines.some(({ msg }) => msg?.startsWith("taking no more jobs")),
    );
    await order("too late for it");
    assert.equal(await stopping, 0);
    const [row] = await database.query("SELECT status, starts FROM jobs WHERE id = $1", [first]);
    assert.deepEqual(row, { status: "done", starts: 1 });
    assert.deepEqual(await account.counts(), { queued: 1, running: 0, done: 1, failed: 0 });
  });

  it("a job that two workers do at the same time ends once and is counted once", async () => {
    const [id = ""] = await order("twice at once", 300);
    const nobody = { publish: () => Promise.resolve(0) };
    const outcomes = await Promise.all([processJob(id, database, nobody), processJob(id, database, nobody)]);
    assert.deepEqual(outcomes.sort(), ["done", "ended before"]);
    assert.equal(await account.jobsDone(), 1);
  });

  it("a job that kills every worker is given up in the end, and says so", async () => {
    const [id] = await order("poison");
    await database.query("UPDATE jobs SET starts = 50 WHERE id = $1", [id]);
    await addWorker();
    await eventually("the job to be given up", async () => (await account.counts()).failed === 1);
    const [row] = await database.query("SELECT error FROM jobs WHERE id = $1", [id]);
    assert.deepEqual(row, { error: "Given up: started 50 times and never ended." });
    assert.equal(await account.jobsDone(), 0);
  });
});
