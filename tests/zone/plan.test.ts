import assert from "node:assert/strict";
import { parseSettings } from "../../config";
import { type Member, planOf } from "../../zone/plan";

const member = (stack: string, more: Record<string, unknown> = {}): Member => ({
  stack,
  settings: parseSettings(
    {
      product: "shop",
      tier: "local",
      clusters: { main: { cloud: "generic", context: "main" } },
      hosts: { app: `${stack}.example.com`, api: `api.${stack}.example.com` },
      parts: {
        api: { kind: "api", image: "ghcr.io/acme/api:1.0.0", port: 8000 },
        web: { kind: "web", image: "ghcr.io/acme/web:1.0.0", port: 8080 },
      },
      routes: [
        { host: "app", to: "web", cache: "assets" },
        { host: "api", to: "api", limit: "100/s" },
        { host: "api", path: "/auth", to: "api", limit: { rate: "10/m", burst: 5 } },
        { host: "api", path: "/news", to: "api", cache: { age: "1h", query: false } },
      ],
      dns: { provider: "cloudflare", zone: "example.com", plan: "pro" },
      tls: { issuer: "letsencrypt", email: "ops@example.com" },
      ...more,
    },
    { where: `Pulumi.${stack}.yaml` },
  ),
});
const dns = (more: object) => ({
  dns: { provider: "cloudflare", zone: "example.com", plan: "pro", ...more },
});

describe("a Cloudflare zone", () => {
  it("is strict about TLS on both sides", () => {
    const { settings } = planOf("example.com", [member("one")]);
    assert.deepEqual(
      [settings.ssl, settings.min_tls_version, settings.always_use_https],
      ["strict", "1.2", "on"],
    );
  });

  it("keeps what a route lets be kept, and nothing else; of several rules the last is the narrowest", () => {
    const { cache } = planOf("example.com", [member("one")]);
    const api = cache.filter(({ description }) => description.includes("api."));
    assert.deepEqual(
      api.map(({ description, seconds, query }) => [description.replace(/^.*\.com/, ""), seconds, query]),
      [
        ["/", undefined, true],
        ["/auth", undefined, true],
        ["/news", 3600, false],
      ],
    );
    const page = cache.filter(({ description }) => !description.includes("api."));
    assert.deepEqual(
      page.map(({ seconds }) => seconds),
      [undefined, 31_536_000],
    );
    assert.match(
      page[1]?.expression ?? "",
      /host eq "one\.example\.com".*starts_with\(http\.request\.uri\.path, "\/assets\/"\)/,
    );
  });

  it("limits at the edge what its plan can, the strictest first, and never below the gateway's own", () => {
    assert.deepEqual(
      planOf("example.com", [member("one")]).limits.map(({ requests, period }) => [requests, period]),
      [
        [15, 60],
        [6100, 60],
      ],
    );
    const free = planOf("example.com", [member("one", dns({ plan: "free" }))]).limits;
    assert.deepEqual(
      free.map(({ requests, period }) => [requests, period]),
      [[7, 10]],
    );
  });

  it("gathers the rules of every stack that names it, and of no other", () => {
    const other = member("three", {
      ...dns({ zone: "example.org" }),
      hosts: { app: "example.org", api: "api.example.org" },
    });
    const { cache } = planOf("example.com", [member("one"), member("two"), other]);
    assert.deepEqual([...new Set(cache.map(({ description }) => description.split(":")[0]))], ["one", "two"]);
  });

  it("is one for all: stacks that want different things are told so, by name", () => {
    const strict = member("two", {
      tls: { issuer: "letsencrypt", email: "ops@example.com", minimum: "1.3" },
    });
    assert.throws(
      () => planOf("example.com", [member("one"), strict]),
      /tls\.minimum: found 1\.2 in one, 1\.3 in two; allowed: one value/,
    );
    assert.throws(
      () => planOf("example.com", [member("one"), member("two", dns({ plan: "free" }))]),
      /dns\.plan: found pro in one, free in two/,
    );
  });

  it("must be named by a stack", () => {
    assert.throws(
      () => planOf("example.net", [member("one")]),
      /found example\.net, which no stack names in dns\.zone; looked in one/,
    );
  });

  it("has managed rules where its plan has them and nobody refuses", () => {
    assert.equal(planOf("example.com", [member("one")]).waf, true);
    assert.equal(planOf("example.com", [member("one", dns({ waf: false }))]).waf, false);
    assert.equal(planOf("example.com", [member("one", dns({ plan: "free" }))]).waf, false);
  });
});
