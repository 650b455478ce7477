import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../toolchain/lib/paths";

/** What a program's Pulumi.yaml has Node load first. */
export const starts = {
  /** As the programs here start. */
  ours: join(checkout, "start", "index.js"),
  /** As a TypeScript program without a type check does anywhere. */
  plain: "ts-node/register/transpile-only",
};

/** A Pulumi project of one program, with this checkout's SDKs, and a name of its own: a backend keeps stacks by project. */
export function project(folder: string, name: string, program: string, start = starts.ours): string {
  const path = join(folder, name);
  mkdirSync(path);
  symlinkSync(join(checkout, "node_modules"), join(path, "node_modules"));
  cpSync(join(checkout, "tsconfig.json"), join(path, "tsconfig.json"));
  const settings = readFileSync(join(checkout, "Pulumi.yaml"), "utf8");
  writeFileSync(
    join(path, "Pulumi.yaml"),
    settings
      .replace(/^name: .*$/m, `name: ${name}`)
      .replace(/--require \S+/, `--require ${JSON.stringify(start)}`),
  );
  writeFileSync(join(path, "package.json"), JSON.stringify({ name, main: "index.ts" }));
  writeFileSync(join(path, "index.ts"), program);
  return path;
}

/** A cluster that is not there, so that no measure depends on one. */
export function unreachable(folder: string, name: string): string {
  const file = join(folder, "kubeconfig");
  const cluster = { name, cluster: { server: "https://127.0.0.1:9" } };
  const context = { name, context: { cluster: name, user: name } };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [cluster],
    contexts: [context],
    users: [{ name, user: {} }],
    "current-context": name,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}
