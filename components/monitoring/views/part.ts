/** One part: its requests, its promises, its pods. */
import { queueDepth } from "../queries";
import { recorded } from "../recordings";
import { ask, asking, type Panel, type View } from "./view";

export const part =
  (name: string): View =>
  (args, window) => {
    const { namespace } = args.watched;
    const said = args.parts[name];
    if (said === undefined) return [];
    const routes = Object.entries(args.routes).filter(([, route]) => route.part === name);
    const asked = (title: string, unit: Panel["unit"], ...names: Parameters<typeof ask>[2][]): Panel => ({
      queries: names.flatMap((one) => ask(args, window, one, name, one)),
      title,
      unit,
    });
    const depth = said.scale.queue && queueDepth(args.watched, said.scale.queue.redis);
    const deployment = `namespace="${namespace}",deployment="${name}"`;
    return asking(
      {
        limit: { at: 0, worse: "below" },
        queries: routes.map(([route]) => ({
          expr: recorded(namespace, route).budgetLeft.series,
          legend: route,
        })),
        shows: "number",
        title: "Error budget left",
        unit: "share",
      },
      {
        queries: routes.map(([route]) => ({
          expr: recorded(namespace, route).requests.series,
          legend: route,
        })),
        title: "Requests by route",
        unit: "a second",
      },
      {
        queries: routes.map(([route]) => ({
          expr: recorded(namespace, route).errorRatio("5m").series,
          legend: route,
        })),
        title: "Errors by route",
        unit: "share",
      },
      asked("Time of an answer", "seconds", "p50", "p95", "p99"),
      asked("CPU and memory of their limits", "share", "cpu", "memory"),
      asked("Restarts in an hour", "count", "restarts"),
      {
        queries: [
          { expr: `max(kube_deployment_status_replicas_available{${deployment}})`, legend: "that serve" },
          { expr: `max(kube_deployment_spec_replicas{${deployment}})`, legend: "wanted" },
        ],
        title: "Replicas",
        unit: "count",
      },
      {
        queries: depth === undefined ? [] : [{ expr: depth, legend: "waiting" }],
        title: "Jobs in its queue",
        unit: "count",
      },
    );
  };
