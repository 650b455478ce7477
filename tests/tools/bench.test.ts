/** The table of `slipway bench`: what was promised, whether it was kept, and what it was before. */
import assert from "node:assert/strict";
import { table, type Report } from "../../tools/bench";
import { median } from "../../tools/bench/figure";

const machine = { cores: 2, cpu: "Some CPU", memoryGB: 8 };

const report: Report = {
  machine,
  figures: [
    { name: "cluster up", value: 12.345, unit: "s", promise: 20 },
    { name: "cluster down", value: 5.5, unit: "s", promise: 5 },
    { name: "first up", value: 130.4, unit: "s" },
    { name: "cases", value: 9, unit: "", promise: 10, least: true, details: ["failed: one of them"] },
  ],
};

const lines = (text: string) => text.trimEnd().split("\n");
const rowOf = (text: string, name: string) => lines(text).find((line) => line.startsWith(name)) ?? "";

describe("the table of slipway bench", () => {
  it("begins with the machine, and says of each promise whether it was kept", () => {
    const text = table(report);
    assert.equal(lines(text)[0], "2 cores (Some CPU), 8 GB");
    assert.match(rowOf(text, "cluster up"), /12\.3 s +≤ 20 s +kept$/);
    assert.match(rowOf(text, "cluster down"), /5\.5 s +≤ 5 s +MISSED$/);
    assert.match(rowOf(text, "first up"), /130 s$/);
  });

  it("knows promises of the least, and names what failed", () => {
    const text = table(report);
    assert.match(rowOf(text, "cases"), /9 +≥ 10 +MISSED$/);
    assert.equal(lines(text).at(-1), "  failed: one of them");
  });

  it("shows an earlier run beside it", () => {
    const earlier: Report = { machine, figures: [{ name: "cluster up", value: 10, unit: "s" }] };
    const text = table(report, earlier);
    assert.match(rowOf(text, "cluster up"), /kept +10 s, \+23 %$/);
    assert.match(rowOf(text, "first up"), /new$/);
  });

  it("takes the middle of what it measured", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
  });
});
