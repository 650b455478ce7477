/** The API's routes, on a real Postgres and a real Redis. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import {
  bundle,
  json,
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

describeWith(servicesMissing(), "demo api", function () {
  this.timeout(60_000);
  let postgres: Service, redis: Service, bundles: Bundles, api: Program, worker: Program, account: Account;

  before(async () => {
    [postgres, redis, bundles] = await Promise.all([startPostgres(), startRedis(), bundle("api", "worker")]);
    const env = storeEnv(postgres, redis);
    assert.equal(await run(bundles, "api", ["migrate"], env).exit(), 0);
    [api, worker] = await Promise.all([
      serve(bundles, "api", {
        ...env,
        CORS_ORIGINS: "https://app.example.com, https://other.example.com",
        MAX_UPLOAD_BYTES: "1000000",
      }),
      serve(bundles, "worker", env),
    ]);
    account = await signUp(api.url);
  });
  after(async () => {
    await Promise.all([api, worker].map((program) => program.stop("SIGKILL")));
    await Promise.all([postgres.stop(), redis.stop()]);
    bundles.remove();
  });

  const body = async <T = Record<string, unknown>>(response: Response) => (await response.json()) as T;
  const ended = (id: string) =>
    eventually(`job ${id} to end`, async () => {
      const job = await body<{ status: string; result: unknown; error: string }>(
        await account.get(`/jobs/${id}`),
      );
      return (job.status === "done" || job.status === "failed") && job;
    });

  describe("auth", () => {
    it("signs in with the right password, whatever the case of the address", async () => {
      const response = await fetch(
        `${api.url}/auth/login`,
        json({ email: account.email.toUpperCase(), password: "correct horse battery" }),
      );
      assert.equal(response.status, 200);
      const { token } = await body<{ token: string }>(response);
      const me = await fetch(`${api.url}/me`, { headers: { authorization: `Bearer ${token}` } });
      assert.equal((await body(me)).email, account.email);
    });

    for (const [what, email, password] of [
      ["a wrong password", undefined, "not the password"],
      ["an unknown address", "nobody@example.com", "correct horse battery"],
    ] as const) {
      it(`refuses ${what} in the same words`, async () => {
        const response = await fetch(
          `${api.url}/auth/login`,
          json({ email: email ?? account.email, password }),
        );
        assert.equal(response.status, 401);
        assert.deepEqual(await body(response), { error: "E-mail address or password is wrong." });
      });
    }

    it("refuses an address that is taken", async () => {
      const response = await fetch(
        `${api.url}/auth/signup`,
        json({ email: account.email, password: "another password" }),
      );
      assert.equal(response.status, 409);
    });

    it("names every problem of a sign up at once", async () => {
      const response = await fetch(`${api.url}/auth/signup`, json({ email: "nonsense", password: "short" }));
      assert.equal(response.status, 400);
      const { problems } = await body<{ problems: { where: string }[] }>(response);
      assert.deepEqual(
        problems.map(({ where }) => where),
        ["email", "password"],
      );
    });

    it("refuses a forged token, an unsigned one and none", async () => {
      const [header, payload, signature] = account.token.split(".");
      const forged = Buffer.from(JSON.stringify({ sub: crypto.randomUUID(), iss: "slipway-demo" })).toString(
        "base64url",
      );
      const unsigned = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
      for (const token of [`${header}.${forged}.${signature}`, `${unsigned}.${payload}.`, ""]) {
        const response = await fetch(`${api.url}/me`, { headers: { authorization: `Bearer ${token}` } });
        assert.equal(response.status, 401, token);
      }
    });
  });

  describe("jobs", () => {
    it("does the work", async () => {
      const [id] = await account.order({ kind: "fingerprint", text: "abc", rounds: 3 });
      const hash = (data: string | Buffer) => createHash("sha256").update(data).digest();
      assert.deepEqual((await ended(id ?? "")).result, {
        rounds: 3,
        sha256: hash(hash(hash("abc"))).toString("hex"),
      });

      const [counted] = await account.order({ kind: "words", text: "The sea, the sea and a ship" });
      const { result } = await ended(counted ?? "");
      assert.deepEqual(result, {
        words: 7,
        distinct: 5,
        top: [
          ["sea", 2],
          ["the", 2],
          ["a", 1],
          ["and", 1],
          ["ship", 1],
        ].map(([word, count]) => ({ word, count })),
      });

      const [wrapped] = await account.order({ kind: "wrap", text: "one two three four five", width: 10 });
      assert.deepEqual((await ended(wrapped ?? "")).result, { lines: ["one two", "three four", "five"] });
    });

    it("answers a repeated order with the same jobs, even at the same time", async () => {
      const headers = { "idempotency-key": crypto.randomUUID() };
      const order = { job: { kind: "words", text: "once" }, times: 5 };
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => account.post("/jobs", order, headers)),
      );
      const ids = await Promise.all(
        answers.map(async (answer) => (await body<{ ids: string[] }>(answer)).ids),
      );
      assert.equal(ids[0]?.length, 5);
      for (const other of ids) assert.deepEqual(other, ids[0]);
    });

    it("shows a job to nobody else", async () => {
      const [id] = await account.order({ kind: "words", text: "mine" });
      const stranger = await signUp(api.url);
      assert.equal((await stranger.get(`/jobs/${id ?? ""}`)).status, 404);
      assert.deepEqual(await stranger.counts(), { queued: 0, running: 0, done: 0, failed: 0 });
    });

    it("refuses an unknown kind and a wrong number in words", async () => {
      const unknown = await account.post("/jobs", { job: { kind: "mining", text: "x" } });
      assert.equal(unknown.status, 400);
      const many = await account.post("/jobs", { job: { kind: "words", text: "" }, times: 101 });
      const { problems } = await body<{ problems: { where: string }[] }>(many);
      assert.deepEqual(problems.map(({ where }) => where).sort(), ["job.text", "times"]);
    });

    it("streams a snapshot and then each change as it happens", async () => {
      const watcher = await signUp(api.url);
      const response = await watcher.get("/jobs/events");
      assert.equal(response.headers.get("content-type"), "text/event-stream");
      let text = "";
      const reading = (async () => {
        for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
          text += Buffer.from(chunk).toString();
          if (text.includes('"status":"done"')) return;
        }
      })();
      await eventually("the snapshot", () => text.includes("event: snapshot"));
      await watcher.order({ kind: "words", text: "live" });
      await reading;
      assert.match(text, /event: job\ndata: .*"status":"running"[\s\S]*event: job\ndata: .*"status":"done"/);
    });
  });

  describe("upload", () => {
    const send = (
      content: NonNullable<RequestInit["body"]>,
      path = "/upload?name=a.bin",
      headers: Record<string, string> = {},
    ) =>
      fetch(api.url + path, { method: "POST", body: content, headers: { ...account.headers, ...headers } });

    for (const type of ["application/octet-stream", "application/json", "text/plain"]) {
      it(`counts and hashes a raw body of type ${type}`, async () => {
        const content = randomBytes(700_001);
        const response = await send(content, "/upload?name=a.bin", { "content-type": type });
        assert.equal(response.status, 201);
        const { bytes, sha256, name } = await body(response);
        assert.deepEqual(
          [bytes, sha256, name],
          [700_001, createHash("sha256").update(content).digest("hex"), "a.bin"],
        );
      });
    }

    it("takes a form", async () => {
      const content = randomBytes(50_000);
      const form = new FormData();
      form.set("file", new Blob([content]), "form.bin");
      const response = await send(form, "/upload");
      const { bytes, sha256, name } = await body(response);
      assert.deepEqual(
        [bytes, sha256, name],
        [50_000, createHash("sha256").update(content).digest("hex"), "form.bin"],
      );
    });

    it("refuses one byte more than allowed, announced or not", async () => {
      assert.equal((await send(randomBytes(1_000_000))).status, 201);
      assert.equal((await send(randomBytes(1_000_001))).status, 413);
      const unannounced = new ReadableStream({
        start(controller) {
          for (let i = 0; i < 11; i++) controller.enqueue(randomBytes(100_000));
          controller.close();
        },
      });
      const response = await fetch(`${api.url}/upload`, {
        method: "POST",
        body: unannounced,
        headers: account.headers,
        duplex: "half",
      });
      assert.equal(response.status, 413);
      const form = new FormData();
      form.set("file", new Blob([randomBytes(1_000_001)]), "form.bin");
      assert.equal((await send(form, "/upload")).status, 413);
    });

    it("needs a token", async () => {
      assert.equal((await fetch(`${api.url}/upload`, { method: "POST", body: "x" })).status, 401);
    });
  });

  describe("routes that take their time", () => {
    it("/slow waits as long as asked", async () => {
      const began = performance.now();
      assert.deepEqual(await body(await fetch(`${api.url}/slow?ms=300`)), { waited: 300 });
      assert.ok(performance.now() - began >= 295);
    });

    it("/stream sends each line when it is ready", async () => {
      const response = await fetch(`${api.url}/stream?lines=4&ms=150`);
      const arrivals: number[] = [];
      let text = "";
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        arrivals.push(performance.now());
        text += Buffer.from(chunk).toString();
      }
      const lines = text
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { line: number }).line);
      assert.deepEqual(lines, [1, 2, 3, 4]);
      assert.ok((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0) > 350, "all at once is no stream");
    });

    it("/ws echoes text and bytes", async () => {
      const socket = new WebSocket(`${api.url.replace("http", "ws")}/ws`);
      socket.binaryType = "arraybuffer";
      const received: unknown[] = [];
      socket.onmessage = ({ data }) => received.push(data);
      await new Promise((resolve) => (socket.onopen = resolve));
      socket.send("ahoy");
      socket.send(new Uint8Array([1, 2, 3]));
      await eventually("two echoes", () => received.length === 2);
      assert.equal(received[0], "ahoy");
      assert.deepEqual(Buffer.from(received[1] as ArrayBuffer), Buffer.from([1, 2, 3]));
      socket.close();
    });

    it("/ws refuses a page of another origin", async () => {
      assert.equal(await handshake(api.url, "https://evil.example.com"), 403);
      assert.equal(await handshake(api.url, "https://app.example.com"), 101);
    });
  });

  describe("for other machines", () => {
    it("lets the origins it was given read answers, and no others", async () => {
      const allowed = async (origin: string) =>
        (await fetch(`${api.url}/status`, { headers: { origin } })).headers.get(
          "access-control-allow-origin",
        );
      assert.equal(await allowed("https://app.example.com"), "https://app.example.com");
      assert.equal(await allowed("https://other.example.com"), "https://other.example.com");
      assert.equal(await allowed("https://evil.example.com"), null);
    });

    it("counts and times requests by method, route and status", async () => {
      await account.get(`/jobs/${crypto.randomUUID()}`);
      await fetch(`${api.url}/nowhere/${crypto.randomUUID()}`);
      const text = await (await fetch(`${api.url}/metrics`)).text();
      assert.match(text, /http_requests_total\{method="GET",route="\/jobs\/:id",status="404"\} \d+/);
      assert.match(text, /http_requests_total\{method="GET",route="unmatched",status="404"\} \d+/);
      assert.match(
        text,
        /http_request_duration_seconds_bucket\{le="0.2",method="POST",route="\/jobs",status="202"\} \d+/,
      );
      assert.match(text, /queue_depth\{queue="jobs",state="waiting"\} \d+/);
      assert.match(text, /queue_oldest_age_seconds\{queue="jobs"\} [\d.]+/);
      assert.match(text, /dependency_up\{dependency="redis"\} 1/);
    });

    it("shows metrics to a scraper beside it, not through a proxy", async () => {
      const through = await fetch(`${api.url}/metrics`, { headers: { "x-forwarded-for": "203.0.113.9" } });
      assert.equal(through.status, 404);
    });

    it("worker counts its jobs", async () => {
      const text = await (await fetch(`${worker.url}/metrics`)).text();
      assert.match(text, /jobs_processed_total\{outcome="done"\} [1-9]/);
      assert.match(text, /job_duration_seconds_count [1-9]/);
    });

    it("says which release it is and how its dependencies do", async () => {
      const status = await body<{
        release: string;
        workers: number;
        dependencies: Record<string, { ok: boolean }>;
      }>(await fetch(`${api.url}/status`));
      assert.equal(status.release, "dev");
      assert.equal(status.workers, 1);
      assert.deepEqual(
        Object.values(status.dependencies).map(({ ok }) => ok),
        [true, true, true],
      );
    });
  });
});

/** The status of a WebSocket handshake with that Origin header, which the built-in client cannot send. */
async function handshake(url: string, origin: string): Promise<number | undefined> {
  const headers = {
    origin,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(16).toString("base64"),
  };
  return new Promise((resolve, reject) => {
    const asking = request(`${url}/ws`, { headers });
    asking.on("response", (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    asking.on("error", reject).end();
  });
}
