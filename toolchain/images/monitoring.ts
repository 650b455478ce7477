/** The images of monitoring: Prometheus and all that it asks, from Go modules where they are to be had, else from Debian's packages. */
import { goRecipe } from "../gobuild";
import { monitoringRecipe } from "../monitoring";
import { versions } from "../versions";
import { basics, type DebianLayer, staticImage, type Image } from "./image";

const quay = "quay.io/prometheus";

/** A program at the place where upstream's image has it: pods name it the same way on every cluster. */
const program = (
  about: Pick<Image, "name" | "version" | "upstream">,
  recipe: Parameters<typeof staticImage>[1],
  at: string,
): Image => {
  const file = at.split("/").at(-1) ?? at;
  return {
    ...about,
    user: "65532",
    entrypoint: [at],
    layers: [{ kind: "files", files: [...basics, { to: at, program: recipe, file, mode: 0o755 }] }],
  };
};

const operatorProgram = (name: string, output: string) =>
  goRecipe({
    name,
    version: versions.prometheusOperator,
    module: "monitoring",
    package: `github.com/prometheus-operator/prometheus-operator/cmd/${name === "prometheus-operator" ? "operator" : name}`,
    output,
    ldflags: [`-X github.com/prometheus/common/version.Version=${versions.prometheusOperator}`],
  });

const operatorImage = (name: string) => {
  const version = versions.prometheusOperator;
  const upstream = `quay.io/prometheus-operator/${name}:v${version}`;
  return program({ name, version, upstream }, operatorProgram(name, name), `/bin/${name}`);
};

const kubeStateMetrics = staticImage(
  {
    name: "kube-state-metrics",
    version: versions.kubeStateMetrics,
    upstream: `registry.k8s.io/kube-state-metrics/kube-state-metrics:v${versions.kubeStateMetrics}`,
  },
  goRecipe({
    name: "kube-state-metrics",
    version: versions.kubeStateMetrics,
    module: "monitoring",
    package: "k8s.io/kube-state-metrics/v2",
    output: "kube-state-metrics",
  }),
  "kube-state-metrics",
);

/** What nobody runs in a container goes; what is trusted becomes the one file that Go looks for, which no hook of a package makes here. */
const trusting = [
  'mkdir -p "$1/etc/ssl/certs" && cat "$1"/usr/share/ca-certificates/mozilla/*.crt >"$1/etc/ssl/certs/ca-certificates.crt"',
  'rm -rf "$1/usr/share" "$1/lib/systemd" "$1/etc/init.d"',
];

/** Alertmanager calls the world outside. */
const trust: DebianLayer = {
  kind: "debian",
  variant: "extract",
  packages: ["ca-certificates"],
  after: [...trusting, 'rm -rf "$1/usr/bin" "$1/usr/sbin"'],
};

const server = (name: "prometheus" | "alertmanager") =>
  program(
    { name, version: versions[name], upstream: `${quay}/${name}:v${versions[name]}` },
    monitoringRecipe(name),
    `/bin/${name}`,
  );

/** Debian's exporters, under the names that upstream's images have for them. */
const exporter = (
  about: Pick<Image, "name" | "version" | "upstream">,
  packages: string[],
  links: Record<string, string>,
): Image => ({
  ...about,
  user: "65532",
  entrypoint: [Object.keys(links)[0] ?? ""],
  layers: [
    {
      kind: "debian",
      variant: "extract",
      packages: [...packages, "ca-certificates"],
      after: trusting,
    },
    {
      kind: "files",
      files: [...basics, ...Object.entries(links).map(([to, link]) => ({ to, link }))],
    },
  ],
});

const probing = exporter(
  { name: "exporters", version: "12", upstream: `${quay}/blackbox-exporter:v0.27.0` },
  ["prometheus-blackbox-exporter", "prometheus-node-exporter"],
  {
    "/bin/blackbox_exporter": "../usr/bin/prometheus-blackbox-exporter",
    "/bin/node_exporter": "../usr/bin/prometheus-node-exporter",
  },
);

const redisExporter = exporter(
  { name: "redis-exporter", version: "1.45", upstream: "docker.io/oliver006/redis_exporter:v1.74.0" },
  ["prometheus-redis-exporter"],
  { "/redis_exporter": "usr/bin/prometheus-redis-exporter" },
);

export const monitoringImages = [
  operatorImage("prometheus-operator"),
  operatorImage("prometheus-config-reloader"),
  server("prometheus"),
  { ...server("alertmanager"), layers: [trust, ...server("alertmanager").layers] },
  kubeStateMetrics,
  probing,
  redisExporter,
] as const satisfies Image[];
