/**
 * `npm run kinds`: writes the TypeScript types of custom resources from the definitions their projects release, so that
 * a field that a kind has not fails to compile. One file a kind in components/kinds/, written anew when a version is
 * raised and reviewed like any change.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, type JSONSchema } from "json-schema-to-typescript";
import { format, resolveConfig } from "prettier";
import { quiet } from "../toolchain/lib/progress";
import { manifests } from "./sources";
import { kindsOfOthers, type Source, sources } from "./versions";

export const KINDS_FOLDER = join(__dirname, "..", "components", "kinds");

interface Kind {
  source: [name: string, source: Source];
  kind: string;
  version: string;
  /** Fields that are Kubernetes' own types, by their path. */
  core?: Readonly<Record<string, string>>;
  /** Fields that nobody here will set, by their path: whole vendors of messages, say. */
  without?: readonly string[];
  /** Whether what the controller answers is read. */
  status?: boolean;
}

const of = (name: string, source: Source): Kind["source"] => [name, source];
const gateway = of("gateway-api", sources.gatewayApi);
const certificates = of("cert-manager-kinds", sources.certManagerKinds);
const postgres = of("cloudnative-pg", sources.cloudnativepg);
const prometheus = of("prometheusOperator", sources.prometheusOperator);
const traefik = of("traefik", sources.traefik);
const keda = of("keda", kindsOfOthers.keda);
const core = (name: string): string => `k8s.types.input.core.v1.${name}`;
const vendors = "discord msteams msteamsv2 opsgenie pushover rocketchat sns telegram victorops webex wechat";

export const kinds: readonly Kind[] = [
  { source: gateway, kind: "Gateway", version: "v1", status: true },
  { source: gateway, kind: "HTTPRoute", version: "v1" },
  { source: certificates, kind: "Certificate", version: "v1" },
  {
    source: certificates,
    kind: "Issuer",
    version: "v1",
    core: { "acme.solvers.http01.gatewayHTTPRoute.podTemplate": core("PodTemplateSpec") },
    without: ["acme.solvers.http01.ingress"],
  },
  {
    source: postgres,
    kind: "Cluster",
    version: "v1",
    core: {
      "affinity.additionalPodAffinity": core("PodAffinity"),
      "affinity.additionalPodAntiAffinity": core("PodAntiAffinity"),
      "affinity.nodeAffinity": core("NodeAffinity"),
      "affinity.tolerations": `${core("Toleration")}[]`,
      env: `${core("EnvVar")}[]`,
      envFrom: `${core("EnvFromSource")}[]`,
      ephemeralVolumeSource: core("EphemeralVolumeSource"),
      podSecurityContext: core("PodSecurityContext"),
      projectedVolumeTemplate: core("ProjectedVolumeSource"),
      resources: core("ResourceRequirements"),
      securityContext: core("SecurityContext"),
      "storage.pvcTemplate": core("PersistentVolumeClaimSpec"),
      topologySpreadConstraints: `${core("TopologySpreadConstraint")}[]`,
      "walStorage.pvcTemplate": core("PersistentVolumeClaimSpec"),
    },
    without: ["tablespaces", "backup.barmanObjectStore", "externalClusters.barmanObjectStore"],
  },
  { source: postgres, kind: "Database", version: "v1" },
  {
    source: postgres,
    kind: "Pooler",
    version: "v1",
    core: {
      deploymentStrategy: "k8s.types.input.apps.v1.DeploymentStrategy",
      "serviceTemplate.spec": core("ServiceSpec"),
      template: core("PodTemplateSpec"),
    },
  },
  { source: postgres, kind: "ScheduledBackup", version: "v1" },
  {
    source: of("barman", sources.barman),
    kind: "ObjectStore",
    version: "v1",
    core: {
      "instanceSidecarConfiguration.env": `${core("EnvVar")}[]`,
      "instanceSidecarConfiguration.resources": core("ResourceRequirements"),
    },
  },
  { source: traefik, kind: "Middleware", version: "v1alpha1" },
  { source: traefik, kind: "ServersTransport", version: "v1alpha1" },
  { source: traefik, kind: "TLSOption", version: "v1alpha1" },
  { source: traefik, kind: "TraefikService", version: "v1alpha1" },
  { source: prometheus, kind: "ServiceMonitor", version: "v1" },
  { source: prometheus, kind: "PodMonitor", version: "v1" },
  { source: prometheus, kind: "Probe", version: "v1" },
  { source: prometheus, kind: "PrometheusRule", version: "v1" },
  {
    source: prometheus,
    kind: "AlertmanagerConfig",
    version: "v1alpha1",
    without: vendors.split(" ").map((vendor) => `receivers.${vendor}Configs`),
  },
  {
    source: of("externalSecrets", kindsOfOthers.externalSecrets),
    kind: "ExternalSecret",
    version: "v1",
  },
  {
    source: keda,
    kind: "ScaledObject",
    version: "v1alpha1",
    core: {
      "advanced.horizontalPodAutoscalerConfig.behavior":
        "k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerBehavior",
    },
  },
  { source: keda, kind: "TriggerAuthentication", version: "v1alpha1" },
];

/** A definition's schema, of what Kubernetes makes of OpenAPI. */
interface Definition {
  type?: string;
  properties?: Record<string, Definition>;
  items?: Definition;
  required?: string[];
  enum?: string[];
  additionalProperties?: Definition | boolean;
  "x-kubernetes-int-or-string"?: boolean;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** What each generated file should hold now. */
export async function generatedKinds(): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for (const kind of kinds) texts[join(KINDS_FOLDER, fileOf(kind.kind))] = await textOf(kind);
  return texts;
}

const fileOf = (kind: string): string =>
  `${kind
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase()}.ts`;

async function textOf({ source: [name, source], kind, version, ...how }: Kind): Promise<string> {
  const { group, schema } = await definition(name, source, kind, version);
  const types = [`spec`, ...(how.status === true ? ["status"] : [])].map((part) =>
    compile(typed(schema.properties?.[part] ?? {}, how), `${kind}-${part}`, {
      additionalProperties: false,
      bannerComment: "",
      format: false,
    }),
  );
  const body = (await Promise.all(types)).join("\n");
  const usesCore = body.includes("k8s.");
  const text = [
    `/** Generated by \`npm run kinds\`: ${kind}, ${group}/${version}, of release ${source.version}. */`,
    ...(usesCore ? ['import type * as k8s from "@pulumi/kubernetes";', ""] : []),
    body,
  ].join("\n");
  return format(text, { ...(await resolveConfig(__filename)), parser: "typescript" });
}

async function definition(
  name: string,
  source: Source,
  kind: string,
  version: string,
): Promise<{ group: string; schema: Definition }> {
  for (const object of await manifests(name, source, quiet)) {
    if (object.kind !== "CustomResourceDefinition") continue;
    const { group, names, versions } = object.spec as {
      group: string;
      names: { kind: string };
      versions: { name: string; schema: { openAPIV3Schema: Definition } }[];
    };
    const found = versions.find((each) => each.name === version);
    if (names.kind === kind && found !== undefined) return { group, schema: found.schema.openAPIV3Schema };
  }
  throw new Error(`release ${source.version} of ${name} defines no ${kind} ${version}`);
}

/** The schema as types need it: no words, no limits, Kubernetes' own types by their names. */
function typed(
  one: Definition,
  how: Pick<Kind, "core" | "without">,
  path: readonly string[] = [],
): JSONSchema {
  const named = how.core?.[path.join(".")];
  if (named !== undefined) return { tsType: named };
  if (one["x-kubernetes-int-or-string"]) return { type: ["string", "number"] };
  if (one.items !== undefined) return { items: typed(one.items, how, path), type: "array" };
  if (one.properties !== undefined) {
    const fields = Object.entries(one.properties).filter(
      ([field]) => !(how.without?.includes([...path, field].join(".")) ?? false),
    );
    return {
      additionalProperties: one["x-kubernetes-preserve-unknown-fields"] ?? false,
      properties: Object.fromEntries(
        fields.map(([field, value]) => [field, typed(value, how, [...path, field])]),
      ),
      ...(one.required === undefined ? {} : { required: one.required }),
      type: "object",
    };
  }
  if (typeof one.additionalProperties === "object") {
    return { tsType: `Record<string, ${valueType(one.additionalProperties)}>` };
  }
  if (one.type === undefined || one.type === "object") return { tsType: "object" };
  return { type: one.type as "string", ...(one.enum === undefined ? {} : { enum: one.enum }) };
}

/** Of maps, whose values are plain in every kind there is. */
function valueType({ type, ...more }: Definition): string {
  if (more["x-kubernetes-int-or-string"]) return "string | number";
  if (type === "string" || type === "boolean") return type;
  if (type === "integer" || type === "number") return "number";
  return "object";
}

if (require.main === module) {
  void generatedKinds().then((files) => {
    mkdirSync(KINDS_FOLDER, { recursive: true });
    for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
  });
}
