/** Each README's table says the truth: the line stands in a stack file of the product, the test is one there is. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../toolchain/lib/paths";
import { EXAMPLES, products, stacksOf } from "./stacks";

interface Row {
  readonly promise: string;
  readonly lines: readonly string[];
  readonly tests: readonly string[];
}

const HEADER = /^\| Promise +\| Line of the stack file +\| Test +\|$/;
const squeezed = (text: string): string => text.replace(/\s+/g, " ");
const coded = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "");

/** Rows of all tables of promises in a page. */
function rowsOf(page: string): Row[] {
  const lines = page.split("\n");
  return lines.flatMap((line, index) => {
    if (!HEADER.test(line)) return [];
    const table = lines.slice(index + 2);
    const end = table.findIndex((one) => !one.startsWith("|"));
    return table.slice(0, end < 0 ? undefined : end).map((row) => {
      const [, promise = "", where = "", proof = ""] = row.split("|").map((cell) => cell.trim());
      return { lines: coded(where), promise, tests: coded(proof) };
    });
  });
}

/** Titles of all tests, those made from templates as patterns. */
function titles(): RegExp[] {
  const files = readdirSync(join(checkout, "tests"), { encoding: "utf8", recursive: true });
  const texts = files
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(checkout, "tests", name), "utf8"));
  return texts.flatMap((text) =>
    [...text.matchAll(/\bit\(\s*(["`'])((?:\\.|(?!\1).)+)\1/gs)].map(
      ([, , title = ""]) =>
        new RegExp(
          `^${title
            .split(/\$\{[^}]+\}/)
            .map((piece) => piece.replace(/\\(.)/g, "$1").replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
            .join(".+")}$`,
        ),
    ),
  );
}

describe("the READMEs of the examples", () => {
  const known = titles();

  for (const product of products()) {
    describe(product, () => {
      const rows = rowsOf(readFileSync(join(EXAMPLES, product, "README.md"), "utf8"));
      const files = stacksOf(product).map(({ path }) => squeezed(readFileSync(path, "utf8")));

      it("lists at least twenty promises", () => {
        assert.ok(rows.length >= 20, String(rows.length));
      });

      it("quotes lines that stand in its stack files", () => {
        const missing = rows.flatMap(({ lines, promise }) =>
          lines.length === 0
            ? [`${promise}: no line`]
            : lines.filter((line) => !files.some((file) => file.includes(squeezed(line)))),
        );
        assert.deepEqual(missing, []);
      });

      it("names tests that there are", () => {
        const missing = rows.flatMap(({ promise, tests }) =>
          tests.length === 0
            ? [`${promise}: no test`]
            : tests.filter((title) => !known.some((pattern) => pattern.test(title))),
        );
        assert.deepEqual(missing, []);
      });
    });
  }
});
