// The README's first command, and what a person does next: the demo product on a real cluster, asked from outside over TLS.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { connect } from "node:tls";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { cannotRun } from "../../toolchain/cluster/preflight";
import { checkout } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";
import { authority } from "../../tools/lib/authority";

const reason = cannotRun();
const describeUp = reason === undefined ? describe : describe.skip;
const api = "api.slipway.localhost";
const app = "app.slipway.localhost";

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

describeUp(`./slipway up${reason === undefined ? "" : ` (${reason})`}`, function () {
  this.timeout(60_000);
  let said = "";
  const agent = new Agent({ keepAlive: true });

  before(async function () {
    this.timeout(1_800_000); // with nothing cached everything is built first
    said = (await slipway("up")).stdout;
  });
  after(() => agent.destroy());

  it("ends by printing URLs that answer, and says how to trust them", () => {
    assert.match(said, /https:\/\/api\.slipway\.localhost\/health {2}\(200, \d+ ms\)/);
    assert.match(said, /https:\/\/app\.slipway\.localhost\/ {2}\(200, \d+ ms\)/);
    assert.match(said, /curl --cacert \S+authority\.pem https:/);
  });

  it("changes nothing the second time", async function () {
    this.timeout(300_000);
    const { stderr } = await slipway("up");
    const summaries = [...stderr.matchAll(/(\d+) unchanged/g)];
    assert.equal(summaries.length, 2, `one summary for the platform, one for the product, in:\n${stderr}`);
    assert.doesNotMatch(stderr, /\d+ (created|updated|replaced|deleted)/);
  });

  it("serves the page, and any path of it, as the single-page application it is", async () => {
    const page = await ask(app, "/");
    assert.equal(page.status, 200);
    assert.match(page.text, /<!doctype html>/i);
    assert.equal((await ask(app, "/some/deep/link")).text, page.text);
  });

  it("does a job for a new user: signed up, ordered, worked, done", async () => {
    const token = await signUp();
    const order = { job: { kind: "words", text: "to be or not to be" }, times: 1 };
    const ordered = await ask(api, "/jobs", { method: "POST", body: order, token });
    assert.equal(ordered.status, 202, ordered.text);
    const done = async () => (await ask(api, "/jobs", { token })).text;
    const until = Date.now() + 30_000;
    while (!/"(state|status)":"(done|completed|finished)"/.test(await done())) {
      assert.ok(Date.now() < until, `the job was not done within 30 s: ${await done()}`);
      await wait(200);
    }
  });

  it("sends who comes in clear to https", async () => {
    const { stdout } = await run("curl", [
      "-s",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code} %{redirect_url}",
      "--resolve",
      `${app}:80:127.0.0.1`,
      `http://${app}/x`,
    ]);
    assert.match(stdout, /^30[18] https:\/\/app\.slipway\.localhost\/x$/);
  });

  it("speaks TLS 1.2 and newer, and nothing older", async () => {
    assert.equal(await tls("TLSv1.3"), "TLSv1.3");
    assert.equal(await tls("TLSv1.2"), "TLSv1.2");
    await assert.rejects(tls("TLSv1.1"));
  });

  it("holds back who tries passwords too fast, and nobody else", async () => {
    const tries = await Promise.all(
      Array.from({ length: 20 }, () =>
        ask(api, "/auth/login", {
          method: "POST",
          body: { email: "nobody@example.com", password: "wrong-password" },
        }),
      ),
    );
    const limited = tries.filter(({ status }) => status === 429).length;
    assert.ok(limited >= 13, `burst 5 at 10 a minute: at least 13 of 20 are held back, not ${limited}`);
    assert.equal((await ask(api, "/health")).status, 200);
  });

  it("keeps what only the inside should see inside", async () => {
    assert.equal((await ask(api, "/metrics")).status, 404);
  });

  const slipway = (...words: string[]) => run(join(checkout, "slipway"), words);

  async function signUp(): Promise<string> {
    const email = `${crypto.randomUUID()}@example.com`;
    const answer = await ask(api, "/auth/signup", {
      method: "POST",
      body: { email, password: crypto.randomUUID() },
    });
    assert.equal(answer.status, 201, answer.text);
    return (JSON.parse(answer.text) as { token: string }).token;
  }

  /** As a client would, but by loopback: not every machine resolves names under localhost. */
  function ask(
    host: string,
    path: string,
    options: { method?: string; body?: unknown; token?: string } = {},
  ): Promise<Answer> {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    return new Promise((done, fail) => {
      const asked = request(
        {
          host: "127.0.0.1",
          servername: host,
          path,
          method: options.method ?? "GET",
          agent,
          ca: readFileSync(authority.file()),
          headers: {
            host,
            ...(body === undefined
              ? {}
              : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
            ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => (text += chunk));
          response.on("end", () =>
            done({ status: response.statusCode ?? 0, headers: response.headers, text }),
          );
        },
      );
      asked.on("error", fail);
      asked.end(body);
    });
  }

  function tls(version: "TLSv1.1" | "TLSv1.2" | "TLSv1.3"): Promise<string | null> {
    return new Promise((done, fail) => {
      const socket = connect(
        {
          host: "127.0.0.1",
          port: 443,
          servername: api,
          minVersion: version,
          maxVersion: version,
          ciphers: "DEFAULT@SECLEVEL=0",
          ca: readFileSync(authority.file()),
        },
        () => {
          done(socket.getProtocol());
          socket.end();
        },
      );
      socket.on("error", fail);
    });
  }
});
