/** What the golden files take to be a rename: found without an alias, and content with one. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { programOf } from "../../components/testing";
import { goldenOf, renames } from "../helpers/golden";

class Box extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:components:Box", name, {}, opts);
    this.registerOutputs({ name });
  }
}

const graphOf = (name: string, opts: pulumi.CustomResourceOptions = {}, box = "box") =>
  programOf(() => {
    const parent = new Box(box);
    new random.RandomPassword(name, { length: 8 }, { parent, ...opts });
  });
const before = async () => goldenOf(await graphOf("box-old"));
const PASSWORD = "random:index/randomPassword:RandomPassword";

describe("a rename", () => {
  it("without an alias is named, with the alias to add", async () => {
    assert.deepEqual(renames(await before(), await graphOf("box-new")), [
      `slipway:components:Box$${PASSWORD}::box-old is gone and box-new is new: it would be deleted and made anew. ` +
        'If it is the same, give box-new aliases: [{ name: "box-old" }]',
    ]);
  });

  it("with its alias is none", async () => {
    assert.deepEqual(renames(await before(), await graphOf("box-new", { aliases: [{ name: "box-old" }] })), []);
  });

  it("with another's alias still is one", async () => {
    const graph = await graphOf("box-new", { aliases: [{ name: "box-other" }] });
    assert.equal(renames(await before(), graph).length, 1);
  });

  it("to another parent needs the parent in its alias", async () => {
    const moved = await programOf(() => {
      new Box("box");
      new random.RandomPassword("box-old", { length: 8 });
    });
    const [said] = renames(await before(), moved);
    assert.match(said ?? "", /give box-old aliases: \[\{ name: "box-old", parent: … of slipway:components:Box\$/);
  });

  it("is not what is merely new or merely gone", async () => {
    const empty = await programOf(() => void new Box("box"));
    assert.deepEqual(renames(await before(), empty), []);
    assert.deepEqual(renames(goldenOf(empty), await graphOf("box-new")), []);
  });
});
