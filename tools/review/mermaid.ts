/** A small picture of what changes: the stack, its parts, and the resources that matter most in each. */
import { groups } from "./groups";
import { byDanger, dangerRank } from "./danger";
import { count, type Change, type Op } from "./model";
import { bounded, visible } from "./markdown";
import { countsText } from "./words";

const MOST_PARTS = 8;
const MOST_RESOURCES = 3;
/** With fewer changes the list is picture enough. */
const FEWEST = 2;

const STYLES: Record<Op, string> = {
  replace: "fill:#ffe3c2,stroke:#bc4c00,color:#4a1e00",
  delete: "fill:#ffd7d5,stroke:#cf222e,color:#4c0d0d",
  update: "fill:#fff6c5,stroke:#9a6700,color:#3b2300",
  create: "fill:#d2f4d9,stroke:#1a7f37,color:#04260f",
  import: "fill:#ddf4ff,stroke:#0969da,color:#002155",
  read: "fill:#eaeef2,stroke:#57606a,color:#24292f",
};
const WORST: Op[] = ["delete", "replace", "update", "create", "import", "read"];

/** The fenced diagram; undefined when there is too little to draw. */
export function picture(stack: string, changes: Change[]): string | undefined {
  if (changes.length < FEWEST) return undefined;
  const parts = partsOf(changes);
  const lines = ["flowchart LR", `  stack(["${label(stack)}"])`];
  const used = new Set<Op>();
  const draw = (id: string, from: string, text: string, op: Op, shape: [string, string]) => {
    used.add(op);
    lines.push(`  ${from} --> ${id}${shape[0]}"${text}"${shape[1]}:::${op}`);
  };
  for (const [index, [name, inside]] of parts.slice(0, MOST_PARTS).entries()) {
    const id = `p${index}`;
    draw(id, "stack", `${label(name || stack)}<br/>${countsText(count(inside))}`, worst(inside), ["[", "]"]);
    const shown = [...inside].sort(byDanger).slice(0, MOST_RESOURCES);
    for (const [place, change] of shown.entries()) {
      draw(
        `${id}r${place}`,
        id,
        `${change.danger ? "⚠ " : ""}${label(`${change.kind} ${change.name}`)}`,
        change.op,
        ["(", ")"],
      );
    }
    const more = inside.length - shown.length;
    if (more > 0) draw(`${id}more`, id, `${more} more`, worst(inside.slice(MOST_RESOURCES)), ["(", ")"]);
  }
  if (parts.length > MOST_PARTS) {
    const rest = parts.slice(MOST_PARTS).flatMap(([, inside]) => inside);
    draw(
      "rest",
      "stack",
      `${parts.length - MOST_PARTS} more parts<br/>${countsText(count(rest))}`,
      worst(rest),
      ["[", "]"],
    );
  }
  for (const op of WORST) if (used.has(op)) lines.push(`  classDef ${op} ${STYLES[op]}`);
  return `\`\`\`mermaid\n${lines.join("\n")}\n\`\`\`\n`;
}

/** The parts, the most dangerous first, then the ones with most changes. */
export function partsOf(changes: Change[]): [string, Change[]][] {
  const parts = groups(changes, ({ component }) => component).map((inside): [string, Change[]] => [
    inside[0]?.component ?? "",
    inside,
  ]);
  return parts.sort(
    ([a, one], [b, other]) => weight(one) - weight(other) || other.length - one.length || (a < b ? -1 : 1),
  );
}

const weight = (changes: Change[]) => Math.min(...changes.map(dangerRank));

const worst = (changes: Change[]): Op =>
  WORST.find((op) => changes.some((change) => change.op === op)) ?? "read";

/** Text in a quoted label: all but letters, digits and a few marks by number, in the diagram's own writing. */
function label(text: string): string {
  return visible(bounded(text, 40)).replace(
    /[^\p{L}\p{M}\p{N} ._/⏎…→-]/gu,
    (character) => `#${character.codePointAt(0) ?? 63};`,
  );
}
