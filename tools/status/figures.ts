/** What there is to say of a stack, gathered from what its rules record: alerts, routes, parts, signals. */
import { type Signal, SIGNALS, type SignalUnit } from "../../config";
import type { Line, Prometheus, Sample } from "./prometheus";

export interface Alert {
  readonly name: string;
  readonly severity: string;
  readonly part: string;
  readonly summary: string;
  readonly runbook?: string | undefined;
  readonly since: Date;
}

/** Newest last. */
export type Plot = Line["points"];

export interface RouteFigures {
  readonly route: string;
  readonly part: string;
  /** Of 1; below 0 overdrawn. */
  readonly budgetLeft?: number | undefined;
  readonly availability?: number | undefined;
  readonly promisedAvailability?: number | undefined;
  /** A second. */
  readonly requests?: number | undefined;
  readonly errors?: number | undefined;
  /** Seconds. */
  readonly p95?: number | undefined;
  readonly promisedP95?: number | undefined;
  readonly plots: { readonly requests: Plot; readonly errors: Plot; readonly p95: Plot };
}

export interface PartFigures {
  readonly part: string;
  readonly serving?: number | undefined;
  readonly wanted?: number | undefined;
  readonly cpu?: number | undefined;
  readonly memory?: number | undefined;
  readonly restarts?: number | undefined;
}

export interface SignalFigure {
  readonly signal: Signal;
  readonly means: string;
  readonly unit: SignalUnit;
  readonly value: number;
}

export interface Status {
  readonly stack: string;
  readonly product: string;
  readonly at: Date;
  /** How long the plots are, in seconds. */
  readonly span: number;
  readonly alerts: readonly Alert[];
  readonly routes: readonly RouteFigures[];
  readonly parts: readonly PartFigures[];
  readonly signals: readonly SignalFigure[];
}

export interface Of {
  readonly stack: string;
  readonly product: string;
  readonly namespace: string;
  readonly parts: readonly string[];
}

const SEVERITIES = ["critical", "high", "medium", "low"];
const POINTS = 120;

export async function statusOf(prometheus: Prometheus, of: Of, at: Date, span: number): Promise<Status> {
  const [alerts, routes, parts, signals] = await Promise.all([
    alertsOf(prometheus, of),
    routesOf(prometheus, of, at, span),
    partsOf(prometheus, of),
    prometheus.now(`slipway:signal{namespace="${of.namespace}",part=""}`),
  ]);
  return {
    alerts,
    at,
    parts,
    product: of.product,
    routes,
    signals: (Object.keys(SIGNALS) as Signal[]).flatMap((signal) => {
      const value = signals.find(({ labels }) => labels.signal === signal)?.value;
      const { means, unit } = SIGNALS[signal];
      return known(value) === undefined || value === undefined ? [] : [{ means, signal, unit, value }];
    }),
    span,
    stack: of.stack,
  };
}

async function alertsOf(prometheus: Prometheus, { namespace }: Of): Promise<Alert[]> {
  const ringing = await prometheus.ringing();
  return ringing
    .filter(({ labels }) => labels.namespace === namespace && SEVERITIES.includes(labels.severity ?? ""))
    .map(({ annotations, labels, since }) => ({
      name: labels.alertname ?? "",
      part: labels.part ?? "",
      runbook: annotations.runbook_url,
      severity: labels.severity ?? "",
      since,
      summary: annotations.summary ?? "",
    }))
    .sort(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        a.since.getTime() - b.since.getTime() ||
        (a.name < b.name ? -1 : 1),
    );
}

async function routesOf(prometheus: Prometheus, { namespace }: Of, at: Date, span: number) {
  const of = (name: string) => `${name}{namespace="${namespace}"}`;
  const start = new Date(at.getTime() - span * 1000);
  const now = (name: string) => prometheus.now(of(name));
  const plot = (name: string) =>
    prometheus.between(of(name), start, at, Math.max(1, Math.ceil(span / POINTS)));
  const [promised, promisedP95, budget, month, requests, errors, p95, ...plots] = await Promise.all([
    now("slipway:promised:availability"),
    now("slipway:promised:p95_seconds"),
    now("slipway:errors:budget_left"),
    now("slipway:errors:ratio_rate30d"),
    now("slipway:requests:rate5m"),
    now("slipway:errors:ratio_rate5m"),
    now("slipway:seconds:p95_rate5m"),
    plot("slipway:requests:rate5m"),
    plot("slipway:errors:ratio_rate5m"),
    plot("slipway:seconds:p95_rate5m"),
  ] as const);
  const routes = promised.map(({ labels }) => ({ part: labels.part ?? "", route: labels.route ?? "" }));
  return routes
    .sort((a, b) => (a.route < b.route ? -1 : 1))
    .map(({ part, route }): RouteFigures => {
      const one = (samples: readonly Sample[]) =>
        known(samples.find(({ labels }) => labels.route === route)?.value);
      const line = (lines: readonly Line[]) =>
        (lines.find(({ labels }) => labels.route === route)?.points ?? []).filter(([, value]) =>
          Number.isFinite(value),
        );
      const failures = one(month);
      return {
        availability: failures === undefined ? undefined : 1 - failures,
        budgetLeft: one(budget),
        errors: one(errors),
        p95: one(p95),
        part,
        plots: { errors: line(plots[1]), p95: line(plots[2]), requests: line(plots[0]) },
        promisedAvailability: one(promised),
        promisedP95: one(promisedP95),
        requests: one(requests),
        route,
      };
    });
}

async function partsOf(prometheus: Prometheus, { namespace, parts }: Of): Promise<PartFigures[]> {
  const replicas = (metric: string) =>
    prometheus.now(`max by (deployment) (${metric}{namespace="${namespace}"})`);
  const [serving, wanted, signals] = await Promise.all([
    replicas("kube_deployment_status_replicas_available"),
    replicas("kube_deployment_spec_replicas"),
    prometheus.now(`slipway:signal{namespace="${namespace}",part!=""}`),
  ]);
  return parts.map((part) => {
    const of = (samples: readonly Sample[]) =>
      known(samples.find(({ labels }) => labels.deployment === part)?.value);
    const signal = (name: Signal) =>
      known(signals.find(({ labels }) => labels.part === part && labels.signal === name)?.value);
    return {
      cpu: signal("cpu"),
      memory: signal("memory"),
      part,
      restarts: signal("restarts"),
      serving: of(serving),
      wanted: of(wanted),
    };
  });
}

/** Nothing divided by nothing is not a number: nobody asked, so there is nothing to say. */
function known(value: number | undefined): number | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : value;
}
