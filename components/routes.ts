/** What routes come down to, as pure functions: their names, redirects, headers and exceptions. */
import type { Access, Route, Settings } from "../config";
import type { HeaderPlan } from "./gateway";
import type { RouteFilter, RouteRule } from "./gateway-api";
import { physicalName } from "./naming";

/** An API answers programs: a browser that opens it gets nothing to run. */
const API_CSP = "default-src 'none'; frame-ancestors 'none'";

export function listenerOf(host: string): string {
  return `https-${host}`;
}

export function kindWord(kind: string): string {
  return kind.replace(/[a-z](?=[A-Z])/g, "$&-").toLowerCase();
}

/** `api-upload`, or with a hash where words alone could mean two routes. */
export function routeName({ host, path, exact, methods }: Route): string {
  const steps = path.split("/").filter(Boolean);
  const extra = [...(exact ? ["exact"] : []), ...(methods ?? []).map((method) => method.toLowerCase())];
  const plain = steps.every((step) => /^[a-z0-9]+$/.test(step)) && path.length < 40;
  const words = steps.length === 0 ? ["all"] : steps;
  if (plain) return [host, ...words, ...extra].join("-");
  return physicalName("HTTPRoute", `${host}${path}`, ...extra);
}

export function below(path: string, of: string): boolean {
  return of === "/" || path === of || path.startsWith(`${of.replace(/\/$/, "")}/`);
}

export function redirectRule(to: { hostname?: string; scheme?: "https" }): RouteRule {
  return {
    filters: [{ requestRedirect: { ...to, statusCode: 301 }, type: "RequestRedirect" }],
    matches: [{ path: { type: "PathPrefix", value: "/" } }],
  };
}

/** A redirect a stack asks for may change its mind: 302. */
export function redirectRoute({ path, exact }: Route, target: string): RouteRule {
  const url = target.startsWith("/") ? undefined : new URL(target);
  const full = url === undefined ? target : url.pathname;
  const filter: RouteFilter = {
    requestRedirect: {
      path: { replaceFullPath: full, type: "ReplaceFullPath" },
      statusCode: 302,
      ...(url === undefined
        ? {}
        : {
            hostname: url.hostname,
            scheme: url.protocol === "http:" ? "http" : "https",
            ...(url.port === "" ? {} : { port: Number(url.port) }),
          }),
    },
    type: "RequestRedirect",
  };
  return { filters: [filter], matches: [{ path: { type: exact ? "Exact" : "PathPrefix", value: path } }] };
}

export function headersOf(headers: Settings["headers"], route: Route, web: boolean): HeaderPlan {
  const set = { ...headers.add, ...route.headers };
  const said = (name: string) => Object.keys(set).some((key) => key.toLowerCase() === name);
  const csp = web ? headers.csp || undefined : API_CSP;
  return {
    csp: said("content-security-policy") ? undefined : csp,
    frame: headers.frame || undefined,
    hsts: headers.hsts,
    permissions: headers.permissions || undefined,
    referrer: headers.referrer,
    remove: headers.remove,
    set,
  };
}

/** Routes of their own for what is open although its surroundings are not. */
export function exceptions(routes: readonly Route[], access: Access | undefined): Route[] {
  if (access === undefined) return [];
  const open = { allow: undefined, basicAuth: undefined, public: true };
  return access.except.flatMap((path) => {
    if (routes.some((route) => route.path === path && route.methods === undefined)) return [];
    const nearest = routes
      .filter((route) => route.to !== undefined && below(path, route.path) && !route.exact)
      .sort((a, b) => b.path.length - a.path.length)[0];
    return nearest === undefined ? [] : [{ ...nearest, access: open, path, strip: false }];
  });
}
