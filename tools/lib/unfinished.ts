/** What a run that was killed left in the engine's state, put right before the next one. */
import type { Step } from "../../toolchain/lib/progress";
import { UPSERT } from "./for-once";

/** What of a stack is asked and told here. */
interface KeepsState {
  state(): Promise<unknown>;
  import(state: unknown): Promise<void>;
}

interface State {
  deployment?: {
    manifest?: { time?: string };
    pending_operations?: { resource: { urn: string }; type: string }[];
  };
}

/** What a run was at when it was killed, by Pulumi's names; and when the engine wrote its state last. */
export function traces(state: unknown): { unfinished: string[]; written: string | undefined } {
  const { deployment = {} } = state as State;
  return {
    unfinished: (deployment.pending_operations ?? []).map(
      ({ resource }) => resource.urn.split("::").at(-1) ?? resource.urn,
    ),
    written: deployment.manifest?.time,
  };
}

/**
 * What the engine was at when it was killed. The objects may be there or not: they are taken over where they are. Answers how
 * the next run must be made; a state without such traces needs nothing.
 */
export async function recovered(stack: KeepsState, step: Step): Promise<{ env?: Record<string, string> }> {
  const state = (await stack.state()) as State;
  const { unfinished } = traces(state);
  if (unfinished.length === 0) return {};
  step.note(`a run was killed at ${unfinished.join(", ")}`);
  const deployment = { ...state.deployment, pending_operations: [] };
  await stack.import({ ...state, deployment });
  return { env: UPSERT };
}
