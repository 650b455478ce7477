/** The resource graph of each stack, as committed: what a change does to a cluster shows in the diff of a JSON file. */
import assert from "node:assert/strict";
import { type Graph, UNKNOWN } from "../../components/testing";
import { committed, goldenOf, renames } from "../helpers/golden";
import { graphOf, graphOfStack } from "../helpers/stack";
import { full, stackFileWith } from "../../tools/lib/overlay";

const graphs: Record<string, () => Promise<Graph>> = {
  local: () => graphOfStack("local"),
  full: () => graphOf("local", stackFileWith("local", full.product).raw),
  staging: () => graphOfStack("staging"),
  production: () => graphOfStack("production"),
};

for (const [stack, graphOfIt] of Object.entries(graphs)) {
  describe(`the graph of ${stack}`, () => {
    let graph: Graph;
    before(async () => {
      graph = await graphOfIt();
    });

    it("renames nothing without an alias", () => {
      const golden = goldenOf(graph);
      assert.deepEqual(renames(committed(stack, golden), graph), []);
    });

    it("is the committed one (UPDATE_GOLDEN=1 makes it so)", () => {
      const golden = goldenOf(graph);
      assert.deepEqual(golden, committed(stack, golden));
    });

    it("leaves nothing unknown once everything is made", () => {
      const unknown = graph.resources.filter((one) => JSON.stringify([one.inputs, one.outputs]).includes(UNKNOWN));
      assert.deepEqual(
        unknown.map((one) => one.name),
        [],
      );
    });

    it("registers the outputs of every component, once", () => {
      const components = graph.resources.filter((one) => one.type.startsWith("slipway:"));
      assert.deepEqual(
        components.filter((one) => one.finished !== 1 || Object.keys(one.outputs ?? {}).length === 0).map((one) => one.name),
        [],
      );
    });

    it("gives every object of Kubernetes its cluster's provider", () => {
      const objects = graph.resources.filter((one) => one.type.startsWith("kubernetes:"));
      assert.ok(objects.length > 0);
      const providers = new Set(graph.all("pulumi:providers:kubernetes").map((one) => one.urn));
      assert.deepEqual(objects.filter((one) => !providers.has(one.provider)).map((one) => one.name), []);
    });
  });
}
