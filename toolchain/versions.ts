/** Every version Slipway pins, on one page. The npm ones are package.json's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./lib/paths";

function npmVersion(name: string): string {
  const file = join(checkout, "package.json");
  const { dependencies } = JSON.parse(readFileSync(file, "utf8")) as { dependencies: Record<string, string> };
  const version = dependencies[name];
  if (version === undefined) throw new Error(`${name} is not among the dependencies in package.json`);
  return version;
}

export const versions = {
  traefik: "3.6.1",
  certManager: "1.21.2",
  cloudnativepg: "1.30.0",
  barmanPlugin: "0.13.0",
  versitygw: "1.8.0",
  prometheusOperator: "0.85.0",
  prometheus: "3.15.0",
  /** Its later modules lack the pages that its program embeds. */
  alertmanager: "0.31.1",
  kubeStateMetrics: "2.15.0",
  node: "24.21.0",
  /** The engine goes with the SDK: the same version. */
  pulumi: npmVersion("@pulumi/pulumi"),
  plugins: {
    kubernetes: npmVersion("@pulumi/kubernetes"),
    random: npmVersion("@pulumi/random"),
    docker: npmVersion("@pulumi/docker"),
    cloudflare: npmVersion("@pulumi/cloudflare"),
  },
} as const;
