/** A bucket's settings and keys, lent to a database elsewhere: its keys, whatever Secrets they stand in, in one of a name that is known. */
import { Failure } from "../../toolchain/lib/failure";
import type { Api, KubeObject } from "../release/kube";
import type { Store } from "./database";

export type SecretObject = KubeObject & { data?: Record<string, string>; type?: string };

export interface Borrower {
  namespace: string;
  /** What the settings are called there, and the Secret of the keys. */
  store: string;
  secret: string;
}

export async function readSecret(kube: Api, name: string, namespace: string): Promise<SecretObject> {
  const there = await kube.get<SecretObject>("secret", name, namespace);
  if (there !== undefined) return there;
  throw new Failure(`secret ${name} is not in namespace ${namespace}`, { next: "deploy the stack again" });
}

export const secretOf = (
  name: string,
  namespace: string,
  labels: Record<string, string>,
  data: Record<string, string>,
  type = "Opaque",
): SecretObject => ({
  ...{ apiVersion: "v1", kind: "Secret", metadata: { name, namespace, labels }, type, data },
});

interface Reference {
  name: string;
  key: string;
}
const isReference = (value: unknown): value is Reference =>
  typeof value === "object" && value !== null && "name" in value && "key" in value;

/** Never with its retention: nobody but its owner deletes backups. No keys are there where a cloud's identity opens it. */
export async function lent(
  kube: Api,
  { apiVersion, kind, spec }: Store,
  from: string,
  to: Borrower,
): Promise<{ store: Store; keys: Record<string, string> }> {
  const keys: Record<string, string> = {};
  const moved = async (value: unknown): Promise<unknown> => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).map(async ([field, one]: [string, unknown]) => {
      if (!isReference(one)) return [field, await moved(one)] as const;
      keys[field] = (await readSecret(kube, one.name, from)).data?.[one.key] ?? "";
      return [field, { name: to.secret, key: field }] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  };
  const kept = Object.fromEntries(Object.entries(spec).filter(([key]) => key !== "retentionPolicy"));
  const configuration = (await moved(spec.configuration)) as Store["spec"]["configuration"];
  return {
    keys,
    store: {
      ...{ apiVersion, kind, metadata: { name: to.store, namespace: to.namespace } },
      spec: { ...kept, configuration },
    },
  };
}
