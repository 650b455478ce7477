/** What a project's folder says: its name, and which stacks it has. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { distance } from "fastest-levenshtein";
import { parse } from "yaml";
import { Failure } from "../../toolchain/lib/failure";
import { allStacks, projectFolder } from "./touched";

export function projectName(folder: string): string {
  const { name } = parse(readFileSync(join(projectFolder(folder), "Pulumi.yaml"), "utf8")) as {
    name?: unknown;
  };
  if (typeof name === "string" && name !== "") return name;
  throw new Failure(`${join(folder, "Pulumi.yaml")} has no name`, {
    next: "give the project a name: name: my-product",
  });
}

/** The named stacks, each of which must have a file; all wrong ones are said at once. */
export function stackNames(folder: string, named: string[]): string[] {
  const known = allStacks(projectFolder(folder));
  const wrong = named.filter((name) => !known.includes(name));
  if (wrong.length > 0) {
    throw new Failure(`no such stack: ${wrong.join(", ")}`, {
      details: wrong.map((name) => {
        const near = [...known].sort((a, b) => distance(a, name) - distance(b, name))[0];
        return `Pulumi.${name}.yaml is not there${near === undefined ? "" : `; did you mean ${near}?`}`;
      }),
      next: known.length === 0 ? "write a stack file first" : `the stacks are: ${known.join(", ")}`,
    });
  }
  return [...new Set(named)];
}
