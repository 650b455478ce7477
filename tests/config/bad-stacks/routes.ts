/** Stack files that are wrong, with the exact message: routes and hosts. */
import type { BadStack } from "./bad-stack";

export const routes: readonly BadStack[] = [
  {
    name: "a route to an unknown part",
    changes: {
      routes: [
        { host: "api", to: "apy" },
        { host: "app", to: "web" },
      ],
    },
    lines: ['routes[0].to: found "apy"; allowed: a part (api, web, worker); did you mean "api"?'],
  },
  {
    name: "a route to a worker",
    changes: {
      routes: [
        { host: "api", to: "worker" },
        { host: "app", to: "web" },
      ],
    },
    lines: [
      'routes[0].to: found "worker", a worker, which has no port; allowed: parts of kind api or web; make it kind api with a port, or route another part',
    ],
  },
  {
    name: "a route of an unknown host",
    changes: {
      routes: [
        { host: "apl", to: "api" },
        { host: "app", to: "web" },
        { host: "api", to: "api" },
      ],
    },
    lines: ['routes[0].host: found "apl"; allowed: an entry of hosts (api, app); did you mean "api"?'],
  },
  {
    name: "a host without a route",
    changes: { "hosts.admin": "admin.example.com" },
    lines: [
      "hosts.admin: found a host without a route; allowed: hosts that routes use; add a route, or take it out",
    ],
  },
  {
    name: "a host twice",
    changes: { "hosts.admin": { name: "app.example.com", redirect: "app" } },
    lines: ['hosts.app: found "app.example.com", as hosts.admin has; allowed: each name once; take one out'],
  },
  {
    name: "a redirect to an unknown host",
    changes: { "hosts.www": { name: "www.example.com", redirect: "ap" } },
    lines: [
      'hosts.www.redirect: found "ap"; allowed: another entry of hosts (api, app, www); did you mean "api"?',
    ],
  },
  {
    name: "a redirect to a redirect",
    changes: {
      "hosts.www": { name: "www.example.com", redirect: "old" },
      "hosts.old": { name: "old.example.com", redirect: "app" },
    },
    lines: [
      'hosts.www.redirect: found "old", which redirects as well; allowed: a host that does not redirect; name the last one',
    ],
  },
  {
    name: "a route of a host that redirects",
    changes: { "hosts.api": { name: "api.example.com", redirect: "app" } },
    lines: [
      'routes[0].host: found "api", which redirects everything to app; allowed: hosts that do not redirect; route the other host',
      'routes[1].host: found "api", which redirects everything to app; allowed: hosts that do not redirect; route the other host',
    ],
  },
  {
    name: "a route to nowhere",
    changes: { routes: [{ host: "api" }, { host: "app", to: "web" }] },
    lines: ["routes[0]: found neither to nor redirect; allowed: one of them; write to: and a part"],
  },
  {
    name: "a route to two places",
    changes: {
      routes: [
        { host: "api", to: "api", redirect: "https://example.com" },
        { host: "app", to: "web" },
      ],
    },
    lines: ["routes[0]: found both to and redirect; allowed: one of them; take one out"],
  },
  {
    name: "two routes in one place",
    changes: {
      routes: [
        { host: "api", path: "/docs", to: "api" },
        { host: "api", path: "/docs/", to: "api" },
        { host: "app", to: "web" },
      ],
    },
    lines: [
      "routes[1]: found api /docs/, as routes[0] has; allowed: one route for a host, path and method; take one out, or give them methods",
    ],
  },
  {
    name: "two routes of one method",
    changes: {
      routes: [
        { host: "api", to: "api", methods: ["GET", "POST"] },
        { host: "api", to: "web", methods: ["POST"] },
        { host: "app", to: "web" },
      ],
    },
    lines: [
      "routes[1]: found api /, as routes[0] has; allowed: one route for a host, path and method; take one out, or give them methods",
    ],
  },
  {
    name: "a path that climbs",
    changes: {
      routes: [
        { host: "api", path: "/a/../b", to: "api" },
        { host: "app", to: "web" },
      ],
    },
    lines: [
      'routes[0].path: found "/a/../b"; allowed: a path without //, . or ..; write it as visitors ask for it',
    ],
  },
  {
    name: "a promise beyond the timeout",
    changes: { "targets.p95": "60s" },
    lines: [
      "targets.p95: found 60s; allowed: at most routes[0].timeout (30s), after which there is no answer; lower it, or lengthen the timeout",
    ],
  },
  {
    name: "a route's promise beyond its timeout",
    changes: {
      routes: [
        { host: "api", to: "api", timeout: "5s", targets: { p95: "10s" } },
        { host: "app", to: "web" },
      ],
    },
    lines: [
      "routes[0].targets.p95: found 10s; allowed: at most routes[0].timeout (5s), after which there is no answer; lower it, or lengthen the timeout",
    ],
  },
  {
    name: "an upload Cloudflare refuses",
    changes: {
      routes: [
        { host: "api", to: "api", body: "200Mi" },
        { host: "app", to: "web" },
      ],
    },
    lines: [
      "routes[0].body: found 200Mi; allowed: at most 100 MB through Cloudflare's proxy on the free plan; write hosts.api: {name: api.example.com, proxied: false}, or raise dns.plan",
    ],
  },
  {
    name: "a cache of what is posted",
    changes: {
      routes: [
        { host: "api", to: "api", methods: ["POST"], cache: { age: "1h" } },
        { host: "app", to: "web" },
      ],
    },
    lines: ["routes[0].cache: found a cache for POST; allowed: a cache for routes with GET; take it out"],
  },
  {
    name: "a cached stream",
    changes: {
      routes: [
        { host: "api", to: "api", stream: true, cache: "assets" },
        { host: "app", to: "web" },
      ],
    },
    lines: ["routes[0].cache: found a cache for a stream; allowed: one of them; take one out"],
  },
  {
    name: "a stripped pattern",
    changes: {
      routes: [
        { host: "api", path: "/v*/x", to: "api", strip: true },
        { host: "app", to: "web" },
      ],
    },
    lines: [
      'routes[0].strip: found strip of "/v*/x"; allowed: strip of a path without *; take it out, or write the path in full',
    ],
  },
  {
    name: "a limited redirect",
    changes: {
      routes: [
        { host: "api", redirect: "https://example.com", limit: "10/s" },
        { host: "app", to: "web" },
      ],
    },
    lines: ["routes[0].limit: found a limit on a redirect; allowed: limits on routes to a part; take it out"],
  },
  {
    name: "a limit by something unknown",
    changes: {
      routes: [
        { host: "api", to: "api", limit: { rate: "10/s", by: "cookie" } },
        { host: "app", to: "web" },
      ],
    },
    lines: ['routes[0].limit.by: found "cookie"; allowed: ip, or header: and a header\'s name'],
  },
  {
    name: "a smoke test with a body it cannot send",
    changes: { smoke: [{ name: "x", host: "api", path: "/", json: { a: 1 } }] },
    lines: [
      "smoke[0].json: found a body with GET; allowed: a body with POST, PUT, PATCH or DELETE; write method: POST",
    ],
  },
  {
    name: "a smoke test of an unknown host",
    changes: { smoke: [{ name: "x", host: "apl", path: "/" }] },
    lines: ['smoke[0].host: found "apl"; allowed: an entry of hosts (api, app); did you mean "api"?'],
  },
];
