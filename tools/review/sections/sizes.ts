/** Versions that move, and what the stack asks of its clusters before and after. */
import type { Block } from "../budget";
import { code, row, table } from "../markdown";
import type { StackReview } from "../model";
import { footprintRows } from "../words";

const MOST_USERS = 3;

export function imageBlocks({ images }: StackReview): Block[] {
  if (images.length === 0) return [];
  return [
    {
      text: `#### Versions\n\n${table(["Image", "Before", "After", "Runs in"], [])}`,
      inner: images.map(({ image, before, after, users }) => {
        const more = users.length - MOST_USERS;
        const who = users
          .slice(0, MOST_USERS)
          .map((user) => code(user))
          .join(", ");
        return {
          text: row([
            code(image),
            before === undefined ? "new" : code(before),
            after === undefined ? "gone" : code(after),
            more > 0 ? `${who} and ${more} more` : who,
          ]),
          yields: [{ order: 65, to: "", lost: ["version", "versions"] }],
        };
      }),
      rest: (gone) => row([`… and ${gone} more`, "", "", ""]),
      end: "\n",
    },
  ];
}

export function footprintBlocks({ footprint }: StackReview): Block[] {
  if (footprint === undefined) return [];
  const unsized =
    footprint.unsized.length > 0
      ? `Without requests, so not in the sums: ${footprint.unsized
          .slice(0, MOST_USERS)
          .map((name) => code(name))
          .join(
            ", ",
          )}${footprint.unsized.length > MOST_USERS ? ` and ${footprint.unsized.length - MOST_USERS} more` : ""}.\n\n`
      : "";
  return [
    {
      text: `#### Requests\n\n${table(["", "Before", "After", "Difference"], footprintRows(footprint))}\n${unsized}`,
      yields: [{ order: 66, to: "", lost: ["table of requests", "tables of requests"] }],
    },
  ];
}
