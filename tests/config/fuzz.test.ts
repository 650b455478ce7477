import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { parseSettings, Problems } from "../../config";
import { parseStackFile } from "../../config/source";
import { settingsOf, SHOP } from "./stacks";

/** Either it is read, or it is refused in lines for people; nothing else may happen. */
function readOrRefused(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof Problems, error instanceof Error ? (error.stack ?? "") : "not an error");
    assert.ok(error.problems.length > 0);
    for (const { path, found, allowed, remedy } of error.problems) {
      for (const text of [path, found, allowed, remedy ?? ""]) assert.doesNotMatch(text, /[\n\r]/, text);
      // Outside quotes: a file may well hold the text "undefined".
      const ours = `${found} ${allowed} ${remedy ?? ""}`
        .replace(/"(?:[^"\\]|\\.)*"/g, "")
        .replace(/a map with .*/, "");
      assert.doesNotMatch(ours, /\bundefined\b|\[object|\bat .*\.ts:\d/);
    }
  }
}

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
});
const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    "__proto__",
    "constructor",
    "toString",
    -1,
    Infinity,
    NaN,
    [],
    {},
    [[]],
    { __proto__: 1 },
    "secure",
    true,
  ),
  anything,
);

/** Every place in a value, as paths. */
function places(value: unknown, path: PropertyKey[] = []): PropertyKey[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, below]) => places(below, [...path, key]))];
}

function replaced(value: unknown, [step, ...rest]: readonly PropertyKey[], by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value))
    return value.map((below: unknown, index) => (String(index) === step ? replaced(below, rest, by) : below));
  const entries = Object.entries(value as object).map(([key, below]): [string, unknown] => [
    key,
    key === step ? replaced(below, rest, by) : below,
  ]);
  return Object.fromEntries(entries);
}

describe("stack files made of noise", () => {
  const shop = parseStackFile(SHOP, "shop").raw;
  const everywhere = places(shop).filter((path) => path.length > 0);

  it("reads or refuses any text", () => {
    fc.assert(
      fc.property(fc.string({ size: "medium" }), (text) => readOrRefused(() => settingsOf(text))),
      { numRuns: 120 },
    );
  });

  it("reads or refuses any text below config:", () => {
    fc.assert(
      fc.property(fc.string({ size: "medium", unit: "binary" }), (text) =>
        readOrRefused(() => settingsOf(`config:\n  slipway:parts: ${text}\n`)),
      ),
      { numRuns: 120 },
    );
  });

  it("reads or refuses a good file with some letters changed", () => {
    const change = fc.record({
      at: fc.nat(SHOP.length - 1),
      length: fc.nat(6),
      text: fc.string({ maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const text = changes.reduce(
          (file, { at, length, text: put }) => file.slice(0, at) + put + file.slice(at + length),
          SHOP,
        );
        readOrRefused(() => settingsOf(text));
      }),
      { numRuns: 80 },
    );
  });

  it("reads or refuses a good file with anything in any one place", () => {
    fc.assert(
      fc.property(fc.constantFrom(...everywhere), nasty, (path, value) =>
        readOrRefused(() => parseSettings(replaced(shop, path, value), { where: "shop" })),
      ),
      { numRuns: 120 },
    );
  });

  it("reads or refuses a good file with a key of any name in any map", () => {
    const maps = everywhere.filter(
      (path) =>
        typeof path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown>)[step], shop) ===
        "object",
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...maps),
        fc.oneof(fc.string(), fc.constantFrom("__proto__", "a.b", "[0]", '"', "")),
        nasty,
        (path, key, value) => {
          const map = path.reduce<unknown>(
            (at, step) => (at as Record<PropertyKey, unknown>)[step],
            shop,
          ) as object;
          const wider: unknown = Array.isArray(map)
            ? [...(map as unknown[]), value]
            : Object.fromEntries([...Object.entries(map), [key, value]]);
          readOrRefused(() => parseSettings(replaced(shop, path, wider), { where: "shop" }));
        },
      ),
      { numRuns: 120 },
    );
  });

  it("refuses anything at all that is not a map of settings", () => {
    fc.assert(
      fc.property(anything, (value) => {
        assert.throws(() => parseSettings(value, { where: "noise" }), Problems);
      }),
      { numRuns: 120 },
    );
  });

  it("says no more after a round through YAML than before", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...everywhere),
        fc.oneof(fc.string({ unit: "grapheme-ascii" }), fc.integer(), fc.boolean()),
        (path, value) => {
          const raw = replaced(shop, path, value) as Record<string, unknown>;
          const file = {
            config: Object.fromEntries(Object.entries(raw).map(([key, below]) => [`slipway:${key}`, below])),
          };
          const said = (read: () => unknown) => {
            try {
              read();
              return [];
            } catch (error) {
              assert.ok(error instanceof Problems);
              return error.problems.map((problem) => [problem.path, problem.found, problem.allowed]).sort();
            }
          };
          const text = stringify(file, { lineWidth: 0 });
          assert.deepEqual(parse(text), file);
          assert.deepEqual(
            said(() => settingsOf(text)),
            said(() => parseSettings(raw, { where: "x" })),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
