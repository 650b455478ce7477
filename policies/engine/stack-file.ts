/**
 * The stack's file, for runs in which the engine does not tell the configuration (`pulumi policy analyze`, which looks at
 * a state without running the program).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { isObject } from "../unknown";

/** Reads a key of `Pulumi.<stack>.yaml` of the project, found beside or below the pack's parent folder. */
export function stackFile(
  pack: string,
  urn: string,
): { path: string; key: (name: string) => unknown } | undefined {
  const [, , stack, project] = /^(urn):(pulumi):([^:]+)::([^:]+)::/.exec(urn)?.slice(1) ?? [];
  if (stack === undefined || project === undefined) return undefined;
  const folder = projectFolder(dirname(pack), project);
  const path = folder === undefined ? undefined : join(folder, `Pulumi.${stack}.yaml`);
  if (path === undefined || !existsSync(path)) return undefined;
  const content: unknown = parse(readFileSync(path, "utf8"));
  const config = isObject(content) && isObject(content.config) ? content.config : {};
  return { path, key: (name) => config[`${project}:${name}`] };
}

function projectFolder(root: string, project: string): string | undefined {
  const below = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
    .map((entry) => join(root, entry.name));
  return [root, ...below].find((folder) => projectName(join(folder, "Pulumi.yaml")) === project);
}

function projectName(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const content: unknown = parse(readFileSync(file, "utf8"));
  return isObject(content) && typeof content.name === "string" ? content.name : undefined;
}
