/** The example products' stacks: their files, and the graphs the program makes of them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "../../components/testing";
import { parseSettings, type Settings } from "../../config";
import { readStackFile, type StackFile } from "../../config/source";
import { check } from "../../policies/check";
import { details } from "../../policies/findings";
import { rules } from "../../policies/index";
import { Resource } from "../../policies/resource";
import { fromStack } from "../../policies/settings";
import { checkout } from "../../toolchain/lib/paths";
import { graphOf } from "../helpers/stack";

export const EXAMPLES = join(checkout, "examples");

export interface Example {
  readonly product: string;
  readonly stack: string;
  readonly path: string;
}

/** Every product with a folder of its own. */
export function products(): string[] {
  return readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export function stacksOf(product: string): Example[] {
  return readdirSync(join(EXAMPLES, product)).flatMap((name) => {
    const stack = /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1];
    return stack === undefined ? [] : [{ path: join(EXAMPLES, product, name), product, stack }];
  });
}

export function fileOf({ path }: Pick<Example, "path">): StackFile {
  return readStackFile(path);
}

export function settingsOf(example: Pick<Example, "path">): Settings {
  const file = fileOf(example);
  return parseSettings(file.raw, file);
}

const made = new Map<string, Promise<Graph>>();

/** A program of its own each: one at a time, as the SDK's settings are global. */
export function graphOfExample(example: Example): Promise<Graph> {
  const known = made.get(example.path);
  if (known !== undefined) return known;
  const graph = graphOf(`${example.product}-${example.stack}`, fileOf(example).raw);
  made.set(example.path, graph);
  return graph;
}

/** What the policy pack says of a stack, in lines: problems of its own settings, findings, waivers in use. */
export function policyOf(example: Example, graph: Graph): string[] {
  const { raw } = fileOf(example);
  const names = rules.map(({ name }) => name);
  const resources = graph.resources.map(
    ({ inputs, type, name, urn, protect, secrets }) =>
      new Resource({ raw: inputs, type, name, urn, options: { protect }, secrets: () => secrets }),
  );
  const { settings, problems } = fromStack((key) => raw[key], names, example.stack);
  const { findings, waivers } = check(rules, resources, settings, new Date());
  return [
    ...problems,
    ...findings.map((finding) =>
      [finding.severity, finding.resource, finding.rule, ...details(finding, { url: "" }).slice(0, 2)].join(
        " | ",
      ),
    ),
    ...waivers.map((waiver) => JSON.stringify(waiver)),
  ];
}
