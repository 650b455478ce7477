/** A stack file with more said in it: what a second file of the same shape has is laid over it, key by key. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type Document, isMap, parseDocument } from "yaml";
import { parseStackFile, type StackFile } from "../../config/source";
import { checkout, stateDir } from "../../toolchain/lib/paths";

/** What `up --full` lays over the local stack's files. */
export const full = {
  platform: join(checkout, "platform", "full.yaml"),
  product: join(checkout, "demo", "full.yaml"),
};

const marker = () => stateDir("settings", "product", "local.full");

/** Whether the demo that is up has it laid over its file: whoever looks at it or changes it later means the same. */
export function rememberFull(yes: boolean, file: string = marker()): void {
  if (!yes) rmSync(file, { force: true });
  else {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, "");
  }
}

/** The file that lies over a stack's own since it was last brought up. */
export const laidOver = (stack: string, folder: string, file: string = marker()): string | undefined =>
  stack === "local" && folder === checkout && existsSync(file) ? full.product : undefined;

/** Maps are joined at every level; anything else that both have is the second one's. */
export function overlay(document: Document, file: string): void {
  lay(document, [], parseDocument(readFileSync(file, "utf8")).toJS() as Record<string, unknown>);
}

function lay(document: Document, path: readonly string[], more: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(more)) {
    const at = [...path, key];
    const both = isMap(document.getIn(at)) && typeof value === "object" && value !== null;
    if (both && !Array.isArray(value)) lay(document, at, value as Record<string, unknown>);
    else document.setIn(at, document.createNode(value));
  }
}

/** A stack's file as `up` reads it, with what another file lays over it. */
export function stackFileWith(stack: string, also: string): StackFile {
  const name = `Pulumi.${stack}.yaml`;
  const document = parseDocument(readFileSync(join(checkout, name), "utf8"));
  overlay(document, also);
  return parseStackFile(document.toString(), `${name} with ${relative(checkout, also)}`);
}
