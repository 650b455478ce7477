/** The engine under a release: its lock explained, and what a killed run left behind put right. */
import { Failure } from "../../toolchain/lib/failure";
import type { Step } from "../../toolchain/lib/progress";
import type { Change, Stack } from "../lib/stack";

/** Who holds the engine's lock, from its message; undefined when that is not what it says. */
export function lockIn(text: string): { who?: string; pid?: number; since?: string } | undefined {
  if (!/currently locked by|another update is currently in progress/i.test(text)) return undefined;
  const [, by, pid, since] = /created by (\S+) \(pid (\d+)\) at (\S+)/.exec(text) ?? [];
  return by === undefined ? {} : { who: by, pid: Number(pid), ...(since === undefined ? {} : { since }) };
}

/** Runs what needs the engine's lock (locks of dead processes are taken away by Stack); says who has it. */
export async function unlocked<T>(stack: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const lock = error instanceof Failure ? lockIn(error.format()) : undefined;
    throw lock === undefined ? error : locked(lock, stack, error);
  }
}

/** Thrown before anything was changed: there is nothing to go back from. */
export class Locked extends Failure {}

function locked(
  { who, pid, since }: NonNullable<ReturnType<typeof lockIn>>,
  stack: string,
  cause: unknown,
): Locked {
  return new Locked(`the engine is at work on ${stack} already`, {
    details: [
      who === undefined
        ? "It does not say for whom."
        : `For ${who} (process ${pid ?? 0})${since === undefined ? "" : `, since ${since}`}.`,
    ],
    next: `wait for its end; if that process is dead: pulumi cancel --stack ${stack}`,
    cause,
  });
}

interface State {
  deployment?: { pending_operations?: { resource: { urn: string }; type: string }[] };
}

/**
 * What the engine was at when it was killed. The objects may be there or not: they are taken over where they are. Answers how
 * the next run must be made; a state without such traces needs nothing.
 */
export async function recovered(engine: Stack, stack: string, step: Step): Promise<Change> {
  const state = (await engine.state()) as State;
  const pending = state.deployment?.pending_operations ?? [];
  if (pending.length === 0) return {};
  step.note(
    `a run was killed at ${pending.map(({ resource }) => resource.urn.split("::").at(-1)).join(", ")}`,
  );
  const deployment = { ...state.deployment, pending_operations: [] };
  await unlocked(stack, () => engine.import({ ...state, deployment }));
  return { env: { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" } };
}
