/** A deployment, from the stack file to the record: the order of things, and what must be let go of at the end. */
import { steps } from "../../toolchain/lib/progress";
import { cleanCommit, readBoundPlan } from "../review/plan";
import { Deployment, type DeployOptions } from "./deployment";
import { hold, type Held } from "./lease";
import type { Outcome } from "./outcome";
import { open, settingsIn, type Session } from "./session";
import { stopping } from "./stopping";
import { who } from "./who";

export interface Given extends Omit<DeployOptions, "plan" | "commit" | "began" | "stop"> {
  /** File of a reviewed plan. */
  plan?: string;
}

export async function deploy(stack: string, options: Given): Promise<Outcome> {
  const { folder } = settingsIn(stack, options.cwd);
  const plan = options.plan === undefined ? undefined : readBoundPlan(options.plan);
  const commit = await cleanCommit(folder, {
    what: "a release is of a commit, and there are changes that are not committed",
    next: "commit them, or put them aside: git stash",
  });
  const began = Date.now();
  const stop = stopping();
  const open: { session?: Session; held?: Held } = {};
  try {
    const { session, there } = await find(stack, options, open);
    const lock = async () =>
      (open.held ??= await hold(session.kube, {
        namespace: session.settings.namespace,
        holder: who().holder,
        doing: `Deploying ${commit.slice(0, 12)}`,
      }));
    // A stack that is not there yet has nowhere to keep the lock: until its namespace is made, the engine's own holds.
    if (there === "there") await lock();
    const deployment = new Deployment(session, { ...options, commit, plan, began, stop: stop.signal });
    return await deployment.run(there, open.held?.lost, lock);
  } finally {
    stop.done();
    await open.held?.release();
    open.session?.close();
  }
}

/** The stack on its own cluster. */
export async function find(
  stack: string,
  options: Parameters<typeof open>[1],
  into: { session?: Session },
): Promise<{ session: Session; there: "there" | "new" }> {
  const found: { session?: Session; there?: "there" | "new" } = {};
  await steps([
    {
      title: "The stack's own cluster",
      run: async (step) => {
        into.session = found.session = await open(stack, options, step);
        found.there = await found.session.isAtHome();
        step.note(found.there === "new" ? "nothing of the stack is there yet" : "it is");
      },
    },
  ]);
  const { session, there } = found;
  if (session === undefined || there === undefined) throw new Error("a step that ended left nothing");
  return { session, there };
}
