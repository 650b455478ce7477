/** Watching over a product: alerts from its targets, who hears of them, dashboards, and a look from outside. */
import * as k8s from "@pulumi/kubernetes";
import type { Alerts, Settings } from "../config";
import type { Transform } from "./component";
import { customResource, type CustomArgs } from "./crds";
import type { AlertmanagerConfigSpec } from "./kinds/alertmanager-config";
import type { PrometheusRuleSpec } from "./kinds/prometheus-rule";
import { type CausesArgs, causesOf } from "./monitoring/causes";
import type { BusinessMetric } from "./monitoring/business";
import { dashboards } from "./monitoring/dashboards";
import { probeSpec, type ProbesArgs } from "./monitoring/probes";
import type { Watched } from "./monitoring/queries";
import { routing, secretsOfChannels } from "./monitoring/routing";
import { ruleGroups } from "./monitoring/rules";
import type { RulesArgs } from "./monitoring/rules/rule";
import type { HeldSecret } from "./needs";
import type { ProbeSpec } from "./kinds/probe";
import { Probe } from "./monitors";
import { Resident, type ResidentOptions } from "./resident";
import type { Space } from "./space";

const PrometheusRule = customResource<PrometheusRuleSpec>("monitoring.coreos.com/v1", "PrometheusRule");
const AlertmanagerConfig = customResource<AlertmanagerConfigSpec>(
  "monitoring.coreos.com/v1alpha1",
  "AlertmanagerConfig",
);

export interface MonitoringArgs extends Pick<
  RulesArgs,
  "parts" | "routes" | "jobs" | "copies" | "targets" | "postgres" | "redisRole"
> {
  space: Space;
  /** What is watched. */
  watched: Omit<Watched, "namespace">;
  alerts: Alerts;
  /** Where the channels' secrets are. */
  secret: (name: string) => HeldSecret;
  /** Metrics of the product's own. @default [] */
  business?: readonly BusinessMetric[];
  /** Labels the cluster's Prometheus looks for on rules. */
  labels: Settings["monitoring"]["labels"];
  /** How each route is looked at from outside; none is when not given. */
  probes?: ProbesArgs | undefined;
  /** @default true */
  dashboards?: boolean;
  transform?: MonitoringTransforms;
}

export interface MonitoringTransforms {
  rules?: Transform<CustomArgs<PrometheusRuleSpec>>;
  routing?: Transform<CustomArgs<AlertmanagerConfigSpec>>;
  /** Each route's. */
  probe?: Transform<CustomArgs<ProbeSpec>>;
  /** Each dashboard. */
  dashboard?: Transform<k8s.core.v1.ConfigMapArgs>;
}

/**
 * ```ts
 * new Monitoring("monitoring", { space, parts: { api }, routes: { "api-all": … }, jobs: {}, copies: {}, targets, alerts, secret,
 *   labels: {}, watched: { requests: ingress.requests.to, counter: …, histogram: …, postgres: "postgres" } });
 * ```
 *
 * Makes a PrometheusRule, a Probe a route, an AlertmanagerConfig where anyone is to hear, and a ConfigMap a dashboard.
 */
export class Monitoring extends Resident<MonitoringTransforms> {
  /** Names of all its alerts. */
  readonly alerts: readonly string[];

  constructor(name: string, args: MonitoringArgs, opts?: ResidentOptions) {
    super("Monitoring", name, args.space, args.transform, opts);
    const watched: Watched = { ...args.watched, namespace: args.space.namespaceName };
    const rules: RulesArgs = {
      business: args.business ?? [],
      copies: args.copies,
      deadman: args.alerts.deadman !== undefined,
      jobs: args.jobs,
      parts: args.parts,
      postgres: args.postgres,
      product: args.space.product,
      redisRole: args.redisRole,
      routes: args.routes,
      rules: args.alerts.rules,
      runbook: args.alerts.runbook,
      targets: args.targets,
      watched,
    };
    const groups = ruleGroups(rules);
    this.alerts = [
      ...new Set(
        groups.flatMap((group) => group.rules.flatMap((one) => ("alert" in one ? [one.alert] : []))),
      ),
    ];
    const meta = this.meta("PrometheusRule");
    this.child("rules", PrometheusRule, {
      metadata: { ...meta, labels: { ...meta.labels, ...args.labels } },
      spec: { groups },
    });
    this.#createProbes(args);
    this.#createRouting(args, causesOf(rules));
    if (args.dashboards ?? true) this.#createDashboards(rules);
    this.finish({ alerts: this.alerts });
  }

  #createProbes({ labels, probes }: MonitoringArgs): void {
    if (probes === undefined) return;
    for (const [name, route] of Object.entries(probes.routes)) {
      const meta = this.meta("Probe", name);
      this.child(
        `probe-${name}`,
        Probe,
        {
          metadata: { ...meta, labels: { ...meta.labels, ...labels } },
          spec: probeSpec(probes, name, route),
        },
        {},
        "probe",
      );
    }
  }

  #createRouting({ alerts, secret }: MonitoringArgs, causes: CausesArgs): void {
    const wanted = secretsOfChannels(alerts);
    const keys = this.holdSecrets<string>(
      "channels",
      Object.fromEntries(wanted.map((one) => [one, secret(one)])),
    );
    const spec = routing(alerts, causes, (one) => {
      const key = keys[one];
      if (key === undefined) throw new Error(`alerts: no secret ${one}`);
      return key;
    });
    // Without receivers there is nobody to route to; the alerts still show in Prometheus.
    if (spec.receivers.length < 2) return;
    this.child("routing", AlertmanagerConfig, { metadata: this.meta("AlertmanagerConfig"), spec });
  }

  #createDashboards(args: RulesArgs): void {
    const { product } = args;
    for (const [name, dashboard] of Object.entries(dashboards(args))) {
      const meta = this.meta("ConfigMap", "dashboard", name);
      this.child(
        `dashboard-${name}`,
        k8s.core.v1.ConfigMap,
        {
          data: { [`${product}-${name}.json`]: JSON.stringify(dashboard, undefined, 2) },
          // What Grafana's sidecar looks for.
          metadata: { ...meta, labels: { ...meta.labels, grafana_dashboard: "1" } },
        },
        {},
        "dashboard",
      );
    }
  }
}
