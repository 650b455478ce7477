/** Danger first: what is replaced or deleted that holds data or an address, and the property that forces it. */
import type { Block } from "../budget";
import { groups } from "../groups";
import { code, row, table, words } from "../markdown";
import type { Change, Danger, StackReview } from "../model";

const MOST_PROPERTIES = 3;

const AT_STAKE: Record<Danger["class"], string> = {
  data: "Data",
  address: "Address",
  credential: "Credential",
  structure: "Structure",
  protected: "Protected",
};

export function dangerBlocks({ changes }: StackReview): Block[] {
  const dangerous = changes.filter((change) => change.danger !== undefined);
  if (dangerous.length === 0) return [];
  return [
    {
      text: `#### ⚠️ Danger\n\n${table(["", "Resource", "At stake", "Forced by"], [])}`,
      inner: groups(dangerous, (change) => `${change.op} ${change.kind} ${end(change)}`).map(groupBlock),
      rest: (gone) => row(["", `… and ${gone} more`, "", ""]),
      end: "\n",
    },
  ];
}

/** Resources in the same danger for the same reason share a row. */
function groupBlock(changes: Change[]): Block {
  const [first] = changes;
  if (first?.danger === undefined) return { text: "" };
  const head = `| **${first.op}** | ${code(first.kind)} `;
  const brief = ` | ${AT_STAKE[first.danger.class]} | ${firstReason(first.danger)} |\n`;
  return {
    text: head,
    inner: changes.map(({ name, physical }, index) => {
      const comma = index === 0 ? "" : ", ";
      return {
        text: `${comma}${code(name)}${physical === undefined ? "" : ` (${code(physical)})`}`,
        yields: [
          { order: 90, to: `${comma}${code(name)}`, lost: ["name in the cluster", "names in the cluster"] },
          { order: 99, to: "", lost: ["danger", "dangers"] },
        ],
      };
    }),
    rest: (gone) => ` … and ${gone} more`,
    end: end(first),
    yields: [{ order: 92, to: head, end: brief, lost: ["detail of a danger", "details of dangers"] }],
  };
}

/** What stands beside the names. */
function end(change: Change): string {
  const danger = change.danger ?? { class: "data", what: "", because: [], notes: [] };
  const notes = danger.notes.map((note) => `<br>${words(note)}`).join("");
  return ` | ${AT_STAKE[danger.class]}: ${words(danger.what)}${notes} | ${reasons(change)} |\n`;
}

/** The properties, with the values that force it where they can be shown. */
function reasons({ leaves, danger, op }: Change): string {
  if (op === "delete") return "no longer in the program";
  const because = danger?.because ?? [];
  const shown = because.slice(0, MOST_PROPERTIES).map((path) => {
    const leaf = leaves.find((one) => one.path === path && one.forces);
    if (leaf?.before === undefined && leaf?.after === undefined) return code(path);
    return `${code(path)}: ${leaf.before === undefined ? "none" : code(leaf.before)} → ${leaf.after === undefined ? "none" : code(leaf.after)}`;
  });
  const more = because.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("<br>") || "the provider does not say";
}

const firstReason = ({ because }: Danger) => (because[0] === undefined ? "" : code(because[0]));
