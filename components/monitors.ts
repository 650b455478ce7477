/** What the Prometheus operator is told to read. */
import type { Duration } from "../config";
import { customResource } from "./crds";
import type { ProbeSpec } from "./kinds/probe";
import type { PodMonitorSpec } from "./kinds/pod-monitor";
import type { ServiceMonitorSpec } from "./kinds/service-monitor";

interface Endpoint {
  path: string;
  port: string;
  interval: string;
  scrapeTimeout: string;
  metricRelabelings?: Relabeling[];
}

/** What is done to series before they are stored. */
export interface Relabeling {
  action: "keep" | "drop" | "replace";
  regex?: string;
  replacement?: string;
  sourceLabels?: string[];
  targetLabel?: string;
}

export const ServiceMonitor = customResource<ServiceMonitorSpec>(
  "monitoring.coreos.com/v1",
  "ServiceMonitor",
);

export const PodMonitor = customResource<PodMonitorSpec>("monitoring.coreos.com/v1", "PodMonitor");

export const Probe = customResource<ProbeSpec>("monitoring.coreos.com/v1", "Probe");

/** Our own labels come along as `app_kubernetes_io_name`, by which rules and dashboards tell parts apart. */
const TARGET_LABELS = ["app.kubernetes.io/name", "app.kubernetes.io/part-of"];

export function endpoint(port: string, path: string, interval: Duration, kept?: Relabeling[]): Endpoint {
  return { ...readEvery(interval), path, port, ...(kept === undefined ? {} : { metricRelabelings: kept }) };
}

export function readEvery(interval: Duration): { interval: string; scrapeTimeout: string } {
  // Prometheus refuses a timeout longer than the interval.
  const timeout = Math.min(10, Math.floor(interval.value / 1000));
  return { interval: `${Math.floor(interval.value / 1000)}s`, scrapeTimeout: `${timeout}s` };
}

/** Of all that is read, only the series of these names (regular expressions, whole names). */
export function keeping(...names: readonly string[]): Relabeling {
  return { action: "keep", regex: names.join("|"), sourceLabels: ["__name__"] };
}

export function serviceMonitorSpec(
  selector: Record<string, string>,
  ...endpoints: Endpoint[]
): ServiceMonitorSpec {
  return { endpoints, selector: { matchLabels: selector }, targetLabels: TARGET_LABELS };
}

export function podMonitorSpec(selector: Record<string, string>, ...endpoints: Endpoint[]): PodMonitorSpec {
  return {
    podMetricsEndpoints: endpoints,
    podTargetLabels: TARGET_LABELS,
    selector: { matchLabels: selector },
  };
}
