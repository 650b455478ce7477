import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatBytes,
  formatCpu,
  formatDuration,
  formatPercent,
  parseBytes,
  parseCpu,
  parseDuration,
  parsePercent,
  parseRate,
} from "../../config/units";

const value = (parsed: { value: number } | undefined) => parsed?.value;

describe("units", () => {
  it("reads sizes", () => {
    const sizes: [string | number, number | undefined][] = [
      ["256Mi", 268435456],
      ["1.5Gi", 1610612736],
      ["500M", 5e8],
      ["1k", 1000],
      [4096, 4096],
      ["0", 0],
      ["1Pi", 2 ** 50],
      ["256MB", undefined],
      ["256 Mi", undefined],
      ["-1Mi", undefined],
      ["1e3", undefined],
      ["0.3Ki", undefined],
      ["01Mi", undefined],
      ["", undefined],
      ["99999999999Pi", undefined],
    ];
    for (const [text, bytes] of sizes) assert.equal(value(parseBytes(text)), bytes, String(text));
  });

  it("reads cores", () => {
    const cores: [string | number, number | undefined][] = [
      ["500m", 500],
      ["0.5", 500],
      [2, 2000],
      ["1.001", 1001],
      ["0.0005", undefined],
      ["0.5m", undefined],
      ["2 cores", undefined],
    ];
    for (const [text, millicores] of cores) assert.equal(value(parseCpu(text)), millicores, String(text));
  });

  it("reads durations", () => {
    const durations: [string | number, number | undefined][] = [
      ["200ms", 200],
      ["15m", 900_000],
      ["1h30m", 5_400_000],
      ["7d", 604_800_000],
      ["2w", 1_209_600_000],
      ["1.5h", 5_400_000],
      ["1.1h", 3_960_000],
      ["0.5ms", undefined],
      ["0", 0],
      ["30", undefined],
      ["30m1h", undefined],
      ["1h1h", undefined],
      ["1 h", undefined],
      ["1y", undefined],
    ];
    for (const [text, milliseconds] of durations)
      assert.equal(value(parseDuration(text)), milliseconds, String(text));
  });

  it("reads rates, whatever their period", () => {
    assert.deepEqual(parseRate("10/s"), { value: 10, text: "10/s", count: 10, per: 1000 });
    assert.deepEqual(parseRate("600/m"), { value: 10, text: "600/m", count: 600, per: 60_000 });
    assert.equal(parseRate("100/15m")?.value, 100 / 900);
    for (const wrong of ["10", "10/", "/s", "10/0", "10/fortnight", "10 / s"])
      assert.equal(parseRate(wrong), undefined, wrong);
  });

  it("reads percentages without binary dust", () => {
    assert.deepEqual(parsePercent("0.1%"), { value: 0.001, text: "0.1%" });
    assert.deepEqual(parsePercent(99.9), { value: 0.999, text: "99.9%" });
    assert.equal(parsePercent("99.95")?.value, 0.9995);
    for (const wrong of ["%", "99,9", "-1%", "1%%"]) assert.equal(parsePercent(wrong), undefined, wrong);
  });

  it("writes durations so that Go reads them", () => {
    assert.equal(formatDuration(604_800_000), "7d");
    assert.equal(formatDuration(604_800_000, "go"), "168h");
    assert.equal(formatDuration(5_400_000), "1h30m");
    assert.equal(formatDuration(0), "0s");
    assert.equal(formatDuration(1500, "go"), "1s500ms");
  });

  it("keeps what was written", () => {
    assert.equal(parseDuration("90m")?.text, "90m");
    assert.equal(parseBytes("1024Mi")?.text, "1024Mi");
  });

  it("reads back every size, core, duration and percentage it writes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 52 }),
        (bytes) => value(parseBytes(formatBytes(bytes))) === bytes,
      ),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        (millicores) => value(parseCpu(formatCpu(millicores))) === millicores,
      ),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e12 }),
        fc.constantFrom("people" as const, "go" as const),
        (milliseconds, style) => value(parseDuration(formatDuration(milliseconds, style))) === milliseconds,
      ),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (thousandths) => {
        const fraction = thousandths / 100_000;
        return Math.abs((parsePercent(formatPercent(fraction))?.value ?? NaN) - fraction) < 1e-12;
      }),
    );
  });

  it("reads any text without throwing, and nothing it cannot represent exactly", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[0-9.]{1,20}[a-zA-Z%/]{0,3}$/), fc.double()),
        (text) => {
          for (const parse of [parseBytes, parseCpu, parseDuration, parseRate, parsePercent]) {
            const parsed = parse(text);
            assert.ok(parsed === undefined || Number.isFinite(parsed.value));
          }
        },
      ),
    );
  });

  it("orders sizes as their numbers are ordered", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (a, b) => {
        const [x = NaN, y = NaN] = [value(parseBytes(`${a}Mi`)), value(parseBytes(`${b}Mi`))];
        return a < b === x < y;
      }),
    );
  });
});
