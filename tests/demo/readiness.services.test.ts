/** Readiness tells the truth about the stores, liveness does not care, and nobody logs a secret while they fail. */
import assert from "node:assert/strict";
import {
  answersOk,
  bundle,
  json,
  jwtSecret,
  run,
  serve,
  signUp,
  type Bundles,
  type Program,
} from "../helpers/demo";
import {
  eventually,
  freePort,
  describeWith,
  servicesMissing,
  startPostgres,
  startRedis,
  type Service,
} from "../helpers/services";

const redisPassword = "redis-canary-7f3a";
const databasePassword = "database-canary-91bc";
const userPassword = "user-canary-correct-horse";
const sentry = "https://sentry-canary-55d1@errors.example.com/1";

describeWith(servicesMissing(), "demo readiness and secrecy", function () {
  this.timeout(60_000);
  let postgres: Service,
    redis: Service,
    bundles: Bundles,
    env: Record<string, string>,
    api: Program,
    worker: Program;

  before(async () => {
    [postgres, redis, bundles] = await Promise.all([
      startPostgres(),
      startRedis({ password: redisPassword }),
      bundle("api", "worker", "web"),
    ]);
    env = {
      DATABASE_URL: postgres.url.replace("app@", `app:${databasePassword}@`),
      REDIS_URL: redis.url,
      JWT_SECRET: jwtSecret,
      SENTRY_DSN: sentry,
      LOG_LEVEL: "trace",
      DRAIN_SECONDS: "0",
    };
    assert.equal(await run(bundles, "api", ["migrate"], env).exit(), 0);
  });
  after(async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    bundles.remove();
  });
  beforeEach(async () => {
    [api, worker] = await Promise.all([serve(bundles, "api", env), serve(bundles, "worker", env)]);
  });
  afterEach(async () => {
    await Promise.all([api, worker].map((program) => program.stop("SIGKILL")));
    for (const service of [postgres, redis]) await service.interrupt().then(() => service.restart());
  });

  interface Readiness {
    ready: boolean;
    checks: Record<string, { ok: boolean; ms: number }>;
  }
  const readiness = async () => {
    const response = await fetch(`${api.url}/ready`);
    return { status: response.status, ...((await response.json()) as Readiness) };
  };

  for (const [name, service] of [
    ["postgres", () => postgres],
    ["redis", () => redis],
  ] as const) {
    it(`is not ready without ${name}, says so, stays alive, and gets ready again by itself`, async () => {
      await service().kill();
      const down = await eventually("not ready", async () => {
        const now = await readiness();
        return now.status === 503 && now;
      });
      assert.equal(down.checks[name]?.ok, false);
      assert.ok(await answersOk(`${api.url}/health`));
      assert.ok(await answersOk(`${worker.url}/health`));
      assert.match(
        await (await fetch(`${api.url}/metrics`)).text(),
        new RegExp(`dependency_up\\{dependency="${name}"\\} 0`),
      );
      await service().restart();
      await eventually("ready again", async () => (await readiness()).ready);
    });
  }

  it("answers a readiness probe within three seconds even where Redis hangs", async () => {
    redis.pause(true);
    const began = performance.now();
    const { status, checks } = await readiness();
    const took = performance.now() - began;
    redis.pause(false);
    assert.deepEqual([status, checks.redis?.ok], [503, false]);
    assert.ok(took < 3_000, `${took} ms`);
    await eventually("ready again", async () => (await readiness()).ready);
  });

  it("refuses an order in words when Postgres stays away, and tells when to come back", async () => {
    const account = await signUp(api.url);
    await postgres.interrupt();
    const response = await account.post("/jobs", { job: { kind: "words", text: "x" } });
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("retry-after"), "2");
    assert.match(((await response.json()) as { error: string }).error, /^A store cannot be reached/);
    await postgres.restart();
    assert.equal((await account.post("/jobs", { job: { kind: "words", text: "x" } })).status, 202);
  });

  it("keeps every secret out of logs and answers, whatever fails", async () => {
    const answers: string[] = [];
    const ask = async (path: string, init?: RequestInit) => {
      const response = await fetch(api.url + path, init);
      answers.push(JSON.stringify([...response.headers]) + (await response.text()));
    };
    const email = "canary@example.com";
    const account = await signUp(api.url, email);
    const wrong = { email, password: `${userPassword}-wrong` };
    const failing = async () => {
      await ask("/auth/signup", json({ email, password: userPassword }));
      await ask("/auth/login", json(wrong));
      await ask(`/me?token=${account.token}`, { headers: { authorization: `Bearer ${account.token}x` } });
      await ask("/auth/login", { ...json({}), body: `{"password": "${userPassword}` });
      for (const path of ["/ready", "/metrics", "/status"]) await ask(path);
    };
    await failing();
    await account.order({ kind: "words", text: "x" }, 5);
    await redis.interrupt();
    await failing();
    await postgres.interrupt();
    await ask("/ready");
    const failed = await fetch(`${api.url}/jobs`, { headers: account.headers });
    assert.equal(failed.status, 503);
    const broken = run(bundles, "api", ["migrate"], {
      ...env,
      DATABASE_URL: "postgres://app:database-canary-91bc@127.0.0.1:1/x?sslmode=nonsense",
    });
    const started = run(bundles, "worker", [], {
      ...env,
      PORT: String(await freePort()),
      REDIS_URL: `redis//${redisPassword}`,
      DATABASE_URL: databasePassword,
    });
    await Promise.all([broken.stop("SIGKILL"), started.exit()]);
    await Promise.all([api.stop(), worker.stop("SIGKILL")]);

    const written = [api, worker, broken, started].map((program) => program.text).join("\n");
    assert.ok(written.includes("answered"), "the log must hold what was looked for");
    for (const secret of [
      redisPassword,
      databasePassword,
      userPassword,
      jwtSecret,
      account.token,
      "sentry-canary-55d1",
      "scrypt$",
    ]) {
      assert.equal(written.includes(secret), false, `${secret} is in a log`);
      assert.equal(answers.join("\n").includes(secret), false, `${secret} is in an answer`);
    }
  });

  it("says everything that is wrong with its environment at once, without a stack trace", async () => {
    const wrong = {
      DATABASE_URL: "mysql://app:database-canary-91bc@db/x",
      JWT_SECRET: "short-canary",
      PORT: "80 80",
      LOG_LEVEL: "loud",
    };
    const program = run(bundles, "api", [], wrong);
    assert.equal(await program.exit(), 2);
    assert.deepEqual(program.text.trim().split("\n").sort(), [
      "  DATABASE_URL must be a URL beginning with postgres:// or postgresql://. Write postgres://USER:PASSWORD@HOST:5432/NAME",
      "  JWT_SECRET is too short: at least 32 random characters",
      '  LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent (found "loud")',
      '  PORT must be a port number (found "80 80")',
      "  REDIS_URL is missing. Write redis://:PASSWORD@HOST:6379/0",
      "The environment is not complete:",
    ]);
  });

  it("takes a blank variable for one that is not set", async () => {
    const program = run(bundles, "web", [], { PORT: "0", API_URL: "", SENTRY_DSN: "", LOG_LEVEL: "" });
    await eventually("the web server", () => program.text.includes("listening"));
    assert.equal(await program.stop("SIGKILL"), null);
  });
});
