import assert from "node:assert/strict";
import { join } from "node:path";
import { parseSettings } from "../../../config";
import { readStackFile } from "../../../config/source";
import { checksOf } from "../../../tools/release/checks";
import type { Heard } from "../../../tools/lib/ask";
import { smokeFailure, smokeLines, wrong } from "../../../tools/release/smoke";
import { checkout } from "../../../toolchain/lib/paths";

function checksWith(stack: string, changed: Record<string, unknown> = {}) {
  const file = readStackFile(join(checkout, `Pulumi.${stack}.yaml`));
  return checksOf(parseSettings({ ...file.raw, ...changed }, { where: "test" }));
}
/** Of the test's own: the demo's grow. */
const routes = [
  { host: "api", path: "/", to: "api" },
  { host: "api", path: "/upload", to: "api" },
  { host: "api", path: "/stream", to: "api", stream: true },
  { host: "app", path: "/", to: "web" },
];
const heard = (status: number, more: Partial<Heard> = {}): Heard => ({
  ...{ url: "https://x", status, headers: {}, text: "", took: 1 },
  ...more,
});

describe("what is asked from outside", () => {
  it("are all routes of the stack, and the health endpoints behind them", () => {
    const found = checksWith("local", { routes }).map(({ name, expect }) => `${name} ${expect.kind}`);
    assert.deepEqual(found.sort(), [
      "GET https://api.slipway.localhost/ served",
      "GET https://api.slipway.localhost/health healthy",
      "GET https://api.slipway.localhost/ready healthy",
      "GET https://api.slipway.localhost/stream served",
      "GET https://api.slipway.localhost/upload served",
      "GET https://app.slipway.localhost/ served",
      "GET https://app.slipway.localhost/health healthy",
    ]);
  });

  it("knows where strangers are let in all the same", () => {
    const found = checksWith("staging", { routes });
    const closed = found.filter((one) => one.closed);
    const open = found.filter((one) => !one.closed);
    assert.deepEqual(open.map(({ name }) => name).sort(), [
      "GET https://api.staging.slipway-demo.com/health",
      "GET https://staging.slipway-demo.com/health",
    ]);
    assert.equal(closed.length, 5);
  });

  it("asks a host that redirects where it redirects to", () => {
    const [redirect] = checksWith("production").filter(({ expect }) => expect.kind === "redirect");
    assert.equal(redirect?.question?.url, "https://www.slipway-demo.com/");
    assert.deepEqual(redirect.expect, { kind: "redirect", to: "https://slipway-demo.com" });
  });

  it("says what it cannot ask, and takes a probe instead", () => {
    const some = [
      { host: "api", path: "/", to: "api", probe: "/ready" },
      { host: "api", path: "/v*/x", to: "api" },
      { host: "api", path: "/hook", methods: ["POST"], to: "api" },
      { host: "api", path: "/quiet", to: "api", probe: false },
      { host: "app", path: "/", to: "web" },
    ];
    const found = checksWith("local", { routes: some });
    const skipped = found.filter(({ question }) => question === undefined);
    assert.deepEqual(
      skipped.map(({ name, why }) => `${name}: ${(why ?? "").slice(0, 20)}`),
      [
        "GET https://api.slipway.localhost/v*/x: a path with * has no",
        "POST https://api.slipway.localhost/hook: it takes no GET; giv",
        "GET https://api.slipway.localhost/quiet: probe: false",
      ],
    );
    const ready = found.filter(({ name }) => name === "GET https://api.slipway.localhost/ready");
    assert.deepEqual(
      ready.map(({ expect }) => expect.kind),
      ["healthy"],
      "asked once, for more",
    );
  });

  it("sends the stack's own requests as they are written", () => {
    const smoke = [
      {
        name: "signs up",
        host: "api",
        path: "/auth/signup?x=1",
        method: "POST",
        json: { a: 1 },
        status: 201,
        within: "2s",
      },
    ];
    const own = checksWith("local", { smoke }).find(({ name }) => name === "signs up");
    assert.deepEqual(own?.question, {
      url: "https://api.slipway.localhost/auth/signup?x=1",
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"a":1}',
      within: 2000,
      whole: true,
    });
    assert.deepEqual(own.expect, { kind: "said", status: 201, contains: undefined });
  });
});

describe("what counts as an answer", () => {
  const routed = { "referrer-policy": "no-referrer" };

  it("of a route is all that the part says itself, its own 404 too, and no failure", () => {
    for (const status of [200, 204, 301, 400, 401, 403, 405]) {
      assert.equal(wrong(heard(status), { kind: "served" }), undefined, String(status));
    }
    assert.equal(wrong(heard(404, { headers: routed }), { kind: "served" }), undefined);
    assert.match(wrong(heard(404), { kind: "served" }) ?? "", /knows no such route/);
    for (const status of [429, 500, 502, 503, 504]) {
      assert.match(wrong(heard(status, { headers: routed }), { kind: "served" }) ?? "", /answered/);
    }
  });

  it("of a health endpoint is that it is well", () => {
    assert.equal(wrong(heard(204), { kind: "healthy" }), undefined);
    for (const status of [401, 404, 503]) assert.ok(wrong(heard(status), { kind: "healthy" }));
  });

  it("of a redirect is the right place", () => {
    const to = (location: string) => heard(301, { headers: { location } });
    const expect = { kind: "redirect", to: "https://app.example.com" } as const;
    assert.equal(wrong(to("https://app.example.com/"), expect), undefined);
    assert.match(wrong(to("https://app.example.com.evil.com/"), expect) ?? "", /not to/);
    assert.match(wrong(heard(200), expect) ?? "", /not a redirect/);
  });

  it("of the stack's own request is the status and the text it names", () => {
    const expect = { kind: "said", status: 200, contains: "rounds" } as const;
    assert.equal(wrong(heard(200, { text: '{"rounds":[]}' }), expect), undefined);
    assert.match(wrong(heard(200, { text: "{}" }), expect) ?? "", /does not contain "rounds"/);
    assert.match(wrong(heard(201), expect) ?? "", /answered 201, not 200/);
  });

  it("is told with what failed first, and what was not proven", () => {
    const verdicts = [
      { name: "a", ok: true, status: 200 },
      { name: "b", ok: false, status: 500, why: "it answered 500" },
      { name: "c", ok: true, status: 401, unproven: true as const, why: "closed" },
    ];
    assert.deepEqual(smokeLines(verdicts), [
      "✘ b: it answered 500",
      "– c: 401, closed",
      "1 of 3 answer as they must",
    ]);
    assert.match(smokeFailure("staging", verdicts)?.format() ?? "", /staging failed: 1 of 3[^]*✘ b/);
    assert.equal(smokeFailure("staging", [{ name: "a", ok: true }]), undefined);
  });
});
