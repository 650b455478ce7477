/**
 * The changes, by part of the product: one fold each, with every property before and after. Inside, the lines of a diff:
 * red what goes, green what comes, orange what forces a replacement.
 */
import type { Block } from "../budget";
import { fold } from "../fold";
import { bounded, code, line, plural, row, table } from "../markdown";
import { partsOf } from "../mermaid";
import { count, type Change, type Leaf, type StackReview } from "../model";
import { countsText } from "../words";

/** Folds stay open while there is little in them. */
const OPEN = 12;
/** Lines of one text's diff before it is folded to its size. */
const MOST_LINES = 40;

const PROPERTY = ["property", "properties"] as const;
const TEXT = ["text's changed lines", "texts' changed lines"] as const;

export function changeBlocks({ changes, outputs }: StackReview): Block[] {
  const folded = fold(changes);
  const lines = folded.changes.reduce((total, change) => total + 1 + change.leaves.length, 0);
  return [
    ...commonBlocks(folded.common, folded.only),
    ...partsOf(folded.changes).map(([name, inside]) => part(name, inside, lines <= OPEN)),
    ...outputBlocks(outputs),
  ];
}

function commonBlocks(common: { leaf: Leaf; count: number }[], only: number): Block[] {
  if (common.length === 0) return [];
  const hidden =
    only > 0 ? `; ${plural(only, "resource")} ${only === 1 ? "changes" : "change"} in nothing else` : "";
  return [
    {
      text: `**The same in many resources**${hidden}\n\n${table(["Property", "Before", "After", "In"], [])}`,
      inner: common.map(({ leaf, count: times }) => ({
        text: row([code(leaf.path), side(leaf.before), side(leaf.after), plural(times, "resource")]),
        yields: [
          {
            order: 30,
            to: "",
            lost: ["property that changes in many resources", "properties that change in many resources"],
          },
        ],
      })),
      rest: (gone) => row([`… and ${gone} more`, "", "", ""]),
      end: "\n",
    },
  ];
}

const side = (text: string | undefined) => (text === undefined ? "" : code(text));

function part(name: string, changes: Change[], open: boolean): Block {
  const dangerous = changes.some((change) => change.danger !== undefined) ? "⚠️ " : "";
  const title = name === "" ? "<b>the stack itself</b>" : `<b>${code(name)}</b>`;
  const head = `<details${open ? " open" : ""}><summary>${dangerous}${title}: ${countsText(count(changes))}</summary>\n\n`;
  return {
    text: `${head}\`\`\`diff\n`,
    inner: changes.map(changeBlock),
    rest: (gone) => line("@@", `… and ${plural(gone, "change")} more @@`),
    end: "```\n\n</details>\n\n",
    bare: `- ${dangerous}${title}: ${countsText(count(changes))}\n`,
    yields: [{ order: 60, to: "", lost: ["part of the product", "parts of the product"] }],
  };
}

function changeBlock(change: Change): Block {
  const physical = change.physical === undefined ? "" : ` (${bounded(change.physical)})`;
  const head = `${change.op} ${bounded(change.kind)} ${bounded(change.name)}${physical} @@`;
  const { length } = change.leaves;
  return {
    text: line("@@", `${head}${silentNote(change)}`),
    bare: line("@@", length === 0 ? head : `${head} ${plural(length, "property", "properties")}`),
    inner: [
      ...change.leaves.map((leaf) => leafBlock(leaf, change.danger !== undefined)),
      ...factBlocks(change.facts),
    ],
    rest: (gone) => line("   ", `… and ${plural(gone, "property", "properties")} more`),
    yields: [{ order: change.danger === undefined ? 35 : 55, to: "", lost: ["change", "changes"] }],
  };
}

/** Why an update shows no property. */
function silentNote({ op, leaves, noise }: Change): string {
  if (op === "update" && leaves.length === 0 && noise === 0)
    return " only secrets, or what the provider computes";
  return op === "replace" && leaves.length === 0 ? " the provider does not say why" : "";
}

/** In a dangerous change, what forces it stays longer than anything else. */
function leafBlock(leaf: Leaf, dangerous: boolean): Block {
  const path = bounded(leaf.path, 200);
  const force = leaf.forces ? line("!", `${path} forces the replacement`) : "";
  const texts = leaf.lines === undefined ? pairLines(path, leaf) : textLines(path, leaf.lines);
  const order = leaf.lines === undefined ? 25 : 10;
  return {
    text: force + texts,
    yields: [
      {
        order: leaf.forces && dangerous ? 50 : order,
        to: dangerous ? force : "",
        lost: leaf.lines === undefined ? PROPERTY : TEXT,
      },
    ],
  };
}

function pairLines(path: string, { before, after, forces }: Leaf): string {
  if (before === undefined && after === undefined) return forces ? "" : line("   ", path);
  if (before !== undefined && before === after) return line("   ", `${path}: ${before} (changed)`);
  return (
    (before === undefined ? "" : line("-", `${path}: ${before}`)) +
    (after === undefined ? "" : line("+", `${path}: ${after}`))
  );
}

function textLines(path: string, lines: string[]): string {
  const head = line("   ", `${path}:`);
  if (lines.length > MOST_LINES) {
    const [more, less] = ["+", "-"].map((sign) => lines.filter((text) => text.startsWith(sign)).length);
    return head + line("   ", `  ${more ?? 0} lines more, ${less ?? 0} lines less`);
  }
  return head + lines.map((text) => line(prefixOf(text), `  ${bounded(text.slice(1), 200)}`)).join("");
}

const prefixOf = (text: string) => (text.startsWith("+") ? "+" : text.startsWith("-") ? "-" : "   ");

function factBlocks(facts: string[]): Block[] {
  if (facts.length === 0) return [];
  return [
    {
      text: line("+", facts.join(" · ")),
      yields: [
        { order: 20, to: "", lost: ["description of a new resource", "descriptions of new resources"] },
      ],
    },
  ];
}

function outputBlocks(outputs: Leaf[]): Block[] {
  if (outputs.length === 0) return [];
  return [
    {
      text: "<details><summary>Outputs of the stack</summary>\n\n```diff\n",
      inner: outputs.map((leaf) => leafBlock(leaf, false)),
      rest: (gone) => line("   ", `… and ${gone} more`),
      end: "```\n\n</details>\n\n",
      yields: [{ order: 40, to: "", lost: ["list of outputs", "lists of outputs"] }],
    },
  ];
}
