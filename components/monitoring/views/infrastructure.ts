/** What the product runs on: processors, memory, disks, certificates, scheduled jobs. */
import { jobSucceeded, podsOf } from "../queries";
import { ask, asking, type Panel, type View } from "./view";

export const infrastructure: View = (args, window) => {
  const { namespace } = args.watched;
  const parts = Object.keys(args.parts);
  const each = (title: string, unit: Panel["unit"], name: "cpu" | "memory" | "restarts"): Panel => ({
    queries: parts.flatMap((part) => ask(args, window, name, part)),
    title,
    unit,
  });
  const volume = `namespace="${namespace}"`;
  return asking(
    { ...each("CPU of its limit", "share", "cpu"), limit: { at: 0.9, worse: "above" } },
    { ...each("Memory of its limit", "share", "memory"), limit: { at: 0.9, worse: "above" } },
    {
      queries: parts.map((part) => ({
        expr:
          `max(sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{${podsOf(args.watched, part)}}[${window}]))` +
          ` / sum by (pod) (rate(container_cpu_cfs_periods_total{${podsOf(args.watched, part)}}[${window}])))`,
        legend: part,
      })),
      title: "Time slices held back by the CPU limit",
      unit: "share",
    },
    each("Restarts in an hour", "count", "restarts"),
    {
      limit: { at: 0.85, worse: "above" },
      queries: [
        {
          expr:
            `1 - max by (persistentvolumeclaim) (kubelet_volume_stats_available_bytes{${volume}})` +
            ` / max by (persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{${volume}})`,
          legend: "{{persistentvolumeclaim}}",
        },
      ],
      title: "Volumes in use",
      unit: "share",
    },
    {
      limit: { at: 14 * 86_400, worse: "below" },
      queries: ask(args, window, "certificate-expiry", undefined, "first to end"),
      shows: "number",
      title: "First certificate ends in",
      unit: "seconds",
    },
    {
      queries: Object.keys(args.jobs).map((job) => ({
        expr: `time() - ${jobSucceeded(namespace, job)}`,
        legend: job,
      })),
      title: "Since a job last ended well",
      unit: "seconds",
    },
  );
};
