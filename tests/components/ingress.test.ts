import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Api } from "../../components/api";
import { Ingress } from "../../components/ingress";
import type { IngressArgs } from "../../components/ingress-args";
import { type Graph, type Json, programOf } from "../../components/testing";
import { Space } from "../../components/space";
import { Web } from "../../components/web";
import { routeDefaults, type Route, stackDefaults } from "../../config";
import { parseRate } from "../../config/units";
import { IMAGE, inSpace, size, time, nameOf } from "../helpers/product";

const HOSTS = {
  api: { name: "api.example.com", proxied: false },
  app: { name: "app.example.com", proxied: false },
};
const TLS = { challenge: "http", issuer: "local", minimum: "1.2", redirect: true } as const;
type Said = Partial<Omit<IngressArgs, "routes">> & { routes?: Partial<Route>[]; spa?: boolean };

const ingress = ({ routes = [{ host: "api", to: "api" }], spa = false, ...args }: Said = {}) =>
  inSpace((space) => {
    const parts = {
      api: new Api("api", { image: IMAGE, port: 8000, space }),
      web: new Web("web", { image: IMAGE, port: 8080, space, spa }),
    };
    new Ingress("ingress", {
      headers: stackDefaults().headers,
      hosts: HOSTS,
      parts,
      routes: routes.map((route) => ({ ...routeDefaults(), ...route })),
      space,
      tls: TLS,
      ...args,
    });
  });

interface Rule {
  readonly matches: { path: { type: string; value: string }; method?: string }[];
  readonly filters: Json[];
  readonly backendRefs?: { kind: string; name: string }[];
}
const rulesOf = (graph: Graph, route: string) =>
  graph.named(`eu-ingress-route-${route}`).inputs.spec.rules as Rule[];
const middleware = (graph: Graph, name: string) =>
  graph.named(`eu-ingress-middleware-${name}`).inputs.spec as Json;
/** Names of the middlewares of a rule, without the ingress's own. */
const hung = (rule: Rule | undefined) =>
  (rule?.filters ?? []).map((one) =>
    one.type === "ExtensionRef"
      ? (one.extensionRef.name as string).replace("ingress-", "")
      : (one.type as string),
  );
const rate = (text: string) => {
  const parsed = parseRate(text);
  assert.ok(parsed);
  return parsed;
};

describe("Ingress", () => {
  it("is one Gateway with a listener a host, TLS ended there, and its certificate", async () => {
    const graph = await ingress();
    const { spec } = graph.named("eu-ingress-gateway").inputs;
    assert.equal(spec.gatewayClassName, "traefik");
    const listeners = spec.listeners as Json[];
    assert.deepEqual(
      listeners.map(({ name, port, protocol }) => [name, port, protocol]),
      [
        ["http", 8000, "HTTP"],
        ["https-api", 8443, "HTTPS"],
        ["https-app", 8443, "HTTPS"],
      ],
    );
    assert.deepEqual(listeners[1]?.tls.certificateRefs, [{ kind: "Secret", name: "ingress-tls" }]);
    const certificate = graph.named("eu-ingress-tls-certificate").inputs;
    assert.deepEqual(certificate.spec.dnsNames, ["api.example.com", "app.example.com"]);
    assert.equal(certificate.spec.secretName, "ingress-tls");
    assert.deepEqual(certificate.spec.issuerRef, {
      group: "cert-manager.io",
      kind: "ClusterIssuer",
      name: "slipway-local",
    });
    assert.equal(certificate.metadata.annotations["pulumi.com/waitFor"], "condition=Ready");
    assert.deepEqual(graph.one("slipway:components:Ingress").outputs?.urls, {
      api: "https://api.example.com",
      app: "https://app.example.com",
    });
  });

  it("sends plain http to https", async () => {
    const { spec } = (await ingress()).named("eu-ingress-route-https").inputs;
    assert.deepEqual(spec.parentRefs, [{ name: "ingress", sectionName: "http" }]);
    assert.deepEqual(spec.rules[0].filters, [
      { requestRedirect: { scheme: "https", statusCode: 301 }, type: "RequestRedirect" },
    ]);
  });

  it("answers plain http as well where it is told to", async () => {
    const graph = await ingress({ tls: { ...TLS, redirect: false } });
    assert.ok(!graph.names().includes("eu-ingress-route-https"));
    assert.deepEqual(graph.named("eu-ingress-route-api-all").inputs.spec.parentRefs, [
      { name: "ingress", sectionName: "https-api" },
      { name: "ingress", sectionName: "http" },
    ]);
  });

  it("sends one host to another", async () => {
    const www = { name: "www.example.com", proxied: false, redirect: "app" };
    const graph = await ingress({ hosts: { ...HOSTS, www } });
    assert.deepEqual(rulesOf(graph, "www-redirect")[0]?.filters[0]?.requestRedirect, {
      hostname: "app.example.com",
      scheme: "https",
      statusCode: 301,
    });
  });

  it("makes a route after all it stands on", async () => {
    const graph = await ingress();
    const { after } = graph.named("eu-ingress-route-api-all");
    for (const one of graph.resources.filter(({ type }) => type.startsWith("kubernetes:traefik.io/"))) {
      assert.ok(after.includes(one.urn), one.name);
    }
  });

  it("refuses a route to nothing that listens", async () => {
    await assert.rejects(
      ingress({ routes: [{ host: "api", to: "other" }] }),
      /eu-ingress: route api-all leads to no part that listens/,
    );
  });

  it("says where the gateway answers, and waits for that only where it is asked to", async () => {
    const addressOf = async (addressed: boolean, addresses: object[]) => {
      const graph = await programOf(
        () => {
          const provider = new k8s.Provider("eu", { kubeconfig: "{}" });
          const space = new Space("eu", { product: "shop" }, { provider });
          const { headers } = stackDefaults();
          const made = new Ingress("ingress", {
            addressed,
            headers,
            hosts: HOSTS,
            parts: {},
            routes: [],
            space,
            tls: TLS,
          });
          return { address: made.address };
        },
        {
          resources: { "kubernetes:gateway.networking.k8s.io/v1:Gateway": () => ({ status: { addresses } }) },
        },
      );
      const { annotations } = graph.named("eu-ingress-gateway").inputs.metadata as { annotations?: object };
      return [graph.outputs.address as unknown, annotations ?? {}];
    };
    const waiting = { "pulumi.com/waitFor": "jsonpath={.status.addresses[0].value}" };
    assert.deepEqual(await addressOf(true, [{ value: "203.0.113.7" }]), ["203.0.113.7", waiting]);
    assert.deepEqual(await addressOf(false, []), [undefined, {}]);
  });
});

describe("a route", () => {
  it("reads without a body limit, so that streams flow, and writes with one", async () => {
    const graph = await ingress();
    const [reading, writing, ...more] = rulesOf(graph, "api-all");
    assert.deepEqual(more, []);
    assert.deepEqual(
      reading?.matches.map(({ method }) => method),
      ["GET", "HEAD"],
    );
    assert.deepEqual(hung(reading), ["headers-api", "compress", "retry"]);
    assert.deepEqual(writing?.matches, [{ path: { type: "PathPrefix", value: "/" } }]);
    assert.deepEqual(hung(writing), ["headers-api", "body-api-all", "compress", "retry"]);
    assert.equal(middleware(graph, "body-api-all").buffering.maxRequestBodyBytes, 1024 ** 2);
  });

  it("that is limited is one rule, since a limiter counts for each rule by itself", async () => {
    const graph = await ingress({
      routes: [
        {
          body: size("50Mi"),
          concurrent: 7,
          host: "api",
          limit: { burst: 20, by: "ip", rate: rate("10/s") },
          path: "/upload",
          to: "api",
        },
      ],
    });
    const [rule, ...more] = rulesOf(graph, "api-upload");
    assert.deepEqual(more, []);
    assert.deepEqual(hung(rule), [
      "headers-api",
      "limit-api-upload",
      "concurrent-api-upload",
      "body-api-upload",
      "compress",
      "retry",
    ]);
    assert.deepEqual(middleware(graph, "limit-api-upload").rateLimit, {
      average: 10,
      burst: 20,
      period: "1000ms",
    });
    assert.deepEqual(middleware(graph, "concurrent-api-upload").inFlightReq, {
      amount: 7,
      // Each client by itself: unasked, Traefik would count by host.
      sourceCriterion: { ipStrategy: { depth: 0 } },
    });
    assert.equal(middleware(graph, "body-api-upload").buffering.maxRequestBodyBytes, 50 * 1024 ** 2);
  });

  it("counts by a header, or behind Cloudflare by the visitor's address", async () => {
    const by = async (what: string, proxied: boolean) => {
      const hosts = { api: { name: "api.example.com", proxied } };
      const limit = { burst: 5, by: what, rate: rate("10/m") };
      const graph = await ingress({ hosts, routes: [{ host: "api", limit, to: "api" }] });
      return middleware(graph, "limit-api-all").rateLimit as Json;
    };
    assert.deepEqual((await by("header:X-Api-Key", false)).sourceCriterion, {
      requestHeaderName: "X-Api-Key",
    });
    assert.deepEqual((await by("ip", true)).sourceCriterion, { ipStrategy: { depth: 1 } });
    assert.equal((await by("ip", false)).period, "60000ms");
  });

  it("behind a proxy may be called by the proxy only, whoever the visitor is said to be", async () => {
    const onlyFrom = ["192.0.2.0/24"];
    const of = async (proxied: boolean) =>
      ingress({
        hosts: { api: { name: "api.example.com", proxied } },
        onlyFrom,
        routes: [{ host: "api", to: "api" }],
      });
    const behind = await of(true);
    assert.deepEqual(middleware(behind, "proxy-only").ipAllowList, { sourceRange: onlyFrom });
    for (const rule of rulesOf(behind, "api-all")) assert.ok(hung(rule).includes("proxy-only"));
    assert.ok(!(await of(false)).names().some((name) => name.includes("proxy-only")));
  });

  it("that streams is held back by nothing", async () => {
    const graph = await ingress({ routes: [{ host: "api", path: "/stream", stream: true, to: "api" }] });
    for (const rule of rulesOf(graph, "api-stream"))
      assert.deepEqual(hung(rule), ["headers-api", "compress"]);
  });

  it("has a way of its own to its part for each patience: Traefik keeps one for a Service", async () => {
    const route = (path: string, timeout?: string) => ({
      host: "api",
      path,
      to: "api",
      ...(timeout === undefined ? {} : { timeout: time(timeout) }),
    });
    const routes = [route("/"), route("/a", "300s"), route("/b", "300s"), route("/c", "2s")];
    const graph = await ingress({ routes });
    const leadsTo = (name: string) =>
      (graph.named(`eu-ingress-traefik-service-${name}`).inputs.spec as Json).weighted.services[0]
        .name as string;
    assert.deepEqual(["api-all", "api-a", "api-b", "api-c"].map(leadsTo), [
      "api",
      "ingress-api-within-300s",
      "ingress-api-within-300s",
      "ingress-api-within-2s",
    ]);
  });

  it("waits as long as it is told", async () => {
    const graph = await ingress({
      routes: [{ host: "api", path: "/slow", timeout: time("300s"), to: "api" }],
    });
    const transport = graph.named("eu-ingress-servers-transport-timeout-300s").inputs;
    assert.equal(transport.spec.forwardingTimeouts.responseHeaderTimeout, "300000ms");
    const service = graph.named("eu-ingress-traefik-service-api-slow").inputs;
    assert.deepEqual(service.spec.weighted.services, [
      {
        kind: "Service",
        name: "ingress-api-within-300s",
        port: 80,
        serversTransport: "ingress-timeout-300s",
      },
    ]);
    assert.deepEqual(rulesOf(graph, "api-slow")[0]?.backendRefs, [
      { group: "traefik.io", kind: "TraefikService", name: "ingress-api-slow" },
    ]);
  });

  const paths: [said: Partial<Route>, name: string | RegExp, match: { type: string; value: string }][] = [
    [{ path: "/" }, "api-all", { type: "PathPrefix", value: "/" }],
    [{ path: "/a/b" }, "api-a-b", { type: "PathPrefix", value: "/a/b" }],
    [{ path: "/a-b" }, /^api-a-b-[0-9a-f]{8}$/, { type: "PathPrefix", value: "/a-b" }],
    [{ exact: true, path: "/a" }, "api-a-exact", { type: "Exact", value: "/a" }],
    [
      { path: "/api/v*/auth" },
      /^api-api-v-auth-[0-9a-f]{8}$/,
      { type: "RegularExpression", value: "^/api/v[^/]*/auth(/|$)" },
    ],
    [{ path: "/a.b*" }, /^api-a-b-[0-9a-f]{8}$/, { type: "RegularExpression", value: "^/a\\.b[^/]*(/|$)" }],
  ];
  for (const [said, name, match] of paths) {
    it(`at ${JSON.stringify(said)} matches ${match.value}`, async () => {
      const graph = await ingress({ routes: [{ host: "api", to: "api", ...said }] });
      const found = graph
        .all("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")
        .filter((one) => !one.name.endsWith("-https"));
      const short = found[0]?.name.replace("eu-ingress-route-", "") ?? "";
      if (typeof name === "string") assert.equal(short, name);
      else assert.match(short, name);
      assert.deepEqual((found[0]?.inputs.spec.rules as Rule[]).at(-1)?.matches[0]?.path, match);
    });
  }

  it("of some methods answers to no other", async () => {
    const graph = await ingress({ routes: [{ host: "api", methods: ["GET", "POST"], to: "api" }] });
    const rules = rulesOf(graph, "api-all-get-post");
    assert.deepEqual(
      rules.flatMap(({ matches }) => matches.map(({ method }) => method)),
      ["GET", "POST"],
    );
    assert.ok(!hung(rules[0]).includes("body-api-all-get-post"));
    assert.ok(hung(rules[1]).includes("body-api-all-get-post"));
  });

  it("can lose its path, keep a visitor, go uncompressed", async () => {
    const graph = await ingress({
      routes: [{ compress: false, host: "api", path: "/v1", strip: true, to: "api" }],
      sticky: ["api"],
    });
    const [rule] = rulesOf(graph, "api-v1");
    assert.deepEqual(rule?.filters.at(-1)?.urlRewrite, {
      path: { replacePrefixMatch: "/", type: "ReplacePrefixMatch" },
    });
    assert.ok(!hung(rule).includes("compress"));
    const [service] = graph.named("eu-ingress-traefik-service-api-v1").inputs.spec.weighted
      .services as Json[];
    assert.deepEqual(service?.sticky.cookie, {
      httpOnly: true,
      name: "replica",
      sameSite: "lax",
      secure: true,
    });
  });

  it("can be a redirect", async () => {
    const to = async (redirect: string) => {
      const graph = await ingress({ routes: [{ host: "api", path: "/docs", redirect, to: undefined }] });
      return rulesOf(graph, "api-docs")[0]?.filters[0]?.requestRedirect as Json;
    };
    assert.deepEqual(await to("https://docs.example.com/start"), {
      hostname: "docs.example.com",
      path: { replaceFullPath: "/start", type: "ReplaceFullPath" },
      scheme: "https",
      statusCode: 302,
    });
    assert.deepEqual(await to("/start"), {
      path: { replaceFullPath: "/start", type: "ReplaceFullPath" },
      statusCode: 302,
    });
  });
});

describe("headers", () => {
  it("of an API allow a browser nothing; of a web they are the stack's policy", async () => {
    const graph = await ingress({
      routes: [
        { host: "api", to: "api" },
        { host: "app", to: "web" },
      ],
    });
    const api = middleware(graph, "headers-api").headers as Json;
    assert.equal(api.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'");
    assert.equal(api.stsSeconds, 63_072_000);
    assert.equal(api.contentTypeNosniff, true);
    assert.equal(api.customFrameOptionsValue, "DENY");
    assert.deepEqual(api.customResponseHeaders, { Server: "", "X-Powered-By": "" });
    assert.match(
      middleware(graph, "headers-web").headers.contentSecurityPolicy as string,
      /^default-src 'self'/,
    );
  });

  it("can be turned off one by one, and added to", async () => {
    const headers = {
      ...stackDefaults().headers,
      add: { "X-A": "1" },
      csp: false as const,
      frame: false as const,
      hsts: false as const,
      permissions: false as const,
    };
    const graph = await ingress({ headers, routes: [{ host: "app", to: "web" }] });
    const made = middleware(graph, "headers-web").headers as Json;
    for (const key of [
      "contentSecurityPolicy",
      "customFrameOptionsValue",
      "permissionsPolicy",
      "stsSeconds",
    ]) {
      assert.ok(!(key in made), key);
    }
    assert.equal(made.customResponseHeaders["X-A"], "1");
  });

  it("of one route go over the stack's, and leave the others'", async () => {
    const graph = await ingress({
      routes: [
        { headers: { "Content-Security-Policy": "default-src *" }, host: "api", path: "/docs", to: "api" },
        { host: "api", to: "api" },
      ],
    });
    const own = middleware(graph, "headers-api-docs").headers as Json;
    assert.equal(own.contentSecurityPolicy, undefined);
    assert.equal(own.customResponseHeaders["Content-Security-Policy"], "default-src *");
    assert.ok(hung(rulesOf(graph, "api-all")[0]).includes("headers-api"));
  });
});

describe("a web's route", () => {
  it("gives unknown paths the front page, asked for without conditions, under 200", async () => {
    const graph = await ingress({ routes: [{ host: "app", to: "web" }], spa: true });
    const [reading, writing] = rulesOf(graph, "app-all");
    const at = hung(reading).indexOf("page-app-all");
    assert.ok(at > 0);
    assert.deepEqual(reading?.filters[at - 1]?.requestHeaderModifier, {
      remove: ["If-None-Match", "If-Modified-Since"],
    });
    assert.deepEqual(middleware(graph, "page-app-all").errors, {
      query: "/",
      service: { kind: "Service", name: "web", port: 80 },
      status: ["404"],
      statusRewrites: { "404": 200 },
    });
    assert.ok(!hung(writing).includes("page-app-all"));
  });

  it("keeps files with a hash in their name for a year, and pages never", async () => {
    const graph = await ingress({ routes: [{ cache: { kind: "assets" }, host: "app", to: "web" }] });
    const [assets, pages] = rulesOf(graph, "app-all");
    const kept = (rule: Rule | undefined) =>
      rule?.filters.find((one) => one.type === "ResponseHeaderModifier")?.responseHeaderModifier.set[0]
        .value as string;
    assert.equal(kept(assets), "public, max-age=31536000, immutable");
    assert.equal(kept(pages), "no-cache");
    const pattern = new RegExp(assets?.matches[0]?.path.value ?? "");
    const hashed = [
      "/assets/app-cc45ae073c4e.js",
      "/assets/index-BxY3k_9z.css",
      "/static/js/main.8f3d2a1c.js",
      "/_next/static/chunks/pages/index.js",
      "/_app/immutable/entry/start.js",
      "/fonts/inter.0123456789abcdef.woff2",
    ];
    for (const path of hashed) assert.match(path, pattern);
    for (const path of [
      "/",
      "/index.html",
      "/app.js",
      "/favicon.ico",
      "/assets/logo.png",
      "/some/page",
      "/deadbeef",
    ]) {
      assert.doesNotMatch(path, pattern);
    }
  });

  it("does not keep what failed", async () => {
    const graph = await ingress({ routes: [{ cache: { kind: "assets" }, host: "app", to: "web" }] });
    const [assets] = rulesOf(graph, "app-all");
    const names = hung(assets);
    assert.ok(names.indexOf("uncached-app-all") < names.indexOf("ResponseHeaderModifier"));
    assert.deepEqual(middleware(graph, "uncached-app-all").errors.status, ["400-599"]);
  });

  it("may be kept for a time", async () => {
    const cache = { age: time("1h"), immutable: false, kind: "age", query: true } as const;
    const graph = await ingress({ routes: [{ cache, host: "app", to: "web" }] });
    const [reading] = rulesOf(graph, "app-all");
    assert.match(JSON.stringify(reading?.filters), /public, max-age=3600"/);
  });
});

describe("access", () => {
  const secret = () => ({ value: pulumi.output("hunter2") });
  const open = { except: [], public: false };

  it("by address answers only those ranges", async () => {
    const graph = await ingress({ access: { ...open, allow: ["203.0.113.0/24"] } });
    assert.deepEqual(middleware(graph, "allow-api-all").ipAllowList, { sourceRange: ["203.0.113.0/24"] });
    for (const rule of rulesOf(graph, "api-all")) assert.ok(hung(rule).includes("allow-api-all"));
  });

  it("by password keeps a hash of it in a Secret, and the password nowhere", async () => {
    const graph = await ingress({ access: { ...open, basicAuth: { qa: "STAGING_PASSWORD" } }, secret });
    const logins = graph.named("eu-ingress-logins-all");
    // echo -n hunter2 | openssl dgst -binary -sha1 | base64
    assert.deepEqual(logins.inputs.stringData, { users: "qa:{SHA}87u9ZqY9S/F0eUBXjsPQEDUw4h0=" });
    assert.deepEqual(logins.secrets, ["stringData"]);
    assert.deepEqual(middleware(graph, "login-api-all").basicAuth, {
      realm: "restricted",
      removeHeader: true,
      secret: nameOf(logins),
    });
    assert.ok(!JSON.stringify(graph.resources).includes("hunter2"));
  });

  it("by one secret of user:password", async () => {
    const graph = await ingress({
      access: { ...open, basicAuth: "LOGIN" },
      secret: () => ({ value: pulumi.output("qa:hun:ter2") }),
    });
    assert.match(graph.named("eu-ingress-logins-all").inputs.stringData.users as string, /^qa:\{SHA\}/);
  });

  it("by password cannot come from an external store", async () => {
    await assert.rejects(
      ingress({ access: { ...open, basicAuth: { qa: "P" } }, secret: () => ({ key: "value", secret: "s" }) }),
      /P: a password the gateway asks for cannot come from an external store/,
    );
  });

  it("leaves open what is excepted, and only that", async () => {
    const graph = await ingress({
      access: { allow: ["203.0.113.0/24"], except: ["/health"], public: false },
    });
    for (const rule of rulesOf(graph, "api-health")) {
      assert.ok(!hung(rule).some((name) => name.startsWith("allow-")));
      assert.equal(rule.matches[0]?.path.value, "/health");
    }
    assert.ok(hung(rulesOf(graph, "api-all")[0]).includes("allow-api-all"));
  });

  it("of a route goes over the stack's", async () => {
    const graph = await ingress({
      access: { ...open, allow: ["203.0.113.0/24"] },
      routes: [
        { access: { public: true }, host: "api", path: "/hook", to: "api" },
        { access: { allow: ["198.51.100.0/24"], public: false }, host: "api", path: "/admin", to: "api" },
      ],
    });
    assert.ok(!hung(rulesOf(graph, "api-hook")[0]).some((name) => name.startsWith("allow-")));
    assert.deepEqual(middleware(graph, "allow-api-admin").ipAllowList.sourceRange, ["198.51.100.0/24"]);
  });
});

describe("certificates", () => {
  it("of an ACME server are asked for over http, and the solver may answer", async () => {
    const graph = await ingress({ tls: { ...TLS, email: "ops@example.com", issuer: "letsencrypt" } });
    const { acme } = graph.named("eu-ingress-tls-issuer").inputs.spec;
    assert.equal(acme.server, "https://acme-v02.api.letsencrypt.org/directory");
    assert.equal(acme.email, "ops@example.com");
    assert.deepEqual(acme.solvers, [
      { http01: { gatewayHTTPRoute: { parentRefs: [{ kind: "Gateway", name: "ingress" }] } } },
    ]);
    assert.deepEqual(graph.named("eu-ingress-tls-solver-network").inputs.spec.podSelector.matchLabels, {
      "acme.cert-manager.io/http01-solver": "true",
    });
    assert.equal(graph.named("eu-ingress-tls-certificate").inputs.spec.issuerRef.kind, "Issuer");
  });

  it("are asked for over DNS with the zone's token, kept secret", async () => {
    const dnsToken = { value: pulumi.output("hunter2") };
    const graph = await ingress({
      tls: { ...TLS, challenge: "dns", dnsToken, issuer: "acme", server: "https://acme.example.com" },
    });
    const held = graph.named("eu-ingress-tls-token");
    assert.deepEqual(held.secrets, ["stringData"]);
    const { acme } = graph.named("eu-ingress-tls-issuer").inputs.spec;
    assert.deepEqual(acme.solvers[0].dns01.cloudflare.apiTokenSecretRef, {
      key: "token",
      name: nameOf(held),
    });
    assert.ok(!JSON.stringify(graph.named("eu-ingress-tls-issuer").inputs).includes("hunter2"));
  });

  it("that are there already are used", async () => {
    const graph = await ingress({ tls: { ...TLS, issuer: "existing", secret: "mine" } });
    assert.deepEqual(graph.named("eu-ingress-gateway").inputs.spec.listeners[1].tls.certificateRefs, [
      { kind: "Secret", name: "mine" },
    ]);
    assert.equal(graph.all("kubernetes:cert-manager.io/v1:Certificate").length, 0);
  });

  it("of Cloudflare's own authority lie in a Secret", async () => {
    const origin = { certificate: "PEM", key: pulumi.secret("hunter2") };
    const graph = await ingress({ tls: { ...TLS, issuer: "cloudflare-origin", origin } });
    const secret = graph.named("eu-ingress-tls-origin");
    assert.equal(secret.inputs.type, "kubernetes.io/tls");
    assert.deepEqual(secret.secrets, ["stringData"]);
  });

  it("below TLS 1.3 are refused where that is asked", async () => {
    assert.ok(!(await ingress()).names().some((name) => name.includes("tlsoption")));
    const graph = await ingress({ tls: { ...TLS, minimum: "1.3" } });
    const option = graph.one("kubernetes:traefik.io/v1alpha1:TLSOption").inputs;
    assert.equal(option.metadata.name, "default");
    assert.deepEqual(option.spec, { minVersion: "VersionTLS13" });
  });
});
