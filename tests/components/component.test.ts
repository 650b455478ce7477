import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { Component, type ComponentOptions, type Transform } from "../../components/component";
import { programOf } from "../../components/testing";

interface Transforms {
  config?: Transform<k8s.core.v1.ConfigMapArgs>;
}

class Shelf extends Component<Transforms> {
  constructor(
    name: string,
    transforms?: Transforms,
    opts?: ComponentOptions,
    private readonly build?: (shelf: Shelf) => void,
  ) {
    super("Shelf", name, transforms, opts);
    this.child("config", k8s.core.v1.ConfigMap, {
      data: { a: "1" },
      metadata: { labels: { b: "2" }, name: "shelf" },
    });
    this.build?.(this);
    this.finish({ name });
  }

  again(): void {
    this.finish({});
  }
}

const provider = () => new k8s.Provider("cluster", { kubeconfig: "{}" });
const MAP = "kubernetes:core/v1:ConfigMap";

describe("Component", () => {
  it("has the token of its kind, and registers its outputs once", async () => {
    const graph = await programOf(() => void new Shelf("shelf", {}, { provider: provider() }));
    const shelf = graph.one("slipway:components:Shelf");
    assert.equal(shelf.name, "shelf");
    assert.deepEqual(shelf.outputs, { name: "shelf" });
    assert.equal(shelf.finished, 1);
    assert.deepEqual(
      graph.childrenOf(shelf).map((one) => one.name),
      ["shelf-config"],
    );
  });

  it("refuses a second registration of outputs, which the engine would drop unseen", async () => {
    await assert.rejects(
      programOf(() => {
        new Shelf("shelf", {}, { provider: provider() }).again();
      }),
      /shelf: outputs are registered once; this is the second time/,
    );
  });

  it("refuses a child that is not named after it", async () => {
    await assert.rejects(
      programOf(() => {
        new Shelf(
          "shelf",
          {},
          { provider: provider() },
          (parent) => void new k8s.core.v1.Secret("loose", {}, { parent }),
        );
      }),
      /kubernetes:core\/v1:Secret "loose" is a child of "shelf": call it "shelf-…"/,
    );
  });

  it("refuses a child whose name only begins with the same letters", async () => {
    await assert.rejects(
      programOf(() => {
        new Shelf(
          "shelf",
          {},
          { provider: provider() },
          (parent) => void new k8s.core.v1.Secret("shelfish", {}, { parent }),
        );
      }),
      /call it "shelf-…"/,
    );
  });

  it("refuses the ambient cluster", async () => {
    await assert.rejects(
      programOf(() => void new Shelf("shelf")),
      /kubernetes:core\/v1:ConfigMap "shelf-config" has no provider: pass \{ provider \} of its cluster/,
    );
  });

  it("hands its provider to its children", async () => {
    const graph = await programOf(() => void new Shelf("shelf", {}, { provider: provider() }));
    assert.equal(graph.one(MAP).provider, graph.one("pulumi:providers:kubernetes").urn);
  });

  it("merges a transform's map deeply", async () => {
    const transforms = { config: { data: { c: "3" }, metadata: { labels: { d: "4" } } } };
    const graph = await programOf(() => void new Shelf("shelf", transforms, { provider: provider() }));
    const { data, metadata } = graph.one(MAP).inputs;
    assert.deepEqual(data, { a: "1", c: "3" });
    assert.deepEqual(metadata, { labels: { b: "2", d: "4" }, name: "shelf" });
  });

  it("lets a transform's function change arguments and options", async () => {
    const config: Transforms["config"] = (args, opts, name) => {
      opts.protect = true;
      return { ...args, data: { of: name } };
    };
    const graph = await programOf(() => void new Shelf("shelf", { config }, { provider: provider() }));
    assert.deepEqual(graph.one(MAP).inputs.data, { of: "shelf-config" });
    assert.equal(graph.one(MAP).protect, true);
  });
});
