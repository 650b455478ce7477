/**
 * What the Kubernetes provider is told for one run, by its environment. The SDK writes it down as settings of the
 * provider, which the next run would find changed; so it is taken out of the state again.
 */

/** Objects that are there already are taken over, whoever made them. */
export const UPSERT = { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" };
/** Fields that another manager owns are taken from it. */
export const FORCE = { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" };

const PROVIDER = "pulumi:providers:kubernetes";
const SETTINGS = ["enablePatchForce", "upsertExistingObjects"];

interface Told {
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** Whether an environment tells it anything. */
export const tellsForOnce = (env: Readonly<Record<string, string>>): boolean =>
  Object.keys({ ...UPSERT, ...FORCE }).some((name) => name in env);

/** The state as if nothing had been told. */
export function untold<T extends { deployment?: { resources?: Told[] } }>(state: T): T {
  const plain = (said: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(said).filter(([key]) => !SETTINGS.includes(key)));
  const resources = (state.deployment?.resources ?? []).map((one) =>
    one.type === PROVIDER
      ? {
          ...one,
          ...(one.inputs === undefined ? {} : { inputs: plain(one.inputs) }),
          ...(one.outputs === undefined ? {} : { outputs: plain(one.outputs) }),
        }
      : one,
  );
  return { ...state, deployment: { ...state.deployment, resources } };
}
