/** The product at a glance: what it promised, what is left of it, what rings. */
import { recorded } from "../recordings";
import { ask, asking, type Panel, type View } from "./view";

export const overview: View = (args, window) => {
  const { namespace } = args.watched;
  const served = Object.keys(args.parts).filter((part) => part in args.watched.requests);
  const routes = Object.entries(args.routes);
  const each = (title: string, unit: Panel["unit"], name: "requests" | "errors" | "p95"): Panel => ({
    queries: served.flatMap((part) => ask(args, window, name, part)),
    title,
    unit,
  });
  return asking(
    {
      description: "Of the failures that a month allows, the share that has not happened yet.",
      limit: { at: 0, worse: "below" },
      queries: routes.map(([name]) => ({
        expr: recorded(namespace, name).budgetLeft.series,
        legend: name,
      })),
      shows: "number",
      title: "Error budget left",
      unit: "share",
    },
    {
      queries: routes.map(([name]) => ({
        expr: `1 - ${recorded(namespace, name).errorRatio("30d").series}`,
        legend: name,
      })),
      shows: "number",
      title: "Availability over 30 days",
      unit: "share",
    },
    {
      limit: { at: 1, worse: "above" },
      queries: [
        {
          expr: `count by (severity) (ALERTS{namespace="${namespace}",alertstate="firing",severity!="none"})`,
          legend: "{{severity}}",
        },
      ],
      title: "Alerts that ring",
      unit: "count",
    },
    each("Requests", "a second", "requests"),
    each("Errors", "share", "errors"),
    each("Time, 95 of 100", "seconds", "p95"),
    {
      queries: Object.keys(args.parts).map((part) => ({
        expr: `max(kube_deployment_status_replicas_available{namespace="${namespace}",deployment="${part}"})`,
        legend: part,
      })),
      title: "Replicas that serve",
      unit: "count",
    },
  );
};
