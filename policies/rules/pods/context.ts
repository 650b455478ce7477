/** A container's security settings, which the pod's stand in for where the container says nothing. */
import { given } from "../../cel/text";

/** True when the setting that counts for container `c` satisfies `test`, which is about `it`. */
export function effective(field: string, test: (it: string) => string): string {
  const own = `c.securityContext.${field}`;
  const shared = `variables.pod.securityContext.${field}`;
  return `${given(own)} ? ${test(own)} : (${given(shared)} && ${test(shared)})`;
}

/** Pods that the operator makes from a Cluster or a Pooler: they talk to the API server, and cannot be told otherwise. */
export const byPostgresOperator =
  "(has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, o.apiVersion.startsWith('postgresql.cnpg.io/')))";

/** True of what a person declared, false of what a controller made from it: that is the controller's template's matter. */
export const declared =
  "(!has(object.metadata.ownerReferences) || size(object.metadata.ownerReferences) == 0)";
