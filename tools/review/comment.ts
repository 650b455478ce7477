/** The comment: verdicts, then each stack with danger first, within the site's limit. */
import { fit, type Block } from "./budget";
import { code, words } from "./markdown";
import { picture } from "./mermaid";
import type { StackReview } from "./model";
import { changeBlocks } from "./sections/changes";
import { dangerBlocks } from "./sections/danger";
import { policyBlocks } from "./sections/policy";
import { errorBlocks, warningBlocks } from "./sections/problems";
import { footprintBlocks, imageBlocks } from "./sections/sizes";
import { verdictTable } from "./sections/verdict";

/** GitHub takes 65,536 characters; what is more than this nobody reads anyway. */
export const LIMIT = 60_000;
/** For the line that says what was left out. */
const RESERVED = 700;

export interface CommentOptions {
  project: string;
  marker: string;
  /** Where the run can be read in full. */
  runUrl?: string;
  /** The commit that was previewed. */
  commit?: string;
  limit?: number;
}

export function comment(reviews: StackReview[], options: CommentOptions): string {
  const head = `${options.marker}\n## Preview of ${code(options.project)}\n\n`;
  const foot = footLine(options);
  if (reviews.length === 0) return `${head}No stack is touched by this change.\n\n${foot}`;
  const room = (options.limit ?? LIMIT) - head.length - foot.length - RESERVED;
  const body: Block[] = [
    { text: `${verdictTable(reviews)}\n` },
    ...reviews.flatMap((review) => stackBlocks(review, reviews.length > 1)),
  ];
  const { text, lost } = fit(body, room);
  return `${head}${text}${lostLine(lost, options)}${foot}`;
}

function stackBlocks(review: StackReview, several: boolean): Block[] {
  const inner = [
    ...uncheckedBlocks(review),
    ...errorBlocks(review),
    ...dangerBlocks(review),
    ...policyBlocks(review),
    ...imageBlocks(review),
    ...footprintBlocks(review),
    ...pictureBlocks(review),
    ...changeBlocks(review),
    ...warningBlocks(review),
  ];
  if (inner.length === 0) return [];
  return [{ text: several ? `### ${code(review.stack)}\n\n` : "", inner }];
}

function uncheckedBlocks({ unchecked }: StackReview): Block[] {
  return unchecked === undefined ? [] : [{ text: `> [!NOTE]\n> **Unchecked**: ${words(unchecked)}\n\n` }];
}

function pictureBlocks({ stack, changes }: StackReview): Block[] {
  const drawn = picture(stack, changes);
  if (drawn === undefined) return [];
  return [{ text: `${drawn}\n`, yields: [{ order: 15, to: "", lost: ["picture", "pictures"] }] }];
}

/** What was left out, and where all of it is. */
function lostLine(lost: string[], { runUrl }: CommentOptions): string {
  if (lost.length === 0) return "";
  const where = runUrl === undefined ? "" : ` or in [the run](${encodeURI(runUrl)})`;
  return `> [!IMPORTANT]\n> Left out to fit, the least important first: ${lost.join(", ")}. All of it: \`./slipway preview --json\`${where}.\n\n`;
}

function footLine({ commit, runUrl }: CommentOptions): string {
  const of = commit === undefined ? "" : ` of ${code(commit.slice(0, 12))}`;
  const run = runUrl === undefined ? "" : ` in [this run](${encodeURI(runUrl)})`;
  return `<sub>Slipway's preview${of}${run}. It is edited in place at every push.</sub>\n`;
}
