/** Slipway's own stacks break none of its rules and need no waiver: every component, with every default. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Graph } from "../../components/testing";
import { readStackFile } from "../../config/source";
import { check } from "../../policies/check";
import { details } from "../../policies/findings";
import { rules } from "../../policies/index";
import { Resource } from "../../policies/resource";
import { fromStack } from "../../policies/settings";
import { checkout } from "../../toolchain/lib/paths";
import { graphOf, graphOfStack } from "../helpers/stack";

const names = rules.map(({ name }) => name);

type Raw = Readonly<Record<string, unknown>>;
const rawOf = (stack: string): Raw => readStackFile(join(checkout, `Pulumi.${stack}.yaml`)).raw;

function breaksNothing(stack: string, graph: Graph, raw: Raw): void {
  const resources = graph.resources.map(
    ({ inputs, type, name, urn, protect, secrets }) =>
      new Resource({ raw: inputs, type, name, urn, options: { protect }, secrets: () => secrets }),
  );
  const { settings, problems } = fromStack((key) => raw[key], names, stack);
  assert.deepEqual(problems, []);
  const { findings, waivers } = check(rules, resources, settings, new Date());
  const said = findings.map((finding) =>
    [finding.severity, finding.resource, finding.rule, ...details(finding, { url: "" }).slice(0, 2)].join(
      " | ",
    ),
  );
  assert.deepEqual(said, []);
  assert.deepEqual(waivers, []);
  assert.ok(resources.length > 20, "the program made next to nothing");
}

/** The stack with no image of its own but the parts', and with all that Slipway runs beside them. */
function withDefaultImages(raw: Raw): Raw {
  const unnamed = (store: string) =>
    Object.fromEntries(Object.entries(raw[store] as Raw).filter(([key]) => !/image/i.test(key)));
  const monitoring = {
    ...(raw.monitoring as Raw | undefined),
    logs: { loki: "http://loki.monitoring:3100" },
  };
  return { ...raw, registry: {}, postgres: unnamed("postgres"), redis: unnamed("redis"), monitoring };
}

describe("Slipway's own stacks", function () {
  this.timeout(60_000);
  for (const stack of ["local", "staging", "production"]) {
    it(`${stack} breaks no rule and needs no waiver`, async () => {
      breaksNothing(stack, await graphOfStack(stack), rawOf(stack));
    });

    it(`${stack} does neither with Slipway's own images, and with all it runs beside the parts`, async () => {
      const raw = withDefaultImages(rawOf(stack));
      const graph = await graphOf(stack, raw);
      const images = JSON.stringify(graph.resources.map(({ inputs }) => inputs));
      const stores = raw.tier === "local" ? [] : ["redis_exporter"];
      for (const image of ["postgresql", "redis", "alloy", ...stores]) {
        assert.match(images, new RegExp(`/${image}:[^"@]+@sha256:`), image);
      }
      breaksNothing(stack, graph, raw);
    });
  }
});
