/** A stack file with more said in it: what a second file of the same shape has is laid over it, key by key. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Document, isMap, parseDocument } from "yaml";
import { parseStackFile, type StackFile } from "../../config/source";
import { checkout } from "../../toolchain/lib/paths";

/** What `up --full` lays over the local stack's files. */
export const full = {
  platform: join(checkout, "platform", "full.yaml"),
  product: join(checkout, "demo", "full.yaml"),
};

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
