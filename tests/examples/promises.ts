/** The tables of promises in the examples' READMEs, and what keeps a row from being true. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { checkout } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";

export interface Row {
  readonly promise: string;
  readonly lines: readonly string[];
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

const HEADER = /^\| Promise +\| Line of the stack file +\| Test +\|$/;
const coded = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "");

/** Rows of all tables of promises in a page; tests are those of `file`, until a cell names another one. */
export function rowsOf(page: string, file: string): Row[] {
  const lines = page.split("\n");
  return lines.flatMap((line, index) => {
    if (!HEADER.test(line)) return [];
    const table = lines.slice(index + 2);
    const end = table.findIndex((one) => !one.startsWith("|"));
    return table.slice(0, end < 0 ? undefined : end).map((row) => {
      const [, promise = "", where = "", proof = ""] = row.split("|").map((cell) => cell.trim());
      return { lines: coded(where), promise, tests: testsOf(coded(proof), file) };
    });
  });
}

function testsOf(words: readonly string[], own: string): Row["tests"] {
  let file = own;
  return words.flatMap((word) => {
    if (!/^tests\/.+\.test\.ts$/.test(word)) return [{ file, title: word }];
    file = word;
    return [];
  });
}

/** A stack file without its comments: what is only talked about is no line of it. */
export function linesOf(text: string): string {
  return squeezed(text.replace(/(?:^|\s)#.*$/gm, ""));
}

/** Whether a piece stands there as whole words: `RETRY: 1` is not in `MAX_RETRY: 10`. */
export function stands(piece: string, file: string): boolean {
  const words = squeezed(piece);
  const word = /[\w"'-]/;
  for (let at = file.indexOf(words); at >= 0; at = file.indexOf(words, at + 1)) {
    const [before = " ", after = " "] = [file[at - 1], file[at + words.length]];
    const begins = !word.test(words[0] ?? "") || !word.test(before);
    const ends = !word.test(words.at(-1) ?? "") || !word.test(after);
    if (begins && ends) return true;
  }
  return false;
}

/** Titles of the tests in files, as mocha has them: what a template makes of them, and nothing else. */
export async function titlesIn(files: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-titles-"));
  try {
    const output = join(folder, "titles.json");
    await run(
      process.execPath,
      [
        join(checkout, "node_modules/mocha/bin/mocha.js"),
        ...["--dry-run", "--require", "ts-node/register/transpile-only"],
        ...["--reporter", "json", "--reporter-option", `output=${output}`],
        ...files,
      ],
      { cwd: checkout },
    );
    const { tests } = JSON.parse(readFileSync(output, "utf8")) as {
      tests: { file: string; title: string }[];
    };
    return new Map(
      files.map((file) => [
        file,
        new Set(tests.filter((test) => relative(checkout, test.file) === file).map(({ title }) => title)),
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const squeezed = (text: string): string => text.replace(/\s+/g, " ");
