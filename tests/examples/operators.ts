/**
 * What operators would make of a stack's custom resources, without them: their kinds as their projects release them, and
 * for each that a stack waits for a stage of kwok's that answers as its operator would at the end.
 */
import { manifests, type KubernetesObject } from "../../platform/sources";
import { kindsOfOthers, sources } from "../../platform/versions";
import { quiet } from "../../toolchain/lib/progress";

const from = {
  "gateway-api": sources.gatewayApi,
  traefik: sources.traefik,
  "cloudnative-pg": sources.cloudnativepg,
  barman: sources.barman,
  prometheusOperator: sources.prometheusOperator,
  "cert-manager-kinds": sources.certManagerKinds,
  ...kindsOfOthers,
};

/** The definitions of every kind that a stack may name. */
export async function definitions(): Promise<KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for (const [name, source] of Object.entries(from)) found.push(...(await manifests(name, source, quiet)));
  return found.filter(({ kind }) => kind === "CustomResourceDefinition");
}

interface Answer {
  kind: string;
  group: string;
  /** Where it shows that the operator has not answered yet. */
  until: { key: string; operator: "DoesNotExist" | "NotIn"; values?: string[] };
  status: string;
}

const isReady = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const notReady: Answer["until"] = { key: isReady, operator: "NotIn", values: ["True"] };
const condition = (type: string) => `
- lastTransitionTime: {{ Now | Quote }}
  message: "as its operator would say"
  reason: Rehearsed
  status: "True"
  type: ${type}`;

const answers: readonly Answer[] = [
  {
    kind: "Gateway",
    group: "gateway.networking.k8s.io/v1",
    until: { key: ".status.addresses", operator: "DoesNotExist" },
    status: `addresses:\n- type: IPAddress\n  value: 203.0.113.7\nconditions:${condition("Accepted")}${condition("Programmed")}`,
  },
  {
    kind: "Certificate",
    group: "cert-manager.io/v1",
    until: notReady,
    status: `conditions:${condition("Ready")}`,
  },
  {
    kind: "Cluster",
    group: "postgresql.cnpg.io/v1",
    until: notReady,
    status: `phase: Cluster in healthy state\nconditions:${condition("Ready")}`,
  },
  {
    kind: "Database",
    group: "postgresql.cnpg.io/v1",
    until: { key: ".status.applied", operator: "DoesNotExist" },
    status: "applied: true",
  },
  {
    kind: "ExternalSecret",
    group: "external-secrets.io/v1",
    until: notReady,
    status: `conditions:${condition("Ready")}`,
  },
];

export const stages: readonly object[] = answers.map(({ kind, group, until, status }) => ({
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "Stage",
  metadata: { name: `${kind.toLowerCase()}-answered` },
  spec: {
    resourceRef: { apiGroup: group, kind },
    selector: {
      matchExpressions: [{ key: ".metadata.deletionTimestamp", operator: "DoesNotExist" }, until],
    },
    next: { statusTemplate: status },
  },
}));
