import assert from "node:assert/strict";
import fc from "fast-check";
import { differences } from "../../../tools/review/leaves";

const brief = (before: unknown, after: unknown) =>
  differences(before, after).map(({ path, before: old, after: now }) => [path, old, now]);

describe("what differs between two values", () => {
  it("is nothing between a value and its copy", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        assert.deepEqual(differences(value, structuredClone(value)), []),
      ),
    );
  });

  it("is something between values that are written differently", () => {
    const order = (_key: string, value: unknown): unknown =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value;
    const text = (value: unknown) => JSON.stringify(value, order);
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.integer()),
        fc.dictionary(fc.string(), fc.integer()),
        (a, b) => {
          assert.equal(differences(a, b).length > 0, text(a) !== text(b));
        },
      ),
    );
  });

  it("matches what has a name by its name: one more container is one addition", () => {
    const before = [
      { name: "api", image: "a:1" },
      { name: "log", image: "l:1" },
    ];
    const after = [
      { name: "auth", image: "x:1" },
      { name: "api", image: "a:2" },
      { name: "log", image: "l:1" },
    ];
    assert.deepEqual(brief({ containers: before }, { containers: after }), [
      ["containers[api].image", "a:1", "a:2"],
      ["containers[auth].image", undefined, "x:1"],
    ]);
  });

  it("says where the engine would: by place, in the new list", () => {
    const [found] = differences(
      { list: [{ name: "b", v: 1 }] },
      {
        list: [
          { name: "a", v: 0 },
          { name: "b", v: 2 },
        ],
      },
    );
    assert.deepEqual([found?.path, found?.place], ["list[b].v", "list[1].v"]);
    assert.equal(differences({ a: { "b.c/d": 1 } }, { a: { "b.c/d": 2 } })[0]?.place, 'a["b.c/d"]');
  });

  it("does not say twice what an element that comes or goes is called", () => {
    assert.deepEqual(brief([{ name: "A", value: "1" }], []), [["[A].value", "1", undefined]]);
    assert.deepEqual(brief([{ name: "A" }], []), [["[A].name", "A", undefined]]);
  });

  it("of plain lists is what came and what went, whatever the order of the rest", () => {
    assert.deepEqual(brief({ h: ["a", "b"] }, { h: ["b", "c", "a"] }), [["h[]", undefined, "c"]]);
    assert.deepEqual(brief({ h: ["a", "b"] }, { h: ["a"] }), [["h[]", "b", undefined]]);
  });

  it("tells an empty object from none, and null from nothing", () => {
    assert.deepEqual(brief({ a: {} }, {}), [["a", {}, undefined]]);
    assert.deepEqual(brief({ a: null }, { a: 1 }), [["a", null, 1]]);
  });

  it("never opens a secret", () => {
    const secret = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "[secret]",
    };
    assert.deepEqual(differences({ p: secret }, { p: { ...secret, ciphertext: "other" } }), []);
    assert.equal(differences({ p: "plain" }, { p: secret }).length, 1);
  });
});
