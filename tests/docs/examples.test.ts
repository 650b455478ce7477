// What the documentation shows is right: stack files are valid, code runs, commands exist.
import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseSettings } from "../../config";
import { parseStackFile } from "../../config/source";
import { checkout } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";
import { assertCommand } from "../helpers/commands";

interface Block {
  language: string;
  text: string;
}

const blocksOf = (page: string): Block[] =>
  [...readFileSync(join(checkout, page), "utf8").matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
    ([, language = "", text = ""]) => ({ language, text }),
  );

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(checkout, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

for (const page of pages) {
  const blocks = blocksOf(page);
  const stacks = blocks.filter(
    ({ language, text }) =>
      language === "yaml" && text.includes("slipway:product") && text.includes("slipway:clusters"),
  );
  const commands = blocks
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.split("\n"))
    .flatMap((line) => {
      const words = /(?:^|[\s("])\.\/slipway (.*)$/.exec(line.replace(/\s+#.*$/, ""))?.[1];
      return words === undefined ? [] : [words.replace(/\)"?$/, "").trim()];
    });
  if (stacks.length + commands.length === 0) continue;

  describe(page, () => {
    for (const [at, { text }] of stacks.entries()) {
      it(`shows a stack file that is right (${at + 1})`, () => {
        const file = parseStackFile(text, page);
        assert.ok(parseSettings(file.raw, file).product);
      });
    }
    for (const words of new Set(commands)) {
      it(`shows a command that there is: ./slipway ${words}`, () => assertCommand(words.split(/\s+/)));
    }
  });
}

describe("docs/extend.md", function () {
  this.timeout(60_000);

  it("shows a component and a test of it that passes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-docs-"));
    try {
      for (const name of [
        "components",
        "config",
        "clouds",
        "tests/helpers",
        "toolchain/lib",
        "tsconfig.json",
        "package.json",
      ]) {
        cpSync(join(checkout, name), join(folder, name), { recursive: true });
      }
      symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
      const files = blocksOf("docs/extend.md").flatMap(({ language, text }) => {
        const name = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1];
        return language === "ts" && name !== undefined ? [{ name, text }] : [];
      });
      assert.equal(files.length, 2);
      for (const { name, text } of files) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      const test = files.find(({ name }) => name.endsWith(".test.ts"))?.name ?? assert.fail();
      const mocha = join(checkout, "node_modules", "mocha", "bin", "mocha.js");
      const words = [mocha, "--require", "ts-node/register/transpile-only", "--reporter", "min", test];
      const { stdout } = await run(process.execPath, words, { cwd: folder });
      assert.match(stdout, /1 passing/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
