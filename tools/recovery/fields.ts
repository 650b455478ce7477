/** Fields that a command set for a while: given up, so that the engine meets nobody else's when it sets them next. */
import type { Kube, KubeObject } from "../release/kube";

/** Whose they are meanwhile. */
export const MANAGER = "slipway-restore";

interface Managed extends KubeObject {
  metadata: KubeObject["metadata"] & { managedFields?: { manager?: string }[] };
}

export async function disown(kube: Kube, kind: string, namespace: string, name: string): Promise<void> {
  const read = ["get", "-n", namespace, kind, name, "--show-managed-fields", "--output=json"];
  const { metadata } = JSON.parse((await kube.ask(`reading ${name}`, read)).stdout) as Managed;
  const managedFields = (metadata.managedFields ?? []).filter(({ manager }) => manager !== MANAGER);
  if (managedFields.length === (metadata.managedFields ?? []).length) return;
  const { resourceVersion } = metadata;
  const change = JSON.stringify({ metadata: { managedFields, resourceVersion } });
  const words = ["patch", "-n", namespace, kind, name, "--type=merge", "--patch", change];
  const answer = await kube.ask(`giving up fields of ${name}`, words, { allowFailure: true });
  if (answer.code === 0) return;
  // Its controller was quicker: once more, with what it is now.
  if (answer.stderr.includes("(Conflict)")) await disown(kube, kind, namespace, name);
  else await kube.ask(`giving up fields of ${name}`, words);
}
