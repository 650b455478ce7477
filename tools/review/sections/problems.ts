/** Why a preview failed, and what to do about it; and what it warned of. */
import type { Block } from "../budget";
import { code, line, plural, words } from "../markdown";
import type { Problem, StackReview } from "../model";

/** More lines of one error than anybody reads in a comment. */
const MOST_LINES = 30;

export function errorBlocks({ problems, next }: StackReview): Block[] {
  const errors = problems.filter(({ severity }) => severity === "error");
  return [
    ...errors.map(errorBlock),
    ...(next === undefined ? [] : [{ text: `**What to do:** ${words(next)}\n\n` }]),
  ];
}

function errorBlock({ resource, message }: Problem): Block {
  const lines = message.split("\n");
  const shown = lines.slice(0, MOST_LINES);
  const more = lines.length - shown.length;
  const head = `**Error**${resource === undefined ? "" : ` in ${code(resource)}`}\n\n`;
  const body = shown.map((text) => line("   ", text.slice(0, 1000))).join("");
  const rest = more > 0 ? line("   ", `… and ${plural(more, "line")} more in the run's log`) : "";
  return {
    text: `${head}\`\`\`text\n${body}${rest}\`\`\`\n\n`,
    yields: [
      {
        order: 85,
        to: `${head}${words(lines[0] ?? "", 200)}\n\n`,
        lost: ["text of an error", "texts of errors"],
      },
    ],
  };
}

export function warningBlocks({ problems }: StackReview): Block[] {
  const warnings = problems.filter(({ severity }) => severity === "warning");
  if (warnings.length === 0) return [];
  return [
    {
      text: `<details><summary>${plural(warnings.length, "warning")}</summary>\n\n`,
      inner: warnings.map(({ resource, message }) => ({
        text: `- ${resource === undefined ? "" : `${code(resource)}: `}${words(message)}\n`,
        yields: [{ order: 45, to: "", lost: ["warning", "warnings"] }],
      })),
      rest: (gone) => `- … and ${gone} more\n`,
      end: "\n</details>\n\n",
      yields: [{ order: 46, to: "", lost: ["list of warnings", "lists of warnings"] }],
    },
  ];
}
