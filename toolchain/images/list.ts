/** Every image the embedded cluster runs (what upstream's tests run in it: e2e.ts). How to add one: README.md. */
import { besideKubernetes } from "../cluster/programs";
import { goRecipe } from "../gobuild";
import { backupImages } from "./backups";
import { busybox } from "./busybox";
import { demoImages } from "./demo";
import { staticImage, type Image } from "./image";
import { monitoringImages } from "./monitoring";
import { platformImages } from "./platform";

const pause = staticImage(
  { name: "pause", version: "1", upstream: "registry.k8s.io/pause:3.10.1", user: "65535" },
  goRecipe({ name: "pause", version: "1", module: "images/programs", package: "./pause", output: "pause" }),
  "pause",
);

const coredns = staticImage(
  { name: "coredns", version: "1.15.0", upstream: "registry.k8s.io/coredns/coredns:v1.15.0" },
  besideKubernetes({ name: "coredns", version: "1.15.0", package: "./cmd/coredns" }),
  "coredns",
);

const metricsServer = staticImage(
  {
    name: "metrics-server",
    version: "0.7.2",
    upstream: "registry.k8s.io/metrics-server/metrics-server:v0.7.2",
  },
  besideKubernetes({ name: "metrics-server", version: "0.7.2", package: "./cmd/metrics-server" }),
  "metrics-server",
);

const localPathProvisioner = staticImage(
  {
    name: "local-path-provisioner",
    version: "0.0.30",
    upstream: "docker.io/rancher/local-path-provisioner:v0.0.30",
  },
  besideKubernetes({
    name: "local-path-provisioner",
    version: "0.0.30",
    package: "github.com/rancher/local-path-provisioner",
  }),
  "local-path-provisioner",
);

/** What every cluster runs. */
export const basicImages = [
  pause,
  coredns,
  localPathProvisioner,
  busybox,
  metricsServer,
] as const satisfies Image[];

export const images = (): Image[] => [
  ...basicImages,
  ...platformImages,
  ...backupImages,
  ...monitoringImages,
  ...demoImages(),
];

export function image(name: string): Image {
  const all = images();
  const found = all.find((each) => each.name === name);
  if (!found)
    throw new Error(`no image is called ${name}; there are ${all.map((each) => each.name).join(", ")}`);
  return found;
}
