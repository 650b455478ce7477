import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { deepMerge } from "../../components/merge";
import { programOf } from "../../components/testing";

describe("deepMerge", () => {
  const table: [what: string, base: unknown, patch: unknown, merged: unknown][] = [
    ["takes what is new", { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    [
      "keeps what is beside, at any depth",
      { a: { b: { c: 1, d: 2 } } },
      { a: { b: { c: 3 } } },
      { a: { b: { c: 3, d: 2 } } },
    ],
    ["leaves alone what is not said", { a: 1 }, { a: undefined }, { a: 1 }],
    ["takes out what is null", { a: 1, b: 2 }, { a: null }, { b: 2 }],
    ["replaces lists without names", { a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
    [
      "merges lists with names by name",
      {
        containers: [
          { image: "a", name: "api" },
          { image: "b", name: "sidecar" },
        ],
      },
      {
        containers: [
          { name: "api", tty: true },
          { image: "c", name: "new" },
        ],
      },
      {
        containers: [
          { image: "a", name: "api", tty: true },
          { image: "b", name: "sidecar" },
          { image: "c", name: "new" },
        ],
      },
    ],
    ["replaces a text by a map", { a: "b" }, { a: { c: 1 } }, { a: { c: 1 } }],
  ];
  for (const [what, base, patch, merged] of table) {
    it(what, () => assert.deepEqual(deepMerge(base, patch), merged));
  }

  it("changes neither side", () => {
    const base = { a: { b: 1 } };
    deepMerge(base, { a: { c: 2 } });
    assert.deepEqual(base, { a: { b: 1 } });
  });

  it("merges into what is not known yet", async () => {
    const graph = await programOf(() => ({
      merged: deepMerge({ spec: pulumi.output({ a: 1, b: 2 }) }, { spec: { b: 3 } }),
    }));
    assert.deepEqual(graph.outputs, { merged: { spec: { a: 1, b: 3 } } });
  });

  it("keeps secret what was", async () => {
    const graph = await programOf(() => ({
      merged: deepMerge({ data: pulumi.secret({ a: "x" }) }, { data: { b: "y" } }),
    }));
    assert.deepEqual(graph.outputs, { merged: { data: { a: "x", b: "y" } } });
    assert.deepEqual(graph.outputSecrets, ["merged.data"]);
  });
});
