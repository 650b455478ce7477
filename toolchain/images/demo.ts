/** The demo product's images: Node and one bundle, as demo/<part>/Dockerfile makes them with a Docker engine. */
import { cpSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { treeInputs, type Recipe } from "../cache";
import { checkout } from "../lib/paths";
import { run } from "../lib/run";
import { versions } from "../versions";
import type { Image, Layer } from "./image";

const parts = ["api", "worker", "web"] as const;
const source = join(checkout, "demo");
const platform = `${process.platform}-${process.arch}`;

/** The Node program that npm publishes. */
const node: Recipe = {
  name: "node",
  version: versions.node,
  inputs: [platform],
  build: async (into, step, log) => {
    step.note(`fetching Node ${versions.node}`);
    await run("npm", ["pack", "--silent", `node-${platform}@${versions.node}`], { cwd: into, log });
    await run("sh", ["-c", "tar -xzf ./*.tgz --strip-components=2 package/bin/node && rm ./*.tgz"], {
      cwd: into,
      log,
    });
  },
};

const isSource = (path: string) => !/(^|\/)(node_modules|dist)(\/|$)|Dockerfile/.test(path);

/** All three parts, bundled from the sources in a folder of their own: the checkout is not touched. */
function bundles(): Recipe {
  return {
    name: "demo",
    version: "1",
    inputs: treeInputs(source, isSource),
    build: async (into, step, log) => {
      const work = join(into, "work");
      cpSync(source, work, { recursive: true, filter: (path) => isSource(path.slice(source.length + 1)) });
      step.note("bundling the demo product");
      await run("npm", ["ci", "--no-fund", "--no-audit"], { cwd: work, log });
      await run("npm", ["run", "--silent", "build", "--", "all", join(work, "dist")], { cwd: work, log });
      for (const part of parts) renameSync(join(work, "dist", part), join(into, part));
      rmSync(work, { recursive: true });
    },
  };
}

/** What Node's program is linked against. */
const base: Layer = {
  kind: "debian",
  variant: "extract",
  packages: ["libc6", "libstdc++6", "libgcc-s1", "netbase", "ca-certificates"],
};

export function demoImages(): Image[] {
  const bundle = bundles();
  return parts.map((part) => ({
    name: `demo-${part}`,
    version: "dev",
    upstream: `ghcr.io/slipway/demo-${part}`,
    user: "1000",
    workdir: "/app",
    entrypoint: ["/usr/local/bin/node", "main.js"],
    env: { NODE_ENV: "production" },
    layers: [
      base,
      {
        kind: "files",
        files: [
          { to: "/tmp", folder: true, mode: 0o1777 },
          {
            to: "/etc/passwd",
            text: "root:x:0:0:root:/:/sbin/nologin\nnode:x:1000:1000:node:/tmp:/sbin/nologin\n",
          },
          { to: "/usr/local/bin/node", program: node, file: "node", mode: 0o755 },
          { to: "/app", program: bundle, tree: part },
        ],
      },
    ],
  }));
}
