/**
 * A reviewed plan: the engine's own plan, bound to the project, stack and commit it was made for. Whoever deploys it later checks
 * both before the engine checks each step.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { Failure, messageOf } from "../../toolchain/lib/failure";
import { run } from "../../toolchain/lib/run";

const schema = z.object({
  slipway: z.literal("plan/1"),
  project: z.string(),
  stack: z.string(),
  /** The full hash of the commit whose program was previewed. */
  commit: z.string(),
  /** When, as 2026-11-21T06:00:00.000Z. */
  made: z.iso.datetime(),
  /** The engine's plan: its secrets are encrypted with the stack's key. */
  plan: z.record(z.string(), z.unknown()),
});

export type BoundPlan = z.infer<typeof schema>;

export function writeBoundPlan(
  file: string,
  planFile: string,
  about: Omit<BoundPlan, "slipway" | "made" | "plan">,
): void {
  const plan = JSON.parse(readFileSync(planFile, "utf8")) as Record<string, unknown>;
  const bound: BoundPlan = { slipway: "plan/1", ...about, made: new Date().toISOString(), plan };
  writeFileSync(file, `${JSON.stringify(bound)}\n`, { mode: 0o600 });
}

export function readBoundPlan(file: string): BoundPlan {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new Failure(`${file} cannot be read as a plan`, { details: [messageOf(cause)], cause });
  }
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  throw new Failure(`${file} is not a plan of ./slipway preview --save-plan`, {
    details: read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    next: "make it again: ./slipway preview STACK --save-plan FOLDER",
  });
}

/** The commit that is checked out; with changes not committed there is none to bind a plan, or a release, to. */
export async function cleanCommit(
  folder: string,
  refusal = {
    what: "a plan is bound to a commit, and there are changes that are not committed",
    next: "commit them, or preview without --save-plan",
  },
): Promise<string> {
  const changed = (await run("git", ["status", "--porcelain", "--", "."], { cwd: folder })).stdout.trim();
  if (changed !== "") {
    throw new Failure(refusal.what, { details: changed.split("\n").slice(0, 10), next: refusal.next });
  }
  return (await run("git", ["rev-parse", "HEAD"], { cwd: folder })).stdout.trim();
}

/** The commit, when there is one. */
export async function headCommit(folder: string): Promise<string | undefined> {
  const answer = await run("git", ["rev-parse", "HEAD"], { cwd: folder, allowFailure: true });
  return answer.code === 0 ? answer.stdout.trim() : undefined;
}
