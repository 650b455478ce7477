/** What must hold of every stack of every example product; each product's test says it of its own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { readFileSync } from "node:fs";
import { type Graph, UNKNOWN } from "../../components/testing";
import { stackFileSchema } from "../../config/json-schema";
import { committed, dense, goldenOf, renames } from "../helpers/golden";
import { Look } from "./look";
import { type Example, graphOfExample, policyOf, settingsOf, stacksOf } from "./stacks";

const FOLDER = join(__dirname, "golden");
const validate = new Ajv({ strict: false, validateFormats: false }).compile(stackFileSchema());

/** Describes the common tests of a product's stacks, and those of its own: `promises` gets a look at one stack. */
export function describeProduct(
  product: string,
  stacks: readonly string[],
  promises: (of: (stack: string) => Look) => void,
): void {
  describe(`examples/${product}`, function () {
    this.timeout(60_000);
    const looks = new Map<string, Look>();
    before(async () => {
      for (const example of stacksOf(product)) {
        looks.set(example.stack, new Look(await graphOfExample(example)));
      }
    });

    it(`has the stacks ${stacks.join(", ")}`, () => {
      assert.deepEqual(
        stacksOf(product).map(({ stack }) => stack),
        [...stacks].sort(),
      );
    });
    for (const example of stacksOf(product)) describeStack(example, () => lookAt(looks, example.stack).graph);
    promises((stack) => lookAt(looks, stack));
  });
}

function lookAt(looks: ReadonlyMap<string, Look>, stack: string): Look {
  const look = looks.get(stack);
  if (look === undefined) throw new Error(`no stack ${stack}`);
  return look;
}

function describeStack(example: Example, graph: () => Graph): void {
  const { path, product, stack } = example;
  describe(stack, () => {
    it("is read without a word, by the program and by editors", () => {
      assert.equal(settingsOf(example).product, product === "templated" ? "acme-shop" : product);
      const text = readFileSync(path, "utf8");
      assert.equal(text.split("\n")[0], "# yaml-language-server: $schema=../../config/stack.schema.json");
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors?.slice(0, 3)));
    });

    it("breaks no rule and needs no waiver", () => {
      assert.deepEqual(policyOf(example, graph()), []);
      assert.ok(graph().resources.length > 20, "the program made next to nothing");
    });

    it("makes the committed graph (UPDATE_GOLDEN=1 makes it so)", () => {
      const golden = goldenOf(graph());
      const known = committed(`${product}-${stack}`, golden, FOLDER, dense);
      assert.deepEqual(renames(known, graph()), []);
      assert.deepEqual(golden, known);
    });

    it("leaves nothing unknown once everything is made", () => {
      const unknown = graph().resources.filter((one) =>
        JSON.stringify([one.inputs, one.outputs]).includes(UNKNOWN),
      );
      assert.deepEqual(
        unknown.map((one) => one.name),
        [],
      );
    });
  });
}
