/** The work is a pure function of its input, whatever the input. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { perform } from "../../../demo/worker/perform";

describe("demo perform", () => {
  it("wraps no line wider than asked, unless it is one long word, and loses no word", async () => {
    const words = fc.array(fc.stringMatching(/^\S{1,30}$/), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(words, fc.integer({ min: 10, max: 40 }), async (list, width) => {
        const { lines } = (await perform({ kind: "wrap", text: list.join(" "), width, pauseMs: 0 })) as {
          lines: string[];
        };
        assert.deepEqual(lines.join(" "), list.join(" "));
        for (const line of lines) assert.ok(line.length <= width || !line.includes(" "), line);
      }),
    );
  });

  it("counts words in any script", async () => {
    assert.deepEqual(await perform({ kind: "words", text: "Über über море! море море 2", pauseMs: 0 }), {
      words: 6,
      distinct: 3,
      top: [
        { word: "море", count: 3 },
        { word: "über", count: 2 },
        { word: "2", count: 1 },
      ],
    });
  });

  it("lets others have their turn during a long fingerprint", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await perform({ kind: "fingerprint", text: "long", rounds: 200_000, pauseMs: 0 });
    clearInterval(timer);
    assert.ok(turns > 10, `only ${turns} turns: a worker would lose its locks`);
  });
});
