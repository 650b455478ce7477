/** Each rule about one object: silent on what is good, exact on what is broken, open about what is not known, waivable. */
import assert from "node:assert/strict";
import { rules } from "../../../policies/index";
import { at } from "../../../policies/unknown";
import { fixtures, type FixtureName, type Loose } from "../fixtures";
import { Engine, sent, unknownText, type Said } from "../harness";
import { cases, type Case } from "./cases";

const broken = ({ on, change }: Case): Loose => {
  const object = fixtures[on]();
  change(object);
  return object;
};
/** What the rules about single resources say of an object. */
const register = (object: Loose, config: Record<string, unknown> = {}): Promise<Said[]> =>
  new Engine({ config }).register(sent(object));

describe("rules about one object, as CrossGuard runs them", () => {
  for (const name of Object.keys(fixtures) as FixtureName[]) {
    it(`a good ${name} is silent`, async () => {
      assert.deepEqual(await register(fixtures[name]()), []);
    });
  }

  for (const one of cases) {
    it(`${one.rule} finds ${one.breaks} (${one.on})`, async () => {
      const said = await register(broken(one), one.config);
      const mine = said.filter(({ rule, message }) => rule === one.rule && message.startsWith(one.message));
      assert.notEqual(mine.length, 0, `nothing of the kind among: ${JSON.stringify(said, null, 1)}`);
      const [heading, place] = mine[0]?.message.split("\n") ?? [];
      assert.equal(heading, one.message);
      assert.equal(place?.startsWith(`${one.property}: `), true, place);
      assert.equal(mine[0]?.level, one.config?.tier === "local" ? "advisory" : "mandatory");
      const others = said
        .map(({ rule }) => rule)
        .filter((rule) => rule !== one.rule && one.also?.includes(rule) !== true);
      assert.deepEqual(others, [], "other rules are concerned");
    });
  }

  it("each rule has a break that no other rule finds", () => {
    const alone = new Set(cases.filter(({ also }) => also === undefined).map(({ rule }) => rule));
    const objectRules = rules.filter(({ type }) => type === "object").map(({ name }) => name);
    assert.deepEqual(
      objectRules.filter((name) => !alone.has(name)),
      [],
    );
    assert.deepEqual(
      [...alone].filter((name) => !objectRules.includes(name)),
      [],
    );
  });

  describe("a value that is not known before up", () => {
    for (const one of cases) {
      it(`${one.rule} says that it did not look at ${one.property} (${one.on}, ${one.breaks})`, async () => {
        const object = broken(one);
        put(object, one.property, unknownText);
        const said = (await register(object, one.config)).filter(({ rule }) => rule === one.rule);
        assert.notEqual(said.length, 0, "it passed");
        for (const { level, message } of said.filter(({ message }) => message.startsWith(one.property))) {
          assert.equal(level, "advisory");
          assert.match(
            message,
            /: not evaluated: the value is not known before up; checked again when it is$/,
          );
        }
        assert.equal(
          said.some(({ message }) => message.startsWith(`${one.property}: not evaluated`)),
          true,
          JSON.stringify(said),
        );
      });
    }
  });

  describe("a waiver", () => {
    const rulesOnce = [...new Map(cases.map((one) => [one.rule, one])).values()];
    for (const one of rulesOnce) {
      const waiver = (object: Loose, expires: string) => ({
        rule: one.rule,
        resource: `${object.kind as string}/${object.metadata.name as string}`,
        owner: "ana@example.com",
        reason: "agreed in the review of the 3rd",
        expires,
      });
      it(`of ${one.rule} lets one resource be, and shows`, async () => {
        const object = broken(one);
        const engine = new Engine({ config: { waivers: [waiver(object, "2027-03-31")] } });
        const said = [...(await engine.register(sent(object))), ...(await engine.finish())];
        assert.deepEqual(
          said.filter(({ rule }) => rule === one.rule),
          [],
        );
        const shown = said.filter(({ rule }) => rule === "waivers");
        assert.deepEqual(
          shown.map(({ level, message }) => [level, message]),
          [
            [
              "advisory",
              `waived: ${one.rule} for ${object.kind}/${object.metadata.name}, by ana@example.com until 2027-03-31: agreed in the review of the 3rd`,
            ],
          ],
        );
      });
    }
  });
});

/** Sets a property by path, making what is missing on the way. */
function put(object: Loose, path: string, value: unknown): void {
  const keys = [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([\w-]+)/g)].map(
    ([, quoted, index, word]) => quoted ?? index ?? word ?? "",
  );
  const last = keys.pop() ?? "";
  let current = object;
  for (const key of keys) current = current[key] ??= {};
  current[last] = value;
  assert.equal(at(object, path), value);
}
