/** Slipway's own stacks break none of its rules and need no waiver: every component, with every default. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readStackFile } from "../../config/source";
import { check } from "../../policies/check";
import { details } from "../../policies/findings";
import { rules } from "../../policies/index";
import { Resource } from "../../policies/resource";
import { fromStack } from "../../policies/settings";
import { checkout } from "../../toolchain/lib/paths";
import { graphOfStack } from "../helpers/stack";

const names = rules.map(({ name }) => name);

describe("Slipway's own stacks", function () {
  this.timeout(60_000);
  for (const stack of ["local", "staging", "production"]) {
    it(`${stack} breaks no rule and needs no waiver`, async () => {
      const graph = await graphOfStack(stack);
      const resources = graph.resources.map(
        ({ inputs, type, name, urn, protect, secrets }) =>
          new Resource({ raw: inputs, type, name, urn, options: { protect }, secrets: () => secrets }),
      );
      const { raw } = readStackFile(join(checkout, `Pulumi.${stack}.yaml`));
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
    });
  }
});
