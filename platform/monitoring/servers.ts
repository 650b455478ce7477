/** Prometheus and Alertmanager, as their operator is told to run them: they read every product's rules, monitors, probes and routes. */
import { versions } from "../../toolchain/versions";
import type { PlatformSettings } from "../settings";
import { namespace, priority, resources, safePod } from "./pods";

type Said = PlatformSettings["monitoring"];
const everywhere = (...kinds: string[]) =>
  Object.fromEntries(
    kinds.flatMap((kind) => [
      [`${kind}Selector`, {}],
      [`${kind}NamespaceSelector`, {}],
    ]),
  );
const waiting = { "pulumi.com/waitFor": "condition=Available" };

/** A reading is at most this old when rules look at it, and rules look this often: an alert is late by little more than its `for`. */
const EVALUATION = "10s";

export function prometheus(image: string, said: Said, secret: { name: string; key: string }) {
  return {
    metadata: { name: "slipway", namespace, annotations: waiting },
    spec: {
      image,
      version: `v${versions.prometheus}`,
      replicas: said.replicas,
      serviceAccountName: "prometheus",
      priorityClassName: priority.name,
      securityContext: safePod,
      ...everywhere("serviceMonitor", "podMonitor", "probe", "rule", "scrapeConfig"),
      additionalScrapeConfigs: secret,
      alerting: {
        alertmanagers: [{ name: "alertmanager-operated", namespace, port: "web", apiVersion: "v2" }],
      },
      scrapeInterval: "30s",
      evaluationInterval: EVALUATION,
      retention: said.retention,
      ...disk(said),
      // Two of them say the same; Alertmanager must not take that for two alerts.
      replicaExternalLabelName: "replica",
      prometheusExternalLabelName: "",
      resources: resources({ cpu: ["25m", "1"], memory: ["128Mi", said.memory] }),
    },
  };
}

/** What it knows outlives its pod where there is a disk for it. */
function disk({ class: storageClass, storage }: Said): Record<string, unknown> {
  if (storage === "none") return { storage: { emptyDir: { sizeLimit: "2Gi" } } };
  return {
    // Full at this point, it forgets the oldest before the disk is full.
    retentionSize: `${Math.floor(Number.parseInt(storage, 10) * 0.85)}${storage.replace(/^\d+|i$/g, "")}B`,
    storage: {
      volumeClaimTemplate: {
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage } },
          ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
        },
      },
    },
  };
}

export function alertmanager(image: string, { replicas, storage }: Said) {
  return {
    metadata: { name: "slipway", namespace, annotations: waiting },
    spec: {
      image,
      version: `v${versions.alertmanager}`,
      replicas: storage === "none" ? 1 : replicas,
      priorityClassName: priority.name,
      securityContext: safePod,
      ...everywhere("alertmanagerConfig"),
      // `slipway alert-test` asks who was told, by name.
      enableFeatures: ["receiver-name-in-metrics"],
      resources: resources({ cpu: ["5m", "200m"], memory: ["24Mi", "64Mi"] }),
    },
  };
}

/** What Prometheus looks at to find what it reads. */
export const reading = [
  {
    apiGroups: [""],
    resources: ["nodes", "services", "endpoints", "pods"],
    verbs: ["get", "list", "watch"],
  },
  { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list", "watch"] },
];
