/** What the Prometheus operator is told to read. */
import type { Duration } from "../config";
import { customResource } from "./crds";
import type { PodMonitorSpec } from "./kinds/pod-monitor";
import type { ServiceMonitorSpec } from "./kinds/service-monitor";

interface Endpoint {
  path: string;
  port: string;
  interval: string;
  scrapeTimeout: string;
}

export const ServiceMonitor = customResource<ServiceMonitorSpec>(
  "monitoring.coreos.com/v1",
  "ServiceMonitor",
);

export const PodMonitor = customResource<PodMonitorSpec>("monitoring.coreos.com/v1", "PodMonitor");

/** Our own labels come along as `app_kubernetes_io_name`, by which rules and dashboards tell parts apart. */
const TARGET_LABELS = ["app.kubernetes.io/name", "app.kubernetes.io/part-of"];

export function endpoint(port: string, path: string, interval: Duration): Endpoint {
  // Prometheus refuses a timeout longer than the interval.
  const timeout = Math.min(10, Math.floor(interval.value / 1000));
  return { interval: `${Math.floor(interval.value / 1000)}s`, path, port, scrapeTimeout: `${timeout}s` };
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
