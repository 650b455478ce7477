/** Each README's table says the truth: the line stands in a stack file of the product, the test is one there is. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { linesOf, type Row, rowsOf, stands, titlesIn } from "./promises";
import { EXAMPLES, products, stacksOf } from "./stacks";

const testOf = (product: string): string => `tests/examples/${product}.test.ts`;

/** Rows without a line, and lines that stand in none of the stack files. */
const missingLines = (rows: readonly Row[], files: readonly string[]): string[] =>
  rows.flatMap(({ lines, promise }) =>
    lines.length === 0
      ? [`${promise}: no line`]
      : lines.filter((line) => !files.some((file) => stands(line, file))),
  );

/** Rows without a test, and tests that there are not. */
const missingTests = (rows: readonly Row[], known: ReadonlyMap<string, ReadonlySet<string>>): string[] =>
  rows.flatMap(({ promise, tests }) =>
    tests.length === 0
      ? [`${promise}: no test`]
      : tests
          .filter(({ file, title }) => known.get(file)?.has(title) !== true)
          .map(({ file, title }) => `${file}: ${title}`),
  );

describe("the READMEs of the examples", function () {
  this.timeout(240_000); // mocha reads all the named files once more
  const pages = new Map(
    products().map((product) => [
      product,
      rowsOf(readFileSync(join(EXAMPLES, product, "README.md"), "utf8"), testOf(product)),
    ]),
  );
  let known: ReadonlyMap<string, ReadonlySet<string>>;

  before(async () => {
    const named = [...pages.values()].flat().flatMap(({ tests }) => tests.map(({ file }) => file));
    known = await titlesIn([...new Set(named)]);
  });

  for (const [product, rows] of pages) {
    describe(product, () => {
      const files = stacksOf(product).map(({ path }) => linesOf(readFileSync(path, "utf8")));

      it("lists at least twenty promises", () => {
        assert.ok(rows.length >= 20, String(rows.length));
      });

      it("quotes lines that stand in its stack files", () => {
        assert.deepEqual(missingLines(rows, files), []);
      });

      it("names tests that there are, in the files it says", () => {
        assert.deepEqual(missingTests(rows, known), []);
      });
    });
  }

  const table = (line: string, test: string) =>
    rowsOf(
      [
        "| Promise | Line of the stack file | Test |",
        "| - | - | - |",
        `| It is so | ${line} | ${test} |`,
      ].join("\n"),
      testOf("templated"),
    );

  it("would not do with a line that is in no stack file, but in a comment, or but in part", () => {
    const file = linesOf(
      "config:\n  # wal: 5m\n  api: { port: 8000, rate: 10/s } # burst: 20\n  x: MAX_RETRY=10",
    );
    const missing = (line: string) => missingLines(table(`\`${line}\``, "`x`"), [file]);
    assert.deepEqual(missing("port: 8000, rate: 10/s"), []);
    for (const line of ["wal: 5m", "burst: 20", "port: 800", "ort: 8000", "RETRY=10"]) {
      assert.deepEqual(missing(line), [line]);
    }
    assert.deepEqual(missingLines(table("none", "`x`"), [file]), ["It is so: no line"]);
  });

  it("would not do with a test that has another name, or is in another file", () => {
    const missing = (test: string) => missingTests(table("`x`", test), known);
    const [title = ""] = known.get(testOf("templated")) ?? [];
    assert.deepEqual(missing(`\`${title}\``), []);
    assert.deepEqual(missing(`\`${title}s\``), [`${testOf("templated")}: ${title}s`]);
    assert.deepEqual(missing("`SlowApi rings at the specification's threshold`"), []);
    assert.equal(missing("`SlowerApi rings at the specification's threshold`").length, 1);
    assert.equal(
      missing("`tests/components/part.test.ts` `SlowApi rings at the specification's threshold`").length,
      1,
    );
    assert.deepEqual(missing("none"), ["It is so: no test"]);
  });
});
