/**
 * Traefik as the gateway: its middlewares, hung on routes by ExtensionRef, do what the Gateway API has no word for.
 *
 * Two of its ways decide the shape of what is made here. A limiter counts for each rule by itself, so a limited route is
 * one rule. And its body limit holds the whole answer back, so where nothing is counted, reading methods, which have no
 * body, get a rule without it, and WebSockets and streams flow.
 */
import { platform } from "../config";
import type { AccessPlan, GatewayAdapter, HeaderPlan, Make, RoutePlan } from "./gateway";
import type { BackendRef, Method, PathMatch, RouteFilter, RouteMatch, RouteRule } from "./gateway-api";
import { customResource, type Deep } from "./crds";
import type { MiddlewareSpec } from "./kinds/middleware";
import type { ServersTransportSpec } from "./kinds/servers-transport";
import type { TLSOptionSpec } from "./kinds/tls-option";
import type { TraefikServiceSpec } from "./kinds/traefik-service";
import { seconds } from "./pod";

const GROUP = "traefik.io";
const API = `${GROUP}/v1alpha1`;

type Counting = Pick<NonNullable<MiddlewareSpec["rateLimit"]>, "sourceCriterion">;

const Middleware = customResource<MiddlewareSpec>(API, "Middleware");
const ServersTransport = customResource<ServersTransportSpec>(API, "ServersTransport");
const TraefikService = customResource<TraefikServiceSpec>(API, "TraefikService");
const TlsOption = customResource<TLSOptionSpec>(API, "TLSOption");

const YEAR = "public, max-age=31536000, immutable";
/** Kept, but asked about each time: a new version is seen at once, an old one costs a 304. */
const REVALIDATE = "no-cache";
/** A path that no part has: what a part says of it carries no word about caching. */
const NOWHERE = "/.slipway/nowhere";
const READING: readonly Method[] = ["GET", "HEAD"];
/** Larger bodies wait on disk rather than in the gateway's memory. */
const BODY_IN_MEMORY = 256 * 1024;

export const traefik = {
  className: "traefik",
  everywhere: ({ minimum }, make) => {
    // 1.2 is what Traefik does unasked. Its options for all are those of the one object called `default`.
    if (minimum !== "1.2") make("default", "TLSOption", TlsOption, { minVersion: "VersionTLS13" });
  },
  from: (port) => ({ namespace: platform.gateway.namespace, pods: platform.gateway.pods, ports: [port] }),
  metrics: {
    counter: "traefik_router_requests_total",
    histogram: "traefik_router_request_duration_seconds",
    // Traefik calls a router `httproute-<namespace>-<route>-gw-<gateway>-ep-<entry point>-<rule>-<hash>`.
    matchers: (namespace, routes) => `router=~"httproute-${namespace}-(${routes.join("|")})-gw-.+"`,
  },
  ports: platform.gateway.ports,
  rules,
} satisfies GatewayAdapter;

function rules(plan: RoutePlan, make: Make): RouteRule[] {
  const backendRefs = [backend(plan, make)];
  const first = [headers(plan, make), ...proxyOnly(plan, make), ...access(plan, make)];
  const last = [...compress(plan, make), ...retry(plan, make), ...rewrite(plan)];
  const rule = (methods: readonly Method[], filters: RouteFilter[]): RouteRule => ({
    backendRefs,
    filters: [...first, ...filters, ...last],
    matches: matches(plan, methods),
  });
  const counted = [...limit(plan, make), ...concurrent(plan, make)];
  const kept = keep(plan, make);
  const body = plan.stream ? [] : [bodyLimit(plan, make)];
  const assets =
    plan.cache.kind === "assets" ? [assetRule(plan, make, backendRefs, [...first, ...last])] : [];
  if (counted.length > 0) return [...assets, rule(plan.methods, [...counted, ...kept, ...body])];

  const { reading, writing } = split(plan.methods);
  return [
    ...assets,
    ...(reading === undefined ? [] : [rule(reading, kept)]),
    ...(writing === undefined ? [] : [rule(writing, body)]),
  ];
}

/** Methods without a body, and the others; undefined when there are none of them. */
function split(methods: readonly Method[]): { reading?: readonly Method[]; writing?: readonly Method[] } {
  if (methods.length === 0) return { reading: READING, writing: [] };
  const reading = methods.filter((method) => READING.includes(method));
  const writing = methods.filter((method) => !READING.includes(method));
  return { ...(reading.length > 0 ? { reading } : {}), ...(writing.length > 0 ? { writing } : {}) };
}

function matches(plan: RoutePlan, methods: readonly Method[]): RouteMatch[] {
  const path = pathMatch(plan);
  return methods.length === 0 ? [{ path }] : methods.map((method) => ({ method, path }));
}

function pathMatch({ path, exact }: Pick<RoutePlan, "path" | "exact">): PathMatch {
  if (!path.includes("*")) return { type: exact ? "Exact" : "PathPrefix", value: path };
  return { type: "RegularExpression", value: `^${pattern(path)}${exact ? "$" : "(/|$)"}` };
}

/** `*` stands for any letters between two slashes. */
function pattern(path: string): string {
  return path
    .replace(/\/$/, "")
    .split("*")
    .map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join("[^/]*");
}

/** Files whose names change with their content: in folders of build tools for such, or with a hash of their own. */
function assetRule(
  plan: RoutePlan,
  make: Make,
  backendRefs: BackendRef[],
  filters: RouteFilter[],
): RouteRule {
  const types = "(js|mjs|css|map|json|wasm|svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|otf|mp4|webm)";
  const folders = "(_next/static|_app/immutable|_nuxt)/.+";
  const hex = `(.*/)?[^/]+[.-][0-9a-f]{8,64}\\.${types}`;
  const base64 = `assets/(.*/)?[^/]+-[A-Za-z0-9_-]{8}\\.${types}`;
  const below = pattern(plan.path);
  return {
    backendRefs,
    filters: [...filters, ...missing(plan, make), cacheControl(YEAR)],
    matches: [{ path: { type: "RegularExpression", value: `^${below}/(${folders}|${hex}|${base64})$` } }],
  };
}

/** A failed answer must not be kept as a good one is: in its place comes what the part says of a path it has not. */
function missing({ name, service, port }: RoutePlan, make: Make): RouteFilter[] {
  const page = { kind: "Service", name: service, port } as const;
  const errors = { query: NOWHERE, service: page, status: ["400-599"] };
  return [ref(make, `uncached-${name}`, { errors })];
}

function keep(plan: RoutePlan, make: Make): RouteFilter[] {
  const spa = plan.spa ? spaFallback(plan, make) : [];
  switch (plan.cache.kind) {
    case "none":
      return spa;
    case "assets":
      return [...spa, cacheControl(REVALIDATE)];
    case "age": {
      const { age, immutable } = plan.cache;
      const value = `public, max-age=${seconds(age)}${immutable ? ", immutable" : ""}`;
      return [...spa, ...missing(plan, make), cacheControl(value)];
    }
  }
}

function cacheControl(value: string): RouteFilter {
  return {
    responseHeaderModifier: { set: [{ name: "Cache-Control", value }] },
    type: "ResponseHeaderModifier",
  };
}

/**
 * The page for every unknown path. The question goes on without its conditions: a page that has not changed would
 * answer 304 and nothing, and that nothing would arrive as a page.
 */
function spaFallback(plan: RoutePlan, make: Make): RouteFilter[] {
  return [
    {
      requestHeaderModifier: { remove: ["If-None-Match", "If-Modified-Since"] },
      type: "RequestHeaderModifier",
    },
    ref(make, `page-${plan.name}`, {
      errors: {
        query: plan.strip ? "/" : plan.path,
        service: { kind: "Service", name: plan.service, port: plan.port },
        status: ["404"],
        statusRewrites: { "404": 200 },
      },
    }),
  ];
}

function headers(plan: RoutePlan, make: Make): RouteFilter {
  return ref(make, `headers-${plan.headersOf}`, { headers: headerSpec(plan.headers) });
}

function headerSpec(plan: HeaderPlan): NonNullable<MiddlewareSpec["headers"]> {
  const taken = Object.fromEntries(plan.remove.map((name) => [name, ""]));
  return {
    ...(plan.hsts === false
      ? {}
      : {
          // Also when the answer comes through another proxy: the visitor's side is what counts.
          forceSTSHeader: true,
          stsIncludeSubdomains: plan.hsts.subdomains,
          stsPreload: plan.hsts.preload,
          stsSeconds: seconds(plan.hsts.age),
        }),
    ...(plan.csp === undefined ? {} : { contentSecurityPolicy: plan.csp }),
    contentTypeNosniff: true,
    ...(plan.frame === undefined ? {} : { customFrameOptionsValue: plan.frame }),
    customResponseHeaders: { ...taken, ...plan.set },
    ...(plan.permissions === undefined ? {} : { permissionsPolicy: plan.permissions }),
    referrerPolicy: plan.referrer,
  };
}

/** By the address of the connection itself, which no header can change. */
function proxyOnly({ onlyFrom }: RoutePlan, make: Make): RouteFilter[] {
  return onlyFrom === undefined
    ? []
    : [ref(make, "proxy-only", { ipAllowList: { sourceRange: [...onlyFrom] } })];
}

function access({ access: plan, name, proxied }: RoutePlan, make: Make): RouteFilter[] {
  if (plan === undefined) return [];
  return [...allowList(plan, name, proxied, make), ...login(plan, name, make)];
}

function allowList({ allow }: AccessPlan, name: string, proxied: boolean, make: Make): RouteFilter[] {
  if (allow === undefined) return [];
  return [ref(make, `allow-${name}`, { ipAllowList: { sourceRange: [...allow], ...visitor(proxied) } })];
}

function login({ users }: AccessPlan, name: string, make: Make): RouteFilter[] {
  if (users === undefined) return [];
  // The part never sees the gateway's password.
  const basicAuth = { realm: "restricted", removeHeader: true, secret: users };
  return [ref(make, `login-${name}`, { basicAuth })];
}

function limit({ limit: plan, name, proxied }: RoutePlan, make: Make): RouteFilter[] {
  if (plan === undefined) return [];
  const { rate, burst, by } = plan;
  const rateLimit = { average: rate.count, burst, period: `${rate.per}ms`, ...counting(by, proxied) };
  return [ref(make, `limit-${name}`, { rateLimit })];
}

function concurrent(
  { concurrent: amount, limit: plan, name, proxied }: RoutePlan,
  make: Make,
): RouteFilter[] {
  if (amount === undefined) return [];
  // Unasked, Traefik counts those of all clients together here, by the host that they ask for.
  const each = { sourceCriterion: { ipStrategy: { depth: 0 } } };
  return [
    ref(make, `concurrent-${name}`, {
      inFlightReq: { amount, ...each, ...counting(plan?.by ?? "ip", proxied) },
    }),
  ];
}

function counting(by: string, proxied: boolean): Counting {
  const header = /^header:(.+)$/.exec(by)?.[1];
  if (header !== undefined) return { sourceCriterion: { requestHeaderName: header } };
  return proxied ? { sourceCriterion: visitor(proxied) } : {};
}

/** Behind Cloudflare the visitor is the last address it added, and Cloudflare the one who calls. */
function visitor(proxied: boolean): { ipStrategy?: { depth: number } } {
  return proxied ? { ipStrategy: { depth: 1 } } : {};
}

function bodyLimit({ body, name }: RoutePlan, make: Make): RouteFilter {
  const memory = Math.min(body.value, BODY_IN_MEMORY);
  return ref(make, `body-${name}`, {
    buffering: { maxRequestBodyBytes: body.value, memRequestBodyBytes: memory },
  });
}

function compress(plan: RoutePlan, make: Make): RouteFilter[] {
  if (!plan.compress) return [];
  // Events must leave when they happen, not when there are enough of them to be worth compressing.
  return [
    ref(make, "compress", {
      compress: { excludedContentTypes: ["text/event-stream"], minResponseBodyBytes: 1024 },
    }),
  ];
}

/** Another replica is asked when one could not be reached at all; what has been sent is never sent twice. */
function retry(plan: RoutePlan, make: Make): RouteFilter[] {
  return plan.stream ? [] : [ref(make, "retry", { retry: { attempts: 3, initialInterval: "50ms" } })];
}

function rewrite({ strip }: RoutePlan): RouteFilter[] {
  if (!strip) return [];
  return [
    { type: "URLRewrite", urlRewrite: { path: { replacePrefixMatch: "/", type: "ReplacePrefixMatch" } } },
  ];
}

/** A Service with the route's patience: Traefik does not read an HTTPRoute's timeouts. */
function backend(plan: RoutePlan, make: Make): BackendRef {
  const transport = make(`timeout-${plan.timeout.value / 1000}s`, "ServersTransport", ServersTransport, {
    forwardingTimeouts: {
      dialTimeout: "5s",
      idleConnTimeout: "90s",
      responseHeaderTimeout: `${plan.timeout.value}ms`,
    },
  });
  const cookie = { httpOnly: true, name: "replica", sameSite: "lax", secure: true } as const;
  const service = make(plan.name, "TraefikService", TraefikService, {
    weighted: {
      services: [
        {
          kind: "Service",
          name: plan.service,
          port: plan.port,
          serversTransport: transport.name,
          ...(plan.sticky ? { sticky: { cookie } } : {}),
        },
      ],
    },
  });
  return { group: GROUP, kind: "TraefikService", name: service.name };
}

function ref(make: Make, suffix: string, spec: Deep<MiddlewareSpec>): RouteFilter {
  const { name } = make(suffix, "Middleware", Middleware, spec);
  return { extensionRef: { group: GROUP, kind: "Middleware", name }, type: "ExtensionRef" };
}
