/** The hidden first line by which a comment is found again: one comment a project and set of stacks. */
import { createHash } from "node:crypto";

/** `stacks` as they were asked for; empty when they follow from the change, so that one comment stays one comment. */
export function marker(project: string, stacks: string[]): string {
  const identity = JSON.stringify([project, [...new Set(stacks)].sort()]);
  return `<!-- slipway:preview:${createHash("sha256").update(identity).digest("hex").slice(0, 20)} -->`;
}

/** Whether a body is the comment with this marker: it stands first, so that quoting it makes no comment ours. */
export const isMarked = (body: string | null | undefined, mark: string) =>
  body?.trimStart().startsWith(mark) === true;
