/** SIGTERM costs nobody a request: readiness goes first, what is in flight finishes, connections are let go. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import {
  bundle,
  run,
  serve,
  signUp,
  storeEnv,
  answersOk,
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

describeWith(servicesMissing(), "demo draining", function () {
  this.timeout(120_000);
  let postgres: Service, redis: Service, bundles: Bundles, env: Record<string, string>;
  const running: Program[] = [];

  before(async () => {
    [postgres, redis, bundles] = await Promise.all([startPostgres(), startRedis(), bundle("api", "web")]);
    env = storeEnv(postgres, redis);
    assert.equal(await run(bundles, "api", ["migrate"], env).exit(), 0);
  });
  after(async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    bundles.remove();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((program) => program.stop("SIGKILL")));
  });

  const start = async (part: "api" | "web", extra: Record<string, string> = {}) => {
    const program = await serve(bundles, part, { ...env, ...extra });
    running.push(program);
    return program;
  };

  /** Answers like Kubernetes' endpoints: only ready programs get requests, and news takes a moment to arrive. */
  class Balancer {
    private ready: Program[] = [];
    private readonly timer: NodeJS.Timeout;
    private next = 0;

    constructor(
      public programs: Program[],
      private readonly probe: string,
    ) {
      this.ready = [...programs];
      this.timer = setInterval(() => void this.look(), 100);
    }

    private async look(): Promise<void> {
      const seen = await Promise.all(
        this.programs.map(async (one) => ((await answersOk(one.url + this.probe)) ? one : undefined)),
      );
      this.ready = seen.filter((one) => one !== undefined);
    }

    pick(): string {
      const program = this.ready[this.next++ % this.ready.length];
      if (program === undefined) throw new Error("nobody is ready");
      return program.url;
    }

    stop(): void {
      clearInterval(this.timer);
    }
  }

  const ask = (
    agent: Agent,
    url: string,
    options: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const asking = request(
        url,
        { agent, method: options.method ?? "GET", headers: options.headers ?? {} },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
          response.on("error", reject);
        },
      );
      asking.on("error", reject);
      asking.end(options.body);
    });

  async function rollUnderLoad(
    part: "api" | "web",
    probe: string,
    question: (i: number, base: string, agent: Agent) => Promise<{ status: number }>,
  ) {
    const programs = [await start(part), await start(part)];
    const balancer = new Balancer(programs, probe);
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    const failures: string[] = [];
    let answered = 0;
    let over = false;
    const clients = Array.from({ length: 16 }, async (_, client) => {
      for (let i = 0; !over; i++) {
        try {
          const { status } = await question(client + i, balancer.pick(), agent);
          if (status < 200 || status > 299) failures.push(String(status));
        } catch (error) {
          failures.push(error instanceof Error ? error.message : String(error));
        }
        answered++;
      }
    });
    for (let round = 0; round < 4; round++) {
      const fresh = await start(part);
      balancer.programs = [...balancer.programs, fresh];
      const old = balancer.programs[0];
      const before = answered;
      assert.equal(await old?.stop("SIGTERM"), 0);
      balancer.programs = balancer.programs.slice(1);
      await eventually("requests meanwhile", () => answered > before + 50);
    }
    over = true;
    await Promise.all(clients);
    balancer.stop();
    agent.destroy();
    return { failures, answered };
  }

  it("four API instances replaced under keep-alive load: 0 failed requests", async () => {
    const first = await start("api");
    const account = await signUp(first.url);
    const kinds = [
      (base: string, agent: Agent) => ask(agent, `${base}/health`),
      (base: string, agent: Agent) => ask(agent, `${base}/slow?ms=120`),
      (base: string, agent: Agent) => ask(agent, `${base}/stream?lines=3&ms=30`),
      (base: string, agent: Agent) => ask(agent, `${base}/jobs?limit=5`, { headers: account.headers }),
      (base: string, agent: Agent) =>
        ask(agent, `${base}/jobs`, {
          method: "POST",
          headers: { ...account.headers, "content-type": "application/json" },
          body: JSON.stringify({ job: { kind: "words", text: "under load" } }),
        }),
    ];
    const { failures, answered } = await rollUnderLoad("api", "/ready", (i, base, agent) =>
      (kinds[i % kinds.length] ?? assert.fail())(base, agent),
    );
    assert.deepEqual(failures, []);
    assert.ok(answered > 500, `only ${answered} requests: no load`);
  });

  it("four web instances replaced under keep-alive load: 0 failed requests", async () => {
    const { failures, answered } = await rollUnderLoad("web", "/readyz", (_i, base, agent) =>
      ask(agent, `${base}/`),
    );
    assert.deepEqual(failures, []);
    assert.ok(answered > 500, `only ${answered} requests: no load`);
  });

  describe("one API instance told to stop", () => {
    let api: Program, account: Account;

    beforeEach(async () => {
      api = await start("api", { DRAIN_SECONDS: "1" });
      account = await signUp(api.url);
    });

    it("is not ready but alive and serving while it drains, and lets go of connections", async () => {
      const stopping = api.stop("SIGTERM");
      const readiness = () => fetch(`${api.url}/ready`);
      const response = await eventually("not ready", async () => {
        const now = await readiness();
        return now.status === 503 && now;
      });
      assert.equal(((await response.json()) as { draining: boolean }).draining, true);
      const health = await fetch(`${api.url}/health`);
      assert.deepEqual([health.status, health.headers.get("connection")], [200, "close"]);
      assert.equal((await account.get("/me")).status, 200);
      assert.equal(await stopping, 0);
      await assert.rejects(readiness(), "it no longer listens");
    });

    it("finishes a slow request, a stream and an upload that were in flight", async () => {
      const slow = fetch(`${api.url}/slow?ms=2500`);
      const stream = fetch(`${api.url}/stream?lines=12&ms=200`).then((response) => response.text());
      const content = randomBytes(300_000);
      let gone = 0;
      const trickle = new ReadableStream({
        pull: async (controller) => {
          await new Promise((resolve) => setTimeout(resolve, 200));
          controller.enqueue(content.subarray(gone, (gone += 30_000)));
          if (gone >= content.length) controller.close();
        },
      });
      const upload = fetch(`${api.url}/upload`, {
        method: "POST",
        headers: account.headers,
        body: trickle,
        duplex: "half",
      });
      await eventually("the upload under way", () => gone > 30_000);
      const stopping = api.stop("SIGTERM");
      assert.deepEqual(await (await slow).json(), { waited: 2500 });
      assert.equal((await stream).trim().split("\n").length, 12);
      const { bytes, sha256 } = (await (await upload).json()) as { bytes: number; sha256: string };
      assert.deepEqual([bytes, sha256], [300_000, createHash("sha256").update(content).digest("hex")]);
      assert.equal(await stopping, 0);
    });

    it("ends event streams cleanly and tells WebSockets to come back", async () => {
      const events = await account.get("/jobs/events");
      const reading = events.text();
      const socket = new WebSocket(`${api.url.replace("http", "ws")}/ws`);
      await new Promise((resolve) => (socket.onopen = resolve));
      const closed = new Promise<number>((resolve) => (socket.onclose = ({ code }) => resolve(code)));
      const stopping = api.stop("SIGTERM");
      assert.match(await reading, /^retry: 500\n\nevent: snapshot/);
      assert.equal(await closed, 1012);
      assert.equal(await stopping, 0);
    });

    it("gives up with exit 1 on what never ends, before the platform would kill it", async () => {
      const impatient = await start("api", { DRAIN_SECONDS: "0", SHUTDOWN_SECONDS: "1" });
      const endless = fetch(`${impatient.url}/slow?ms=60000`);
      const cut = assert.rejects(endless);
      await eventually("the request in flight", async () => {
        const metrics = await (await fetch(`${impatient.url}/metrics`)).text();
        return /http_requests_in_flight [2-9]/.test(metrics);
      });
      assert.equal(await impatient.stop("SIGTERM"), 1);
      await cut;
      assert.ok(impatient.lines.some(({ msg }) => msg?.includes("giving up")));
    });
  });
});
