/** What is reachable from outside: every route leads somewhere, none hides another, numbers agree. */
import type { Problem } from "../problems";
import type { Route, Settings } from "../settings";
import type { Measured } from "../units";
import { type Check, problem, repeated, unknownName } from "./check";

const CLOUDFLARE_BODY = { free: 100e6, pro: 100e6, business: 200e6, enterprise: 500e6 } as const;

export const routes: Check = (settings) => {
  const all = settings.routes.map((route, index) => ({ ...route, where: `routes[${index}]` }));
  return [
    ...all.flatMap((route) => [...ends(settings, route), ...limits(settings, route), ...answers(route)]),
    ...promises(settings, all),
    ...collisions(all),
    ...hosts(settings),
    ...smoke(settings),
  ];
};

type Placed = Route & { readonly where: string };

function ends(settings: Settings, { where, host, to, redirect }: Placed): Problem[] {
  const found: Problem[] = [];
  const known = settings.hosts[host];
  if (known === undefined)
    found.push(unknownName(`${where}.host`, host, "an entry of hosts", Object.keys(settings.hosts)));
  else if (known.redirect !== undefined) {
    found.push(
      problem(
        `${where}.host`,
        `"${host}", which redirects everything to ${known.redirect}`,
        "hosts that do not redirect",
        "route the other host",
      ),
    );
  }
  if (to === undefined && redirect === undefined)
    found.push(problem(where, "neither to nor redirect", "one of them", "write to: and a part"));
  if (to !== undefined && redirect !== undefined)
    found.push(problem(where, "both to and redirect", "one of them", "take one out"));
  if (to === undefined) return found;
  const part = settings.parts[to];
  if (part === undefined) found.push(unknownName(`${where}.to`, to, "a part", Object.keys(settings.parts)));
  else if (part.kind === "worker") {
    found.push(
      problem(
        `${where}.to`,
        `"${to}", a worker, which has no port`,
        "parts of kind api or web",
        "make it kind api with a port, or route another part",
      ),
    );
  }
  return found;
}

function limits(settings: Settings, route: Placed): Problem[] {
  const { where, body, host, limit, concurrent } = route;
  const found: Problem[] = [];
  const most = CLOUDFLARE_BODY[settings.dns.plan];
  if (
    settings.dns.provider === "cloudflare" &&
    settings.hosts[host]?.proxied === true &&
    body.value > most * 1.048576
  ) {
    found.push(
      problem(
        `${where}.body`,
        body.text,
        `at most ${most / 1e6} MB through Cloudflare's proxy on the ${settings.dns.plan} plan`,
        `write hosts.${host}: {name: ${settings.hosts[host].name}, proxied: false}, or raise dns.plan`,
      ),
    );
  }
  if (route.redirect !== undefined && (limit !== undefined || concurrent !== undefined)) {
    found.push(
      problem(`${where}.limit`, "a limit on a redirect", "limits on routes to a part", "take it out"),
    );
  }
  return found;
}

function answers(route: Placed): Problem[] {
  const { where, cache, methods, stream } = route;
  const found: Problem[] = [];
  if (cache.kind !== "none" && methods !== undefined && !methods.includes("GET")) {
    found.push(
      problem(
        `${where}.cache`,
        `a cache for ${methods.join(", ")}`,
        "a cache for routes with GET",
        "take it out",
      ),
    );
  }
  if (cache.kind !== "none" && stream)
    found.push(problem(`${where}.cache`, "a cache for a stream", "one of them", "take one out"));
  if (route.strip && route.path.includes("*")) {
    found.push(
      problem(
        `${where}.strip`,
        `strip of "${route.path}"`,
        "strip of a path without *",
        "take it out, or write the path in full",
      ),
    );
  }
  const badPath = /\/\/|\/\.\.?(?:\/|$)/.exec(route.path);
  if (badPath !== null)
    found.push(
      problem(
        `${where}.path`,
        `"${route.path}"`,
        "a path without //, . or ..",
        "write it as visitors ask for it",
      ),
    );
  return found;
}

/** A promised time beyond a route's timeout can never be seen kept: said once where the promise stands. */
function promises(settings: Settings, all: readonly Placed[]): Problem[] {
  const broken = all.flatMap((route) => {
    const part = route.to === undefined ? undefined : settings.parts[route.to];
    if (part === undefined || part.kind === "worker" || route.stream) return [];
    const said: [string, Measured | undefined][] = [
      [`${route.where}.targets.p95`, route.targets?.p95],
      [`parts.${route.to ?? ""}.targets.p95`, part.targets?.p95],
      ["targets.p95", settings.targets.p95],
    ];
    const [path, target] = said.find(([, promise]) => promise !== undefined) ?? [];
    if (path === undefined || target === undefined || target.value <= route.timeout.value) return [];
    const most = `at most ${route.where}.timeout (${route.timeout.text}), after which there is no answer`;
    return [problem(path, target.text, most, "lower it, or lengthen the timeout")];
  });
  return broken.filter(({ path }, index) => broken.findIndex((other) => other.path === path) === index);
}

function collisions(all: readonly Placed[]): Problem[] {
  return all.flatMap((route, index) => {
    const other = all
      .slice(0, index)
      .find((earlier) => samePlace(route, earlier) && sharedMethod(route, earlier));
    if (other === undefined) return [];
    const what = `${route.host} ${route.path}${route.exact ? " (exact)" : ""}`;
    return [
      problem(
        route.where,
        `${what}, as ${other.where} has`,
        "one route for a host, path and method",
        "take one out, or give them methods",
      ),
    ];
  });
}

function samePlace(a: Route, b: Route): boolean {
  const place = ({ host, path, exact }: Route) => `${host} ${path.replace(/(?<=.)\/+$/, "")} ${exact}`;
  return place(a) === place(b);
}

function sharedMethod(a: Route, b: Route): boolean {
  // Gateway API prefers the route that names methods, so one with and one without do not collide.
  if (a.methods === undefined || b.methods === undefined) return a.methods === b.methods;
  return a.methods.some((method) => b.methods?.includes(method));
}

function hosts(settings: Settings): Problem[] {
  const entries = Object.entries(settings.hosts);
  const used = new Set(settings.routes.map((route) => route.host));
  const found = repeated(entries, ([, host]) => host.name).map(({ item: [key, { name }], first: [other] }) =>
    problem(`hosts.${key}`, `"${name}", as hosts.${other} has`, "each name once", "take one out"),
  );
  for (const [key, host] of entries) {
    if (host.redirect === undefined) {
      if (!used.has(key))
        found.push(
          problem(
            `hosts.${key}`,
            "a host without a route",
            "hosts that routes use",
            "add a route, or take it out",
          ),
        );
    } else if (!(host.redirect in settings.hosts)) {
      found.push(
        unknownName(
          `hosts.${key}.redirect`,
          host.redirect,
          "another entry of hosts",
          Object.keys(settings.hosts),
        ),
      );
    } else if (settings.hosts[host.redirect]?.redirect !== undefined) {
      found.push(
        problem(
          `hosts.${key}.redirect`,
          `"${host.redirect}", which redirects as well`,
          "a host that does not redirect",
          "name the last one",
        ),
      );
    }
  }
  return found;
}

function smoke(settings: Settings): Problem[] {
  return settings.smoke.flatMap(({ host, json, method }, index) => [
    ...(host in settings.hosts
      ? []
      : [unknownName(`smoke[${index}].host`, host, "an entry of hosts", Object.keys(settings.hosts))]),
    ...(json !== undefined && (method === "GET" || method === "HEAD")
      ? [
          problem(
            `smoke[${index}].json`,
            `a body with ${method}`,
            "a body with POST, PUT, PATCH or DELETE",
            "write method: POST",
          ),
        ]
      : []),
  ]);
}
