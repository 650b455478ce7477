/** Watching over a product: alerts from its targets, who hears of them, dashboards, and a look from outside. */
import * as k8s from "@pulumi/kubernetes";
import type { Alerts, Settings, Targets } from "../config";
import type { Transform } from "./component";
import { customResource, type CustomArgs } from "./crds";
import type { BusinessMetric } from "./monitoring/business";
import { dashboards } from "./monitoring/dashboards";
import type { Watched } from "./monitoring/queries";
import { type AlertmanagerConfigSpec, routing, secretsOfChannels } from "./monitoring/routing";
import { type RuleGroup, ruleGroups } from "./monitoring/rules";
import type { HeldSecret } from "./needs";
import { Resident, type ResidentOptions } from "./resident";
import type { Space } from "./space";

const PrometheusRule = customResource<{ groups: RuleGroup[] }>("monitoring.coreos.com/v1", "PrometheusRule");
const AlertmanagerConfig = customResource<AlertmanagerConfigSpec>(
  "monitoring.coreos.com/v1alpha1",
  "AlertmanagerConfig",
);

export interface MonitoringArgs {
  space: Space;
  /** What is watched. */
  watched: Omit<Watched, "namespace">;
  /** All parts. */
  parts: readonly string[];
  targets: Targets;
  /** Promises of single parts, over `targets`. @default {} */
  partTargets?: Readonly<Record<string, Partial<Pick<Targets, "availability" | "p95" | "errors">>>>;
  alerts: Alerts;
  /** Where the channels' secrets are. */
  secret: (name: string) => HeldSecret;
  /** The longest time between two backups, in milliseconds. @default - no backups */
  backupEvery?: number | undefined;
  /** Metrics of the product's own. @default [] */
  business?: readonly BusinessMetric[];
  /** Labels the cluster's Prometheus looks for on rules. */
  labels: Settings["monitoring"]["labels"];
  /** @default true */
  dashboards?: boolean;
  transform?: MonitoringTransforms;
}

export interface MonitoringTransforms {
  rules?: Transform<CustomArgs<{ groups: RuleGroup[] }>>;
  routing?: Transform<CustomArgs<AlertmanagerConfigSpec>>;
  /** Each dashboard. */
  dashboard?: Transform<k8s.core.v1.ConfigMapArgs>;
}

/**
 * ```ts
 * new Monitoring("monitoring", { space, parts: ["api"], targets, alerts, secret, labels: {},
 *   watched: { requests: ingress.requests, counter: …, histogram: …, postgres: "postgres" } });
 * ```
 *
 * Makes a PrometheusRule, an AlertmanagerConfig where anyone is to hear, and a ConfigMap a dashboard.
 */
export class Monitoring extends Resident<MonitoringTransforms> {
  /** Names of all its alerts. */
  readonly alerts: readonly string[];

  constructor(name: string, args: MonitoringArgs, opts?: ResidentOptions) {
    super("Monitoring", name, args.space, args.transform, opts);
    const watched: Watched = { ...args.watched, namespace: args.space.namespaceName };
    const groups = ruleGroups({
      allParts: args.parts,
      backupEvery: args.backupEvery,
      business: args.business ?? [],
      parts: this.#promises(args),
      product: args.space.product,
      rules: args.alerts.rules,
      runbook: args.alerts.runbook,
      targets: args.targets,
      watched,
    });
    this.alerts = [...new Set(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)))];
    const meta = this.meta("PrometheusRule");
    this.child("rules", PrometheusRule, {
      metadata: { ...meta, labels: { ...meta.labels, ...args.labels } },
      spec: { groups },
    });
    this.#createRouting(args);
    if (args.dashboards ?? true) this.#createDashboards(args, watched);
    this.finish({ alerts: this.alerts });
  }

  /** What each part that answers promises: its own targets over the product's. */
  #promises({ partTargets, targets, watched }: MonitoringArgs) {
    const { availability, p95, errors } = targets;
    return Object.fromEntries(
      Object.keys(watched.requests).map((part) => {
        const own = partTargets?.[part];
        return [
          part,
          {
            availability: own?.availability ?? availability,
            errors: own?.errors ?? errors,
            p95: own?.p95 ?? p95,
          },
        ];
      }),
    );
  }

  #createRouting({ alerts, secret }: MonitoringArgs): void {
    const zone = alerts.mute.find((window) => window.zone !== "UTC");
    if (zone !== undefined) {
      throw new Error(`alerts.mute: ${zone.name}: the operator's kind knows only UTC; give its times in UTC`);
    }
    const wanted = secretsOfChannels(alerts);
    const keys = this.holdSecrets<string>(
      "channels",
      Object.fromEntries(wanted.map((one) => [one, secret(one)])),
    );
    const spec = routing(alerts, (one) => {
      const key = keys[one];
      if (key === undefined) throw new Error(`alerts: no secret ${one}`);
      return key;
    });
    // Without receivers there is nobody to route to; the alerts still show in Prometheus.
    if (spec.receivers.length < 2) return;
    this.child("routing", AlertmanagerConfig, { metadata: this.meta("AlertmanagerConfig"), spec });
  }

  #createDashboards(args: MonitoringArgs, watched: Watched): void {
    const { product } = args.space;
    const made = dashboards({ business: args.business ?? [], parts: args.parts, product, watched });
    for (const [name, dashboard] of Object.entries(made)) {
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
