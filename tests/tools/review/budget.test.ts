import assert from "node:assert/strict";
import fc from "fast-check";
import { fit, type Block } from "../../../tools/review/budget";

const lost = ["row", "rows"] as const;
const list = (count: number): Block => ({
  text: "head\n",
  inner: Array.from({ length: count }, (_, index) => ({
    text: `row ${index}\n`,
    yields: [{ order: 1, to: "", lost }],
  })),
  rest: (gone) => `and ${gone} more\n`,
  end: "end\n",
});

describe("fitting a comment", () => {
  it("leaves alone what fits", () => {
    assert.deepEqual(fit([list(2)], 1000), { text: "head\nrow 0\nrow 1\nend\n", lost: [] });
  });

  it("drops whole rows from the end, and says how many", () => {
    const { text, lost: gone } = fit([list(10)], 40);
    assert.equal(text, "head\nrow 0\nrow 1\nrow 2\nand 7 more\nend\n");
    assert.deepEqual(gone, ["7 rows"]);
  });

  it("drops the least important first, wherever it stands", () => {
    const block = (text: string, order: number): Block => ({ text, yields: [{ order, to: "", lost }] });
    assert.equal(fit([block("aaaa", 3), block("bbbb", 1), block("cccc", 2)], 8).text, "aaaacccc");
    assert.equal(fit([block("aaaa", 3), block("bbbb", 1), block("cccc", 2)], 4).text, "aaaa");
  });

  it("makes a block brief before it drops it", () => {
    const yields = [
      { order: 1, to: "brief", end: ".", lost },
      { order: 2, to: "", lost },
    ];
    const block: Block = { text: "in full length", end: " and its end", yields };
    assert.equal(fit([block], 10).text, "brief.");
    assert.equal(fit([block], 3).text, "");
  });

  it("writes the bare block when nothing is left inside", () => {
    assert.equal(fit([{ ...list(3), bare: "3 rows\n" }], 10).text, "3 rows\n");
  });

  it("keeps to the limit whenever dropping everything that may go does", () => {
    const block = (inner: fc.Arbitrary<Block[]>): fc.Arbitrary<Block> =>
      fc.record({
        text: fc.string({ minLength: 1, maxLength: 30 }),
        inner,
        end: fc.string({ maxLength: 5 }),
        yields: fc.nat(5).map((order) => [{ order, to: "", lost }]),
      });
    const tree = block(fc.array(block(fc.array(block(fc.constant([])), { maxLength: 3 })), { maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 8 }), fc.nat(200), (blocks, limit) => {
        const fitted = fit(blocks, limit);
        assert.ok(fitted.text.length <= limit);
        const whole = fit(blocks, Infinity).text;
        if (whole.length <= limit) assert.equal(fitted.text, whole);
      }),
    );
  });
});
