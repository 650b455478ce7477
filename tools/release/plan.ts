/** A reviewed plan at its deployment: of this project, stack and commit, and of the state as it still is. */
import { Failure } from "../../toolchain/lib/failure";
import { traces } from "../lib/unfinished";
import type { BoundPlan } from "../review/plan";
import type { Release } from "./records";

export interface Bound {
  project: string;
  stack: string;
  commit: string;
}

const short = (commit: string) => commit.slice(0, 12);

/** Throws unless the plan is for exactly this; says all that is wrong with it. `state` is the engine's, as it is now. */
export function checkPlan(
  plan: BoundPlan,
  now: Bound,
  newest: Release | undefined,
  state: unknown = {},
): void {
  const { unfinished, written } = traces(state);
  if (unfinished.length > 0) {
    throw new Failure("a run was killed in the middle, and no plan can finish what it was at", {
      details: [
        `It was at ${unfinished.join(", ")}: whether that is there is looked at when it is finished.`,
      ],
      next: `finish it without a plan, under all checks: ./slipway deploy ${now.stack}; then, where anything is left to do, let a new plan be reviewed: ./slipway preview ${now.stack} --save-plan FOLDER`,
    });
  }
  const after = (when: string | undefined) => when !== undefined && Date.parse(when) > Date.parse(plan.made);
  const wrong = [
    plan.project === now.project ? "" : `it is of project ${plan.project}, this is ${now.project}`,
    plan.stack === now.stack ? "" : `it is of stack ${plan.stack}, this is ${now.stack}`,
    plan.commit === now.commit
      ? ""
      : `it was made of commit ${short(plan.commit)}, and ${short(now.commit)} is checked out`,
    newest !== undefined && after(newest.when)
      ? `it was made ${plan.made}, and release ${newest.number} changed the stack after that, ${newest.when}`
      : after(written)
        ? `it was made ${plan.made}, and a run that made no release changed the stack after that, ${written}`
        : "",
  ].filter((text) => text !== "");
  if (wrong.length === 0) return;
  throw new Failure("the plan is stale: what was reviewed is not what would happen", {
    details: wrong,
    next: `preview again and let it be reviewed: ./slipway preview ${now.stack} --save-plan FOLDER`,
  });
}

/** What the engine says when the state has moved on since the plan was made, or the program answers otherwise. */
export const violatesPlan = (text: string): boolean => /violates plan|not allowed by the plan/.test(text);
