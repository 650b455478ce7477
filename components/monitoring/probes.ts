/** How each route is looked at from outside: which address is asked, and what counts as an answer. */
import { type Duration, platform, type Route, type Settings } from "../../config";
import type { ProbeSpec } from "../kinds/probe";
import { keeping, readEvery } from "../monitors";
import { below } from "../routes";
import { PROBE_SERIES } from "./series";

/** A route and what must be known to ask it. */
export interface ProbedRoute {
  readonly route: Pick<Route, "path" | "exact">;
  /** The host's name. */
  readonly host: string;
  readonly part: string;
  /** Where its part says that it is well. */
  readonly health?: string | undefined;
}

export interface ProbesArgs {
  readonly routes: Readonly<Record<string, ProbedRoute>>;
  readonly interval: Duration;
  /** Whether who signed the certificates is known to all the world. */
  readonly trusted: boolean;
}

/** Names under it are the asking machine's own: the gateway is asked by its Service, and told the name. */
const LOOPBACK = /(^|\.)localhost$/;

export function probeSpec(
  args: ProbesArgs,
  name: string,
  { health, host, part, route }: ProbedRoute,
): ProbeSpec {
  const inside = LOOPBACK.test(host);
  const healthy = health !== undefined && !route.exact && below(health, route.path);
  const { gateway, monitoring } = platform;
  const door = inside ? `${gateway.service}.${gateway.namespace}.svc` : host;
  return {
    ...readEvery(args.interval),
    metricRelabelings: [keeping(...PROBE_SERIES)],
    module: `${healthy ? "healthy" : "answers"}${args.trusted && !inside ? "" : "-local"}`,
    prober: { url: `${monitoring.blackbox}.${monitoring.namespace}.svc:9115` },
    targets: {
      staticConfig: {
        labels: { part, route: name },
        relabelingConfigs: inside
          ? [{ action: "replace", replacement: host, targetLabel: "__param_hostname" }]
          : [],
        static: [`https://${door}${healthy ? health : route.path}`],
      },
    },
  };
}

/** An authority of one's own is trusted by nobody who was not told. */
export const trusted = ({ issuer }: Settings["tls"]): boolean =>
  !["acme", "letsencrypt-staging", "local"].includes(issuer);
