/** A part's pods, its scaler, its queue and its roll-outs. */
import { latestFailed, podsOf, queueDepth, queueSignals } from "../queries";
import { alerting, compared, type AlertRule, type RulesArgs, type Said, type WatchedPart } from "./rule";

/** More than so many jobs for each that all workers should have before them: they do not keep up. */
const TOO_DEEP = 2;
const OLDEST_JOB = 900;

export function partRules(args: RulesArgs, name: string, part: WatchedPart): AlertRule[] {
  const make = (said: Omit<Said, "part">) => alerting(args, { part: name, ...said });
  return [
    ...pods(args, name, part, make),
    ...scaling(args, name, part, make),
    ...queue(args, name, part, make),
  ];
}

type Make = (said: Omit<Said, "part">) => AlertRule;

function pods(args: RulesArgs, name: string, part: WatchedPart, make: Make): AlertRule[] {
  const { namespace } = args.watched;
  const deployment = `namespace="${namespace}",deployment="${name}"`;
  const those = podsOf(args.watched, name);
  const over = (signal: "cpu" | "memory" | "restarts", most: number) =>
    compared(args, signal, name, ">", most).join("");
  const waiting = `kube_pod_container_status_waiting_reason{${those},reason="CrashLoopBackOff"}`;
  const outOfMemory = `kube_pod_container_status_last_terminated_reason{${those},reason="OOMKilled"}`;
  const throttled = `rate(container_cpu_cfs_throttled_periods_total{${those}}[5m])`;
  return [
    make({
      alert: "NoReplicaAvailable",
      description: "Not one replica is available.",
      expr: `max(kube_deployment_status_replicas_available{${deployment}}) < 1`,
      severity: "critical",
      summary: `${name} is down`,
      wait: "2m",
    }),
    make({
      alert: "KeepsRestarting",
      description: "A pod crashes again and again, or was restarted more than three times in an hour.",
      expr: `${over("restarts", 3)} or max(max_over_time(${waiting}[5m])) >= 1`,
      severity: "high",
      summary: `${name} keeps restarting`,
      wait: "5m",
    }),
    make({
      alert: "OutOfMemory",
      description: "A pod was ended because it wanted more memory than its limit.",
      expr:
        `sum(increase(kube_pod_container_status_restarts_total{${those}}[15m]) > 0 ` +
        `and on (pod) ${outOfMemory} == 1) > 0`,
      severity: "high",
      summary: `${name} runs out of memory`,
    }),
    make({
      alert: "MemoryNearLimit",
      description: "A pod uses more than 90 % of its memory limit.",
      expr: over("memory", 0.9),
      severity: "medium",
      summary: `${name} runs out of memory soon`,
      wait: "15m",
    }),
    make({
      alert: "CpuAtLimit",
      description: "A pod has used more than 90 % of its CPU for a quarter of an hour.",
      expr: over("cpu", 0.9),
      severity: "high",
      summary: `${name} needs more CPU`,
      wait: "15m",
    }),
    make({
      alert: "CpuThrottled",
      description: "A pod was held back in more than a quarter of its time slices, below its mean use.",
      expr:
        `max(sum by (pod) (${throttled}) / ` +
        `sum by (pod) (rate(container_cpu_cfs_periods_total{${those}}[5m]))) > 0.25`,
      severity: "medium",
      summary: `${name} is held back by its CPU limit`,
      wait: "15m",
    }),
    make({
      alert: "RolloutStuck",
      description: "The new version does not become ready; the old one goes on serving.",
      expr: `max(kube_deployment_status_condition{${deployment},condition="Progressing",status="false"}) == 1`,
      severity: "high",
      summary: `${name} cannot roll out its new version`,
      wait: "5m",
    }),
    ...(part.migrates
      ? [
          make({
            alert: "MigrationFailed",
            description: "The database was not migrated, so the new version was not started.",
            expr: latestFailed(namespace, `${name}-migration-[a-z0-9]+`),
            severity: "high",
            summary: `The migration of ${name} failed`,
          }),
        ]
      : []),
    ...(part.scraped
      ? [
          make({
            alert: "MetricsMissing",
            description: "Its metrics cannot be read, so nobody would see what they tell.",
            expr: `max(up{namespace="${namespace}",pod=~"${name}-[a-z0-9]+-[a-z0-9]{5}"}) < 1`,
            severity: "medium",
            summary: `${name} does not answer Prometheus`,
            wait: "10m",
          }),
        ]
      : []),
  ];
}

function scaling({ watched }: RulesArgs, name: string, { scale }: WatchedPart, make: Make): AlertRule[] {
  if (scale.max <= scale.min) return [];
  // KEDA puts its own word before the name.
  const hpa = `namespace="${watched.namespace}",horizontalpodautoscaler=~"(keda-hpa-)?${name}"`;
  return [
    make({
      alert: "AtCeiling",
      description: `All ${scale.max} replicas have run for a quarter of an hour: more load finds nobody.`,
      expr:
        `max(kube_horizontalpodautoscaler_status_current_replicas{${hpa}}) >= ` +
        `max(kube_horizontalpodautoscaler_spec_max_replicas{${hpa}})`,
      severity: "medium",
      summary: `${name} cannot grow any further`,
      wait: "15m",
    }),
  ];
}

function queue({ watched }: RulesArgs, name: string, { scale }: WatchedPart, make: Make): AlertRule[] {
  const depth = scale.queue && queueDepth(watched, scale.queue.redis);
  if (scale.queue === undefined || depth === undefined) return [];
  const most = TOO_DEEP * scale.queue.depth * scale.max;
  return [
    make({
      alert: "QueueTooDeep",
      description: `More than ${most} jobs wait: ${TOO_DEEP} times what ${scale.max} workers are meant to have before them.`,
      expr: `${depth} > ${most}`,
      severity: "high",
      summary: `${name} does not keep up with its queue`,
      wait: "10m",
    }),
    make({
      alert: "QueueStands",
      description: "Jobs wait, and for a quarter of an hour their number has not gone down once.",
      // Of a product that is younger than that, nobody can say so yet.
      expr: ["min_over_time(#) > 0", "resets(#) == 0", "count_over_time(#) >= 15"]
        .join(" and ")
        .replaceAll("#", `${depth}[15m:1m]`),
      severity: "high",
      summary: `Nobody takes jobs from the queue of ${name}`,
      wait: "5m",
    }),
    make({
      alert: "QueueTooOld",
      description: "The oldest job has waited for more than a quarter of an hour.",
      expr: `${queueSignals.age(watched)} > ${OLDEST_JOB}`,
      severity: "high",
      summary: `Jobs of ${name} wait too long`,
      wait: "5m",
    }),
  ];
}
