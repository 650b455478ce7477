import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problems } from "../../config";
import { parseStackFile, readStackFile } from "../../config/source";
import { SHOP } from "./stacks";

function refusal(text: string): string {
  try {
    parseStackFile(text, "Pulumi.test.yaml");
  } catch (error) {
    if (error instanceof Problems) return error.message.split("\n").slice(1).join("\n");
    throw error;
  }
  throw new Error("the file was read");
}

const bomb = [
  "a: &a [x,x,x,x,x,x,x,x,x]",
  ..."bcdefgh"
    .split("")
    .map(
      (name, i) =>
        `${name}: &${name} [${"abcdefgh"[i] === undefined ? "" : Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]`,
    ),
].join("\n");

describe("stack files as YAML", () => {
  it("gives the settings without their namespace, and leaves other programs' keys alone", () => {
    const { raw } = parseStackFile("config:\n  slipway:product: shop\n  aws:region: eu-central-1\n", "x");
    assert.deepEqual(raw, { product: "shop" });
  });

  it("knows the line of each key, and of each entry of a list", () => {
    const { lineOf } = parseStackFile(
      "config:\n  slipway:routes:\n    - host: app\n    - host: api\n      path: /x\n",
      "x",
    );
    assert.equal(lineOf(["routes"]), 2);
    assert.equal(lineOf(["routes", 1]), 4);
    assert.equal(lineOf(["routes", 1, "path"]), 5);
    assert.equal(lineOf(["routes", 1, "nothing"]), 4);
    assert.equal(lineOf(["redis"]), 1);
  });

  it("knows the line behind an anchor", () => {
    const { raw, lineOf } = parseStackFile("config:\n  slipway:a: &one\n    x: 1\n  slipway:b: *one\n", "x");
    assert.deepEqual(raw, { a: { x: 1 }, b: { x: 1 } });
    assert.equal(lineOf(["b", "x"]), 3);
  });

  it("takes merges, as Pulumi does", () => {
    const { raw } = parseStackFile(
      "config:\n  slipway:a: &one {x: 1, y: 2}\n  slipway:b: {<<: *one, y: 3}\n",
      "x",
    );
    assert.deepEqual(raw.b, { x: 1, y: 3 });
  });

  const broken: [string, string, RegExp][] = [
    ["an empty file", "", /^Pulumi\.test\.yaml:1: found an empty file; allowed: a map with config$/],
    ["a list", "- config", /^Pulumi\.test\.yaml:1: found no map; allowed: a map with config$/],
    ["a text", "config", /^Pulumi\.test\.yaml:1: found no map/],
    [
      "config that is a list",
      "config: []",
      /^Pulumi\.test\.yaml:1: config: found no map; allowed: a map of slipway: keys$/,
    ],
    [
      "a quote that is never closed",
      'config:\n  slipway:product: "shop\n',
      /^Pulumi\.test\.yaml:\d: found Missing closing "quote; allowed: YAML that can be read$/,
    ],
    [
      "a map that is never closed",
      "config: {a: 1\n",
      /^Pulumi\.test\.yaml:\d: found .*; allowed: YAML that can be read$/m,
    ],
    ["tabs", "config:\n\tslipway:product: shop\n", /Tabs are not allowed as indentation/],
    [
      "a key twice",
      "config:\n  slipway:product: a\n  slipway:product: b\n",
      /^Pulumi\.test\.yaml:3: found Map keys must be unique; allowed: YAML that can be read$/,
    ],
    ["two documents", "config: {}\n---\nconfig: {}\n", /multiple documents/],
    ["an alias to nothing", "config: *none\n", /Unresolved alias/],
    ["a tag of some program", "config:\n  slipway:product: !!python/object x\n", /Unresolved tag/],
    ["an alias bomb", bomb, /Excessive alias count.*at most 100 uses of its anchors/],
    [
      "a map inside itself",
      "config: &c\n  slipway:x: *c\n",
      /found lists or maps nested too deep; allowed: YAML that can be read, at most 32 levels deep$/,
    ],
    ["lists nested too deep", "[".repeat(20_000), /found .*; allowed: YAML that can be read/],
    [
      "a file too large",
      `config: {a: "${"x".repeat(262144)}"}`,
      /^Pulumi\.test\.yaml: found \d+ bytes; allowed: at most 262144 bytes$/,
    ],
    [
      "a key of ours at the margin",
      "slipway:product: shop\n",
      /^Pulumi\.test\.yaml:1: slipway:product: found an unknown key; allowed: config, .*; indent it below config:$/,
    ],
    ["a mistyped margin", "confg: {}\n", /did you mean "config"\?$/],
    [
      "a key without namespace",
      "config:\n  product: shop\n",
      /^Pulumi\.test\.yaml:2: config\.product: found another namespace; allowed: keys that start with slipway:; write slipway:product$/,
    ],
    [
      "a mistyped namespace",
      "config:\n  slipwy:product: shop\n",
      /config\.slipwy:product: found another namespace; .*; write slipway:product$/,
    ],
  ];
  for (const [name, text, expected] of broken) {
    it(`refuses ${name}, in words`, () => {
      const said = refusal(text);
      assert.match(said, expected);
      for (const line of said.split("\n"))
        assert.match(line, /^Pulumi\.test\.yaml(?::\d+)?: .*found .*; allowed: /);
    });
  }

  it("reads from disk, and says when there is nothing to read", () => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-stack-"));
    try {
      const path = join(folder, "Pulumi.shop.yaml");
      writeFileSync(path, SHOP);
      assert.equal(readStackFile(path).raw.product, "shop");
      assert.equal(readStackFile(path).where, "Pulumi.shop.yaml");
      const missing = join(folder, "Pulumi.none.yaml");
      assert.throws(() => readStackFile(missing), {
        message: `Pulumi.none.yaml: 1 problem\nPulumi.none.yaml: found no such file; allowed: a stack file that can be read; looked for ${missing}`,
      });
      assert.throws(() => readStackFile(folder), /found a folder/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
