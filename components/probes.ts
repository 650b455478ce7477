/** Probes from a part's health settings: one for the start, one for traffic, one for life. */
import type * as k8s from "@pulumi/kubernetes";
import type { Duration } from "../config";
import { seconds } from "./pod";

type Probe = k8s.types.input.core.v1.Probe;

/** How a part says that it is well. */
export interface Health {
  /** Path that answers 200 while the process is worth keeping. */
  readonly live?: string | undefined;
  /** Path that answers 200 while traffic may come. */
  readonly ready?: string | undefined;
  /** For parts that do not listen: a port only probes use. */
  readonly port?: number | undefined;
  /** For parts without any port: a command that exits 0 while all is well. */
  readonly command?: readonly string[] | undefined;
  readonly interval: Duration;
  readonly timeout: Duration;
  /** Failed probes before a restart, or before traffic stops. */
  readonly failures: number;
  /** Time to start before failed probes count. */
  readonly startup: Duration;
}

export type Probes = Pick<
  k8s.types.input.core.v1.Container,
  "livenessProbe" | "readinessProbe" | "startupProbe"
>;

/** The startup probe looks often, so that a quick start is seen at once; the others look at the given interval. */
export function probes(health: Health, port: string | undefined): Probes {
  const live = check(health, port, health.live);
  const ready = check(health, port, health.ready ?? health.live);
  if (live === undefined || ready === undefined) return {};
  const pace = {
    failureThreshold: health.failures,
    periodSeconds: seconds(health.interval),
    timeoutSeconds: seconds(health.timeout),
  };
  const often = Math.min(2, pace.periodSeconds);
  return {
    livenessProbe: { ...live, ...pace },
    readinessProbe: { ...ready, ...pace, periodSeconds: Math.min(5, pace.periodSeconds) },
    startupProbe: {
      // Life, not readiness: a database that is down must not keep its clients restarting.
      ...live,
      failureThreshold: Math.max(health.failures, Math.ceil(seconds(health.startup) / often)),
      periodSeconds: often,
      timeoutSeconds: pace.timeoutSeconds,
    },
  };
}

function check(health: Health, port: string | undefined, path: string | undefined): Probe | undefined {
  if (health.command !== undefined) return { exec: { command: [...health.command] } };
  if (port !== undefined && path !== undefined) return { httpGet: { path, port } };
  return undefined;
}
