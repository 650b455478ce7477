/**
 * What the stacks of a zone want of it, as one: settings, cache rules, limits at the edge. A zone has one value of each
 * setting and one list of rules a phase, so two stacks cannot each own theirs.
 */
import type { Rate, Settings } from "../config";

/** A stack by its file's name. */
export interface Member {
  readonly stack: string;
  readonly settings: Settings;
}

export interface CacheRule {
  readonly description: string;
  readonly expression: string;
  /** Seconds at the edge; undefined: nothing is kept. */
  readonly seconds: number | undefined;
  readonly query: boolean;
}

export interface LimitRule {
  readonly description: string;
  readonly expression: string;
  readonly requests: number;
  readonly period: number;
}

export interface ZonePlan {
  readonly settings: Readonly<Record<string, string>>;
  readonly cache: readonly CacheRule[];
  readonly limits: readonly LimitRule[];
  readonly waf: boolean;
}

type Plan = Settings["dns"]["plan"];

/** How many limits at the edge a plan has, and the periods it counts over. */
const LIMITS: Readonly<Record<Plan, { rules: number; periods: readonly number[] }>> = {
  free: { rules: 1, periods: [10] },
  pro: { rules: 2, periods: [10, 60] },
  business: { rules: 5, periods: [10, 60, 600] },
  enterprise: { rules: 100, periods: [10, 60, 120, 300, 600, 3600] },
};
const YEAR = 31_536_000;

/** The stacks that name the zone. */
export const membersOf = (zone: string, stacks: readonly Member[]): Member[] =>
  stacks.filter(({ settings: { dns } }) => dns.provider === "cloudflare" && dns.zone === zone);

export function planOf(zone: string, stacks: readonly Member[]): ZonePlan {
  const members = membersOf(zone, stacks);
  if (members.length === 0) {
    const names = stacks.map(({ stack }) => stack).join(", ");
    throw new Error(`zone: found ${zone}, which no stack names in dns.zone; looked in ${names}`);
  }
  const plan = agreed(members, "dns.plan", ({ dns }) => dns.plan);
  const minimum = agreed(members, "tls.minimum", ({ tls }) => tls.minimum);
  const waf = agreed(members, "dns.waf", ({ dns }) => dns.waf);
  return {
    cache: members.flatMap(cacheRules),
    limits: limitRules(members, plan),
    settings: {
      always_use_https: "on",
      automatic_https_rewrites: "on",
      http3: "on",
      min_tls_version: minimum,
      // To the origin only over TLS, and only with a certificate that is really its own.
      ssl: "strict",
      tls_1_3: "on",
    },
    waf: waf && plan !== "free",
  };
}

/** A zone has one of it: those who share the zone must want the same. */
function agreed<T extends string | boolean>(
  members: readonly Member[],
  key: string,
  of: (settings: Settings) => T,
): T {
  const wanted = new Map(members.map(({ stack, settings }) => [of(settings), stack] as const));
  const [first, ...others] = wanted.keys();
  if (first === undefined || others.length > 0) {
    const found = members.map(({ stack, settings }) => `${String(of(settings))} in ${stack}`).join(", ");
    throw new Error(
      `${key}: found ${found}; allowed: one value for all stacks of a zone; change one of them`,
    );
  }
  return first;
}

/** Hosts behind the proxy, by the names routes use. */
const proxiedHosts = ({ settings }: Member): [string, string][] =>
  Object.entries(settings.hosts).flatMap(([name, host]) => (host.proxied ? [[name, host.name]] : []));

const quoted = (text: string) => JSON.stringify(text);

/** Rules of one host, the more general path first: of several that match, Cloudflare takes the last. */
function cacheRules(member: Member): CacheRule[] {
  return proxiedHosts(member).flatMap(([name, host]) =>
    member.settings.routes
      .filter((route) => route.host === name && route.to !== undefined && !route.path.includes("*"))
      .sort((a, b) => a.path.length - b.path.length)
      .flatMap((route): CacheRule[] => {
        const about = {
          description: `${member.stack}: ${host}${route.path}`,
          expression: where(host, route),
        };
        if (route.cache.kind === "none") return [{ ...about, query: true, seconds: undefined }];
        if (route.cache.kind === "age")
          return [{ ...about, query: route.cache.query, seconds: route.cache.age.value / 1000 }];
        // Pages are asked for each time; files whose names change with their content are not.
        const files = `${about.expression} and http.request.uri.path matches ${quoted(HASHED)}`;
        return [
          { ...about, query: true, seconds: undefined },
          ...(member.settings.dns.plan === "business" || member.settings.dns.plan === "enterprise"
            ? [{ ...about, expression: files, query: false, seconds: YEAR }]
            : [{ ...about, expression: `${about.expression} and ${ASSETS}`, query: false, seconds: YEAR }]),
        ];
      }),
  );
}

/** Regular expressions are for the larger plans; the others know file endings. */
const HASHED = "[.-][0-9A-Za-z_-]{8,64}\\.(js|mjs|css|woff2?|svg|png|jpe?g|webp|avif|ico|wasm)$";
const ASSETS =
  '(starts_with(http.request.uri.path, "/assets/") or starts_with(http.request.uri.path, "/_next/static/"))';

function where(host: string, { path, exact }: Pick<Settings["routes"][number], "path" | "exact">): string {
  const at = `http.host eq ${quoted(host)}`;
  if (exact) return `(${at} and http.request.uri.path eq ${quoted(path)})`;
  if (path === "/") return `(${at})`;
  const below = `starts_with(http.request.uri.path, ${quoted(`${path}/`)})`;
  return `(${at} and (http.request.uri.path eq ${quoted(path)} or ${below}))`;
}

/** As many as the plan has, the strictest first: those protect passwords. The gateway keeps all of them in any case. */
function limitRules(members: readonly Member[], plan: Plan): LimitRule[] {
  const { rules, periods } = LIMITS[plan];
  return members
    .flatMap((member) =>
      proxiedHosts(member).flatMap(([name, host]) =>
        member.settings.routes
          .filter((route) => route.host === name && route.limit?.by === "ip" && !route.path.includes("*"))
          .map((route) => ({ host, member, route })),
      ),
    )
    .flatMap(({ host, member, route }) =>
      route.limit === undefined
        ? []
        : [
            {
              description: `${member.stack}: ${host}${route.path}`,
              expression: where(host, route),
              ...over(route.limit.rate, route.limit.burst, periods),
            },
          ],
    )
    .sort((a, b) => a.requests / a.period - b.requests / b.period)
    .slice(0, rules);
}

/** The rate over the longest period the plan counts, and the burst once: never stricter than the gateway. */
function over(rate: Rate, burst: number, periods: readonly number[]): { requests: number; period: number } {
  const period = periods.at(-1) ?? 10;
  const perSecond = (rate.count / rate.per) * 1000;
  return { period, requests: Math.max(1, Math.ceil(perSecond * period) + burst) };
}
