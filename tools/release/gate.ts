/** What a deployment would do, looked at before it does it: against the policy, and nothing stateful lost unless somebody said so. */
import { Failure } from "../../toolchain/lib/failure";
import { run } from "../../toolchain/lib/run";
import type { Change, StackReview } from "../review/model";
import { EXIT } from "../review/model";
import { countsText, WAIVE } from "../review/words";

/** `Cluster/postgres`: short enough to type, and exact enough. */
export const wordFor = ({ kind, name }: Pick<Change, "kind" | "name">) => `${kind}/${name}`;

/** Routes and certificates follow from the stack file alone, and come back with it; all else that is marked is not. */
const PASSING = new Set(["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "Certificate"]);

export function dangers({ changes }: Pick<StackReview, "changes">): Change[] {
  return changes.filter(({ danger, kind }) => danger !== undefined && !PASSING.has(kind));
}

export interface Asked {
  /** Of the command line and of the commit: `Kind/name`. */
  acknowledged: readonly string[];
  stack: string;
}

/** Throws unless there is a review, and no mandatory rule is broken in it. */
export function breaksNoRule(review: StackReview, stack: string): void {
  if (review.outcome === "failed") {
    const errors = review.problems.filter(({ severity }) => severity === "error");
    throw new Failure(`the preview of ${stack} failed: nothing was changed`, {
      details: errors.flatMap(({ message, resource }) =>
        `${resource === undefined ? "" : `${resource}: `}${message}`.split("\n"),
      ),
      ...(review.next === undefined ? {} : { next: review.next }),
    });
  }
  const broken = review.findings.filter(({ level }) => level === "mandatory");
  if (broken.length > 0) {
    throw new Failure(`${stack} is against the policy: nothing was changed`, {
      details: broken.map(
        ({ rule, resource, message }) =>
          `${rule}${resource === undefined ? "" : ` (${resource})`}: ${message.split("\n")[0] ?? ""}`,
      ),
      next: WAIVE,
      exitCode: EXIT.violated,
    });
  }
}

/** Throws unless the review lets the deployment go on; answers in a few words what will change. */
export function pass(review: StackReview, { acknowledged, stack }: Asked): string {
  breaksNoRule(review, stack);
  const open = dangers(review).filter((change) => !acknowledged.includes(wordFor(change)));
  if (open.length > 0) {
    throw new Failure(`this would lose what does not come back: nothing was changed`, {
      details: open.map(
        (change) =>
          `${change.op} ${wordFor(change)}: ${change.danger?.what ?? ""}${because(change)}${notes(change)}`,
      ),
      next: `if it is meant: ${open.map((change) => `--acknowledge ${wordFor(change)}`).join(" ")}, or a line "Acknowledge: KIND/NAME" for each at the end of the commit's message`,
    });
  }
  const counts: Partial<Record<Change["op"], number>> = {};
  for (const { op } of review.changes) counts[op] = (counts[op] ?? 0) + 1;
  return review.changes.length === 0 ? "nothing changes" : countsText(counts);
}

const because = ({ danger }: Change) =>
  danger === undefined || danger.because.length === 0 ? "" : `, forced by ${danger.because.join(", ")}`;
const notes = ({ danger }: Change) =>
  danger === undefined || danger.notes.length === 0 ? "" : ` (${danger.notes.join("; ")})`;

/** What the commit that is deployed acknowledges itself: trailers of its message, read by whoever reviewed it. */
export async function acknowledgedBy(folder: string): Promise<string[]> {
  const words = ["log", "-1", "--format=%(trailers:key=Acknowledge,valueonly)"];
  const { stdout } = await run("git", words, { cwd: folder });
  return stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
