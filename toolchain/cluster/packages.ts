/** The Debian packages the embedded cluster runs on. */
import { existsSync } from "node:fs";

export const packages = [
  "containerd",
  "runc",
  "containernetworking-plugins",
  "nftables",
  "iptables", // the portmap plugin speaks through it
  "iproute2",
  "conntrack",
  "kmod",
  "mount",
];

/** What Cilium's agent compiles its kernel programs with. */
export const isolationPackages = ["clang-19", "llvm-19"];

/** Where the CNI plugins are: Debian's place, or upstream's. */
export const cniPlugins = () => (existsSync("/usr/lib/cni/bridge") ? "/usr/lib/cni" : "/opt/cni/bin");
