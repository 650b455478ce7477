/** Every stack's manifests, as `./slipway render` writes them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** The committed stacks of the product, by name. */
export const stacks = readdirSync(checkout).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);

export interface Rendered {
  files: string[];
  objects: Manifest[];
  remove(): void;
}

export async function render(stack: string): Promise<Rendered> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-rendered-"));
  await run(join(checkout, "slipway"), ["render", stack, "--out", folder], {
    env: { KUBECONFIG: undefined },
  });
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => join(folder, name));
  return {
    files,
    objects: files.map((file) => parse(readFileSync(file, "utf8"), { version: "1.1" }) as Manifest),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
