/** What a run that was killed left in the engine's state, put right before the next one. */
import type { Step } from "../../toolchain/lib/progress";
import { UPSERT } from "./for-once";

/** What of a stack is asked and told here. */
interface KeepsState {
  state(): Promise<unknown>;
  import(state: unknown): Promise<void>;
}

interface State {
  deployment?: { pending_operations?: { resource: { urn: string }; type: string }[] };
}

/**
 * What the engine was at when it was killed. The objects may be there or not: they are taken over where they are. Answers how
 * the next run must be made; a state without such traces needs nothing.
 */
export async function recovered(stack: KeepsState, step: Step): Promise<{ env?: Record<string, string> }> {
  const state = (await stack.state()) as State;
  const pending = state.deployment?.pending_operations ?? [];
  if (pending.length === 0) return {};
  step.note(
    `a run was killed at ${pending.map(({ resource }) => resource.urn.split("::").at(-1)).join(", ")}`,
  );
  const deployment = { ...state.deployment, pending_operations: [] };
  await stack.import({ ...state, deployment });
  return { env: UPSERT };
}
