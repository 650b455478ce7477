/** What must answer from outside, from the stack's own settings: every route, every health endpoint behind one, and what the stack asks for itself. */
import type { Access, Route, Settings } from "../../config";
import type { Question } from "../lib/ask";

export interface Check {
  /** `GET https://api.example.com/health`, or the name of the stack's own. */
  name: string;
  /** undefined for what cannot be asked from outside; `why` says so. */
  question?: Question;
  why?: string;
  expect: Expectation;
  /** Who may not come in gets 401 or 403 there: an answer of the gateway alone. */
  closed: boolean;
}

export type Expectation =
  | { kind: "redirect"; to?: string }
  /** Any answer of the part: what it says to a stranger is its own business, as long as it is no failure. */
  | { kind: "served" }
  | { kind: "healthy" }
  | { kind: "said"; status: number; contains?: string | undefined };

const WITHIN = 10_000;

export function checksOf(settings: Settings): Check[] {
  const found = [
    ...redirects(settings),
    ...settings.routes.map((route) => routeCheck(route, settings)),
    ...health(settings),
    ...own(settings),
  ];
  // A health endpoint that is also a route is asked once, for more.
  const strict = new Map<string, Check>();
  for (const check of found) {
    const known = strict.get(check.name);
    if (known === undefined || known.expect.kind === "served") strict.set(check.name, check);
  }
  return [...strict.values()];
}

function redirects({ hosts }: Settings): Check[] {
  return Object.values(hosts).flatMap(({ name, redirect }) => {
    const target = redirect === undefined ? undefined : hosts[redirect]?.name;
    if (target === undefined) return [];
    return [get(`https://${name}/`, { kind: "redirect", to: `https://${target}` }, false)];
  });
}

function routeCheck(route: Route, settings: Settings): Check {
  const { host, path, probe, methods, redirect } = route;
  const name = settings.hosts[host]?.name ?? host;
  const expect: Expectation = redirect === undefined ? { kind: "served" } : { kind: "redirect" };
  const asked = typeof probe === "string" ? probe : path;
  const skipped = (why: string): Check => ({
    name: `${(methods ?? ["GET"]).join(", ")} https://${name}${path}`,
    why,
    expect,
    closed: false,
  });
  if (probe === false) return skipped("probe: false");
  if (asked.includes("*")) return skipped("a path with * has no one address; give the route a probe");
  if (probe === undefined && methods !== undefined && !methods.includes("GET")) {
    return skipped("it takes no GET; give it a probe, or a request under smoke");
  }
  return get(`https://${name}${asked}`, expect, isClosed(route, asked, settings));
}

/** Health endpoints of the parts behind routes. Those of others are asked by the cluster itself. */
function health(settings: Settings): Check[] {
  return Object.entries(settings.parts).flatMap(([part, said]) => {
    if (said.kind === "worker") return [];
    const paths = new Set([said.health.live, said.health.ready]);
    return [...paths].flatMap((path) => {
      if (path === undefined) return [];
      const route = settings.routes.find(
        (one) => one.to === part && !one.strip && leadsTo(path, one.host, settings) === one,
      );
      const host = route && settings.hosts[route.host];
      if (route === undefined || host === undefined) return [];
      return [get(`https://${host.name}${path}`, { kind: "healthy" }, isClosed(route, path, settings))];
    });
  });
}

function own({ smoke, hosts }: Settings): Check[] {
  return smoke.map(({ name, host, path, method, headers, json, status, contains, within }) => ({
    name,
    question: {
      url: `https://${hosts[host]?.name ?? host}${path}`,
      method,
      headers: { ...(json === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      within: within.value,
      whole: true,
    },
    expect: { kind: "said", status, contains },
    closed: false,
  }));
}

function get(url: string, expect: Expectation, closed: boolean): Check {
  return { name: `GET ${url}`, question: { url, within: WITHIN }, expect, closed };
}

/** The route a GET of a path takes: the longest that covers it. */
function leadsTo(path: string, host: string, { routes }: Settings): Route | undefined {
  return routes
    .filter((one) => one.host === host && (one.methods === undefined || one.methods.includes("GET")))
    .filter((one) => (one.exact ? path === one.path : covers(one.path, path)))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

const covers = (above: string, path: string) =>
  above === "/" || path === above || path.startsWith(`${above.replace(/\/$/, "")}/`);

/** Whether strangers are asked for a password there, or turned away. */
function isClosed(route: Route, path: string, { access }: Settings): boolean {
  if (route.access !== undefined) return !route.access.public && guarded(route.access);
  if (access === undefined || access.except.some((open) => covers(open, path))) return false;
  return guarded(access);
}

const guarded = ({ allow, basicAuth }: Pick<Access, "allow" | "basicAuth">) =>
  allow !== undefined || basicAuth !== undefined;
