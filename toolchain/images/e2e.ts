/**
 * The images that upstream's end-to-end tests run (`e2e.test --list-images` names them all), in a part of our registry of
 * their own: the tests look for these versions, and unlike ours they start as root, which some cases look at.
 */
import { besideKubernetes, kubernetesVersion, moduleFiles } from "../cluster/programs";
import { busybox } from "./busybox";
import { registry, type Image, type ImageFile } from "./image";

const own = "e2e";

/** Where the tests find them, in the shape of KUBE_TEST_REPO_LIST. What is not named is looked for upstream. */
export const e2eRegistries = {
  promoterE2eRegistry: `${registry}/${own}`,
  gcRegistry: `${registry}/${own}`,
};

const version = "2.63.0";
const program = besideKubernetes({
  name: "agnhost",
  version,
  package: "k8s.io/kubernetes/test/images/agnhost",
  ldflags: [`-X main.Version=${version}`],
});

/** What the porter serves TLS with. */
const certificate = ["localhost.crt", "localhost.key"];
const moduleOwn = moduleFiles(
  { name: "agnhost-files", version: kubernetesVersion, module: "cluster/kube", source: "k8s.io/kubernetes" },
  certificate.map((name) => ({ from: `test/images/agnhost/porter/${name}`, to: name })),
);

/** Every server and client the cases need, in one program, over a Debian with the tools they call inside their pods. */
const agnhost: Image = {
  name: `${own}/agnhost`,
  version,
  upstream: `registry.k8s.io/e2e-test-images/agnhost:${version}`,
  aliases: [
    `${own}/agnhost:2.55`, // what rolling updates come from
    `${own}/glibc-dns-testing:2.0.0`,
    `${own}/pause:3.10.2`,
  ],
  user: "0",
  entrypoint: ["/agnhost"],
  command: ["pause"],
  layers: [
    {
      kind: "debian",
      variant: "minbase",
      packages: ["bind9-dnsutils", "curl", "iproute2", "netcat-openbsd"],
      after: [
        // A case looks for this user, in the group that the image and not the pod puts it in.
        'chroot "$1" groupadd --gid 50000 group-defined-in-image',
        'chroot "$1" useradd --uid 1000 --groups group-defined-in-image user-defined-in-image',
      ],
    },
    {
      kind: "files",
      files: [
        { to: "/agnhost", program, file: "agnhost", mode: 0o755 },
        { to: "/agnhost-2", link: "agnhost" },
        { to: "/uploads", folder: true },
        ...certificate.map((name): ImageFile => ({ to: `/${name}`, program: moduleOwn, file: name })),
      ],
    },
  ],
};

export const e2eImages: Image[] = [
  agnhost,
  {
    ...busybox,
    name: `${own}/busybox`,
    version: "1.37.0-1",
    upstream: "registry.k8s.io/e2e-test-images/busybox:1.37.0-1",
    user: "0",
  },
];
