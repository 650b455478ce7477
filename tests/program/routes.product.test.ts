// What the route table promises, measured at the gateway by a client outside the cluster.
import assert from "node:assert/strict";
import { request } from "node:https";
import { ask, echo, handshake, questionOf, signUp } from "../helpers/client";
import { describeLive } from "../helpers/live";
import { eventually } from "../helpers/services";
import { run } from "../../toolchain/lib/run";
import { withEdge } from "./edge";

describeLive("a route", function () {
  const product = withEdge();
  const { api, app } = product.hosts;
  const inner = "inner.edge.localhost";

  it("lets its burst through at once and then its rate, and answers 429 beyond", async () => {
    const at = (count: number) =>
      Promise.all(Array.from({ length: count }, async () => (await ask(api, "/health")).status));
    const began = performance.now();
    const first = await at(40);
    const seconds = (performance.now() - began) / 1000;
    const passed = first.filter((status) => status === 200).length;
    assert.deepEqual([...new Set(first)].sort(), [200, 429]);
    // The bucket holds the burst, and is filled at the rate while the client asks.
    assert.ok(passed >= 10 && passed <= 10 + Math.ceil(5 * seconds) + 1, `${passed} passed in ${seconds} s`);
    await eventually("the bucket to fill", async () => (await ask(api, "/health")).status === 200);
    assert.equal((await ask(api, "/status")).status, 200, "other routes are not counted with it");
  });

  it("takes a body up to its limit, and answers 413 beyond", async () => {
    const token = await signUp(api);
    const upload = (bytes: number) =>
      ask(api, "/upload", { method: "POST", token, body: new Uint8Array(bytes) });
    const whole = await upload(1024 * 1024);
    assert.equal(whole.status, 201, whole.text);
    assert.equal((JSON.parse(whole.text) as { bytes: number }).bytes, 1024 * 1024);
    assert.equal((await upload(1024 * 1024 + 1)).status, 413);
    const elsewhere = await ask(api, "/jobs", {
      method: "POST",
      token,
      body: { text: "x".repeat(1024 * 1024) },
    });
    assert.equal(elsewhere.status, 413, "1Mi is the limit where nothing is said");
  });

  it("gives up on a part that takes longer than its timeout, and waits for one that does not", async () => {
    assert.equal((await ask(api, "/slow?ms=1000")).status, 200);
    const late = await ask(api, "/slow?ms=10000");
    assert.equal(late.status, 504);
    assert.ok(late.took < 8_000, `it waited ${late.took} ms`);
  });

  it("passes a stream on as it is made, also beyond the timeout", async () => {
    const answer = await ask(api, "/stream?lines=8&ms=500");
    assert.equal(answer.text.trim().split("\n").length, 8);
    assert.ok(answer.took > 3_000);
    assert.ok(answer.first < answer.took / 2, `first byte after ${answer.first} of ${answer.took} ms`);
  });

  it("carries WebSockets", async () => {
    assert.equal(await echo(api, "/ws", "hello there"), "hello there");
  });

  it("sends security headers, and says nothing of what runs behind it", async () => {
    const { headers } = await ask(app, "/");
    assert.match(String(headers["strict-transport-security"]), /max-age=63072000; includeSubDomains/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["x-frame-options"], "DENY");
    assert.equal(headers["referrer-policy"], "strict-origin-when-cross-origin");
    assert.match(String(headers["content-security-policy"]), /default-src 'self'.*frame-ancestors 'none'/);
    assert.deepEqual([headers.server, headers["x-powered-by"]], [undefined, undefined]);
    assert.equal((await ask(api, "/status")).headers["x-robots-tag"], "noindex");
  });

  it("serves only the methods it names", async () => {
    assert.equal((await ask(api, "/status")).status, 200);
    const other = await ask(api, "/status", { method: "DELETE" });
    assert.ok(other.status === 404 || other.status === 405, `DELETE answers ${other.status}`);
  });

  it("compresses what a client takes compressed", async () => {
    const page = await ask(app, "/");
    const script = /src="([^"]+\.js)"/.exec(page.text)?.[1];
    assert.ok(script, "the page loads a script");
    assert.equal((await ask(app, script)).headers["content-encoding"], undefined);
    const packed = await ask(app, script, { headers: { "accept-encoding": "gzip" } });
    assert.equal(packed.headers["content-encoding"], "gzip");
  });

  it("lets assets be kept for ever, the page never, and a missing asset not at all", async () => {
    const page = await ask(app, "/");
    assert.equal(page.headers["cache-control"], "no-cache");
    const script = /src="([^"]+\.js)"/.exec(page.text)?.[1] ?? "";
    assert.match(String((await ask(app, script)).headers["cache-control"]), /max-age=31536000, immutable/);
    const missing = await ask(app, script.replace(/[0-9A-Za-z]{8}\.js$/, "00000000.js"));
    assert.equal(missing.status, 404);
    assert.doesNotMatch(String(missing.headers["cache-control"]), /immutable/);
  });

  it("answers any path of a single-page application with the page", async () => {
    const deep = await ask(app, "/some/deep/link", { headers: { "if-none-match": '"x"' } });
    assert.equal(deep.status, 200);
    assert.equal(deep.text, (await ask(app, "/")).text);
  });

  it("asks for its password, takes the right one, and does not hand it on", async () => {
    const refused = await ask(inner, "/");
    assert.equal(refused.status, 401);
    assert.match(String(refused.headers["www-authenticate"]), /^Basic/);
    const login = (password: string) => ({
      headers: { authorization: `Basic ${Buffer.from(`qa:${password}`).toString("base64")}` },
    });
    assert.equal((await ask(inner, "/", login("wrong"))).status, 401);
    assert.equal((await ask(inner, "/", login(await product.secret("QA_PASSWORD")))).status, 200);
  });

  it("lets in only the addresses of its list", async () => {
    assert.equal((await ask(inner, "/far")).status, 403);
    assert.equal((await ask(inner, "/near")).status, 200);
  });

  it("redirects where it says, and http to https with path and query", async () => {
    const moved = await ask(inner, "/old");
    assert.ok([301, 302, 308].includes(moved.status), String(moved.status));
    assert.equal(moved.headers.location, `https://${app}/new`);
    const { stdout } = await run("curl", [
      "--silent",
      "--output",
      "/dev/null",
      "--write-out",
      "%{http_code} %{redirect_url}",
      "--resolve",
      `${app}:80:127.0.0.1`,
      `http://${app}/a/b?c=d`,
    ]);
    assert.match(stdout, /^30[18] https:\/\/app\.edge\.localhost\/a\/b\?c=d$/);
  });

  it("speaks TLS 1.2 and 1.3, and nothing older", async () => {
    assert.equal(await handshake(app, "TLSv1.3"), "TLSv1.3");
    assert.equal(await handshake(app, "TLSv1.2"), "TLSv1.2");
    await assert.rejects(handshake(app, "TLSv1.1"));
  });

  it("is not reached under another name", async () => {
    const status = await new Promise<number | undefined>((done, fail) => {
      const question = questionOf(app, "/", { host: "elsewhere.edge.localhost" });
      request({ ...question, agent: false }, (answer) => {
        answer.resume();
        done(answer.statusCode);
      })
        .on("error", fail)
        .end();
    });
    assert.equal(status, 404);
  });
});
