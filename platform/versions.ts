/** What the platform installs, at which version and from where: the one place to raise a version. */
import { pinned } from "../config/digests";
import { versions } from "../toolchain/versions";

/** Manifests of others: the release's own file, and the Go module that holds the same text where releases are out of reach. */
export interface Source {
  version: string;
  /** Files of the official release. */
  release: string[];
  /** The same in the project's Go module, where it has it. */
  module?: { path: string; version: string; files: string[] };
}

const gatewayApi = "1.5.0";
const { traefik, certManager, cloudnativepg, prometheusOperator } = versions;
const barman = versions.barmanPlugin;
const github = "https://github.com";
const raw = "https://raw.githubusercontent.com";

const gatewayKinds = [
  "backendtlspolicies",
  "gatewayclasses",
  "gateways",
  "grpcroutes",
  "httproutes",
  "listenersets",
  "referencegrants",
  "tlsroutes",
];

export const sources = {
  gatewayApi: {
    version: gatewayApi,
    release: [`${github}/kubernetes-sigs/gateway-api/releases/download/v${gatewayApi}/standard-install.yaml`],
    module: {
      path: "sigs.k8s.io/gateway-api",
      version: gatewayApi,
      files: gatewayKinds.map((kind) => `config/crd/standard/gateway.networking.k8s.io_${kind}.yaml`),
    },
  },
  traefik: {
    version: traefik,
    release: ["definition-v1"].map(
      (file) =>
        `${raw}/traefik/traefik/v${traefik}/docs/content/reference/dynamic-configuration/kubernetes-crd-${file}.yml`,
    ),
    module: {
      path: "github.com/traefik/traefik/v3",
      version: traefik,
      files: ["kubernetes-crd-definition-v1.yml"].map(
        (file) => `docs/content/reference/dynamic-configuration/${file}`,
      ),
    },
  },
  cloudnativepg: {
    version: cloudnativepg,
    release: [
      `${github}/cloudnative-pg/cloudnative-pg/releases/download/v${cloudnativepg}/cnpg-${cloudnativepg}.yaml`,
    ],
    module: {
      path: "github.com/cloudnative-pg/cloudnative-pg",
      version: cloudnativepg,
      files: [`releases/cnpg-${cloudnativepg}.yaml`],
    },
  },
  barman: {
    version: barman,
    release: [`${github}/cloudnative-pg/plugin-barman-cloud/releases/download/v${barman}/manifest.yaml`],
    module: {
      path: "github.com/cloudnative-pg/plugin-barman-cloud",
      version: barman,
      files: ["manifest.yaml"],
    },
  },
  prometheusOperator: {
    version: prometheusOperator,
    release: [
      `${github}/prometheus-operator/prometheus-operator/releases/download/v${prometheusOperator}/bundle.yaml`,
    ],
    module: {
      path: "github.com/prometheus-operator/prometheus-operator",
      version: prometheusOperator,
      files: ["bundle.yaml"],
    },
  },
  certManager: {
    version: certManager,
    release: [`${github}/cert-manager/cert-manager/releases/download/v${certManager}/cert-manager.yaml`],
  },
  /** The kinds alone, for the embedded cluster's build of the controllers. */
  certManagerKinds: {
    version: certManager,
    release: [`${github}/cert-manager/cert-manager/releases/download/v${certManager}/cert-manager.crds.yaml`],
    module: {
      path: "github.com/cert-manager/cert-manager",
      version: certManager,
      files: [
        ...["challenges", "orders"].map((kind) => `deploy/crds/acme.cert-manager.io_${kind}.yaml`),
        ...["certificaterequests", "certificates", "clusterissuers", "issuers"].map(
          (kind) => `deploy/crds/cert-manager.io_${kind}.yaml`,
        ),
      ],
    },
  },
} satisfies Record<string, Source>;

const externalSecrets = "1.3.2";
const keda = "2.20.2";

/** Kinds that stacks may name and somebody else installs: what is said in them is checked against these. */
export const kindsOfOthers = {
  externalSecrets: {
    version: externalSecrets,
    release: [`${raw}/external-secrets/external-secrets/v${externalSecrets}/deploy/crds/bundle.yaml`],
    module: {
      path: "github.com/external-secrets/external-secrets",
      version: externalSecrets,
      files: ["config/crds/bases/external-secrets.io_externalsecrets.yaml"],
    },
  },
  keda: {
    version: keda,
    release: [`${github}/kedacore/keda/releases/download/v${keda}/keda-${keda}-crds.yaml`],
    module: {
      path: "github.com/kedacore/keda/v2",
      version: keda,
      files: ["scaledobjects", "triggerauthentications"].map(
        (kind) => `config/crd/bases/keda.sh_${kind}.yaml`,
      ),
    },
  },
} satisfies Record<string, Source>;

/** The images those manifests run, where an image registry can be reached. */
const tags = {
  traefik: `docker.io/library/traefik:v${traefik}`,
  cloudnativepg: `ghcr.io/cloudnative-pg/cloudnative-pg:${cloudnativepg}`,
  barman: `ghcr.io/cloudnative-pg/plugin-barman-cloud:v${barman}`,
  barmanSidecar: `ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v${barman}`,
  prometheusOperator: `quay.io/prometheus-operator/prometheus-operator:v${prometheusOperator}`,
  configReloader: `quay.io/prometheus-operator/prometheus-config-reloader:v${prometheusOperator}`,
  prometheus: `quay.io/prometheus/prometheus:v${versions.prometheus}`,
  alertmanager: `quay.io/prometheus/alertmanager:v${versions.alertmanager}`,
  kubeStateMetrics: `registry.k8s.io/kube-state-metrics/kube-state-metrics:v${versions.kubeStateMetrics}`,
  nodeExporter: "quay.io/prometheus/node-exporter:v1.9.1",
  blackboxExporter: "quay.io/prometheus/blackbox-exporter:v0.27.0",
  grafana: "docker.io/grafana/grafana:12.1.1",
  /** Hands ConfigMaps with dashboards to Grafana. */
  dashboardSidecar: "docker.io/kiwigrid/k8s-sidecar:1.30.10",
  /** Only the embedded cluster names one; upstream's manifest has its own. */
  certManager: "",
  /** An S3 server on the cluster itself: only the embedded cluster has one. */
  s3: "",
};
export type ImageName = keyof typeof tags;

/** Each with the digest of what that tag stood for when it was chosen. */
export const images = Object.fromEntries(
  Object.entries(tags).map(([name, tag]) => [name, pinned(tag)]),
) as Record<ImageName, string>;
