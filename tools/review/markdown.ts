/**
 * Markdown that no name and no value can break. Whatever comes from outside goes through `code`, `words` or a fence's `line`; all
 * else is our own text. Written for GitHub's flavour, which GitLab reads as well.
 */

/**
 * Characters nobody sees, or that turn the order of others: made visible. Joiners and variation selectors
 * stay where they belong, inside an emoji.
 */
const INVISIBLE = new RegExp(
  [
    String.raw`[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}]`,
    // Letters and symbols without a shape: fillers of Hangul, Khmer and Braille.
    ...["115F", "1160", "17B4", "17B5", "2800", "3164", "FFA0"].map((point) => `\\u${point}`),
    String.raw`(?! )\p{Zs}`,
    String.raw`(?!\u200D|\p{Variation_Selector})\p{Cf}`,
    String.raw`(?<!\p{Extended_Pictographic}|\p{Variation_Selector})(?:\u200D|\p{Variation_Selector})`,
  ].join("|"),
  "gu",
);

const NAMED: Record<string, string> = { "\n": "⏎", "\r": "␍", "\t": "⇥" };

export function visible(text: string): string {
  return text.replace(
    INVISIBLE,
    (character) => NAMED[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Names can be of any length; a cell cannot. What is left out is counted. */
const LONGEST_NAME = 100;

export function bounded(text: string, longest = LONGEST_NAME): string {
  const characters = Array.from(text);
  if (characters.length <= longest) return text;
  return `${characters.slice(0, longest).join("")}… (+${characters.length - longest})`;
}

/** Every character that means something to Markdown, HTML or the site, as a number: `&#42;` is never markup. */
function neutral(text: string): string {
  return visible(text).replace(
    /[^\p{L}\p{M}\p{N} ,;=.…→⏎␍⇥+/'-]|(?<=\b(?:www|ftp))\.|^[-+=]/gu,
    (character) => (character.charCodeAt(0) > 0x7f ? character : `&#${character.charCodeAt(0)};`),
  );
}

/** A name or value, in type of its own: nothing in it is a mention, a reference or a link. */
export function code(text: string): string {
  return text === "" ? "<code>&quot;&quot;</code>" : `<code>${neutral(bounded(text))}</code>`;
}

/** A sentence from outside: its line breaks are kept, its mentions (`@team`, `#12`, `!3`) call nobody. */
export function words(text: string, longest = 600): string {
  return bounded(text.trim(), longest)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => neutral(line).replace(REFERENCE, "$&&#8288;"))
    .join("<br>");
}

/** Where the sites see a person, an issue, a label, a milestone: a joiner without width takes that away. */
const REFERENCE = /&#(?:33|35|36|37|38|58|64|94|126);(?=[\p{L}\p{N}"'])|GH-(?=\d)/giu;

/** One line inside a fence: it stays one line, and being prefixed it cannot end the fence. */
export const line = (prefix: "+" | "-" | "!" | "@@" | "   ", text: string) => `${prefix} ${visible(text)}\n`;

export function table(header: string[], rows: string[][]): string {
  return [header, header.map(() => "---"), ...rows].map(row).join("");
}

export const row = (cells: string[]) => `| ${cells.join(" | ")} |\n`;

/** 1 change, 2 changes */
export const plural = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;
