import assert from "node:assert/strict";
import fc from "fast-check";
import { bounded, code, line, row, table, visible, words } from "../../../tools/review/markdown";
import { html, prose, structure } from "./render";

/** What breaks Markdown, HTML, tables and fences, and what a site turns into something else; glued at random. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          "|",
          "`",
          "```",
          "~~~",
          "<",
          ">",
          "</details>",
          "</code>",
          "<script>",
          "<!--",
          "-->",
          "\\",
          "\n",
          "\r\n",
          "\n\n# x\n",
        ],
        ...[
          "*",
          "**",
          "_",
          "__",
          "~~",
          "[a](b)",
          "![a](b)",
          "[",
          "]",
          "(",
          ")",
          "&amp;",
          "&#124;",
          "&",
          "$$",
          "$x$",
          ":smile:",
        ],
        ...[
          "@octocat",
          "#1",
          "GH-1",
          "!1",
          "www.example.com",
          "https://example.com",
          "a@b.example",
          "- ",
          "1. ",
          "> ",
          "    ",
          "\t",
        ],
        ...[
          "\u202e",
          "\u200b",
          "\u0000",
          "\ud800",
          "é",
          "数据",
          "🚀",
          "/close",
          "---",
          "===",
          "| --- |",
          "</td></tr></table>",
        ],
      ),
      fc.string({ maxLength: 6, unit: "grapheme" }),
      fc.string({ maxLength: 6, unit: "binary" }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const page = (text: string) =>
  [
    `## ${code(text)}\n\n`,
    table(
      ["A", "B"],
      [
        [code(text), words(text)],
        [words(text), code(text)],
      ],
    ),
    `\n- ${code(text)}: ${words(text)}\n\n<details><summary>${code(text)}</summary>\n\n`,
    `\`\`\`diff\n${line("+", text)}${line("-", text)}${line("   ", text)}${line("@@", text)}\`\`\`\n\n</details>\n\nend\n`,
    row([code(text)]),
  ].join("");

/** Line breaks inside a sentence are its own. */
const counts = (text: string) => ({ ...structure(html(page(text))), br: 0 });

describe("Markdown written from names and values", () => {
  const expected = counts("harmless");

  it("keeps its structure whatever they are", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        if (text.trim() === "") return;
        assert.deepEqual(counts(text), expected, JSON.stringify(text));
      }),
      { numRuns: 800 },
    );
  });

  it("calls nobody and links nothing outside code", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const said = prose(html(page(text)));
        assert.doesNotMatch(said, /[@#!$~][\p{L}\p{N}]|GH-\d|https?:\/\/\w+\.\w+"/u);
        assert.doesNotMatch(html(page(text)), /<a\b|<img\b/);
      }),
      { numRuns: 400 },
    );
  });

  it("shows the text itself", () => {
    assert.match(
      html(table(["A"], [[code("a|b <c> `d` *e*")]])),
      /<td><code>a\|b &lt;c&gt; `d` \*e\*<\/code><\/td>/,
    );
    assert.match(
      html(words("50% of *x* for @team: see #12")),
      /50%\u2060? of \*x\* for @\u2060team: see #\u206012/u,
    );
  });

  it("makes visible what nobody sees", () => {
    assert.equal(visible("a\u202eb\u200bc\u0000d\ne\tf"), "a\\u{202e}b\\u{200b}c\\u{0}d⏎e⇥f");
    assert.equal(visible("ﬁ é 数据 👩‍🚀 ⚠️"), "ﬁ é 数据 👩‍🚀 ⚠️");
  });

  it("counts what it leaves out of a name too long", () => {
    assert.equal(bounded("x".repeat(103)), `${"x".repeat(100)}… (+3)`);
    assert.equal(bounded("x".repeat(100)), "x".repeat(100));
  });
});
