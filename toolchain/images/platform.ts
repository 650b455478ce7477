/** The images of the platform's operators, and of what they and the stacks run: Postgres and Redis from Debian's packages. */
import { goRecipe } from "../gobuild";
import { traefikRecipe } from "../traefik/recipe";
import { versions } from "../versions";
import { basics, staticImage, type Image } from "./image";

const traefik = staticImage(
  { name: "traefik", version: versions.traefik, upstream: `docker.io/library/traefik:v${versions.traefik}` },
  traefikRecipe(),
  "traefik",
);

const certManager = staticImage(
  {
    name: "cert-manager",
    version: versions.certManager,
    upstream: `quay.io/jetstack/cert-manager-controller:v${versions.certManager}`,
  },
  goRecipe({
    name: "cert-manager",
    version: versions.certManager,
    module: "cert-manager",
    package: ".",
    output: "cert-manager",
  }),
  "cert-manager",
);

const operator = goRecipe({
  name: "cloudnative-pg",
  version: versions.cloudnativepg,
  module: "cloudnative-pg",
  package: "github.com/cloudnative-pg/cloudnative-pg/cmd/manager",
  output: "manager",
  ldflags: [
    `-X github.com/cloudnative-pg/cloudnative-pg/pkg/versions.buildVersion=${versions.cloudnativepg}`,
  ],
});
const architecture = process.arch === "arm64" ? "arm64" : "amd64";

/** The operator copies itself into each instance, under its architecture's name, and finds it where upstream's image has it. */
const cloudnativepg: Image = {
  name: "cloudnative-pg",
  version: versions.cloudnativepg,
  upstream: `ghcr.io/cloudnative-pg/cloudnative-pg:${versions.cloudnativepg}`,
  user: "65532",
  entrypoint: ["/manager"],
  layers: [
    {
      kind: "files",
      files: [
        ...basics,
        { to: `/operator/manager_${architecture}`, program: operator, file: "manager", mode: 0o755 },
        { to: "/manager", link: `operator/manager_${architecture}` },
      ],
    },
  ],
};

/** What CloudNativePG asks of an image: Postgres' programs on PATH, and a user 26 to run them. */
const postgres: Image = {
  name: "postgresql",
  version: "15",
  upstream: "ghcr.io/cloudnative-pg/postgresql:15-standard-bookworm",
  user: "26",
  entrypoint: [],
  command: ["postgres"],
  env: {
    PATH: "/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LANG: "C.UTF-8",
  },
  layers: [
    {
      kind: "debian",
      variant: "minbase",
      packages: ["postgresql-15", "ca-certificates"],
      before: [
        `echo 'postgres:x:26:26::/var/lib/postgresql:/bin/sh' >>"$1/etc/passwd"`,
        // Debian gives 26 to the tape drives, which no container has.
        `sed -i 's/^tape:.*/postgres:x:26:/' "$1/etc/group"`,
        `mkdir -p "$1/etc/postgresql-common" && echo 'create_main_cluster = false' >"$1/etc/postgresql-common/createcluster.conf"`,
      ],
    },
  ],
};

const redis: Image = {
  name: "redis",
  version: "7.0",
  upstream: "docker.io/valkey/valkey:8.1",
  user: "65532",
  entrypoint: ["redis-server"],
  layers: [
    { kind: "debian", variant: "minbase", packages: ["redis-server", "redis-tools"] },
    { kind: "files", files: [{ to: "/data", folder: true, mode: 0o775, owner: 65532 }] },
  ],
};

export const platformImages = [
  traefik,
  certManager,
  cloudnativepg,
  postgres,
  redis,
] as const satisfies Image[];
