/** The bucket of another stack, opened for the time of a clone: its place and a copy of its keys, under names that are found again. */
import { Failure } from "../../toolchain/lib/failure";
import type { Api } from "../release/kube";
import { gone, removeCluster } from "./beside";
import { type Cluster, KIND, type Store, STORE } from "./database";
import { lent, secretOf, type SecretObject } from "./lent";

/** On all that a clone makes for a while: one that was killed has left it. */
export const CLONING = "slipway.dev/cloning";
const AWAY = 5 * 60e3;

export interface Opened {
  secret: SecretObject;
  store: Store;
}

/** Where the backups of a stack are, as its own cluster has it; throws where its keys cannot be lent. */
export async function openSource(
  kube: Api,
  { namespace, stack }: { namespace: string; stack: string },
  at: { namespace: string; name: string },
): Promise<Opened> {
  const there = await kube.get<Store>(KIND.store, STORE, namespace);
  if (there === undefined) {
    throw new Failure(`${stack} was never deployed with backups`, { next: `./slipway deploy ${stack}` });
  }
  const called = sourceName(at.name);
  const borrower = { namespace: at.namespace, store: called, secret: called };
  const { store, keys } = await lent(kube, there, namespace, borrower);
  if (Object.keys(keys).length === 0) {
    throw new Failure(`the bucket of ${stack} is opened by an identity of its own cloud, not by keys`, {
      details: ["The pods of another stack are somebody else to it."],
      next: `give ${stack} postgres.backup.credentials: keys that may read the bucket are enough for a clone`,
    });
  }
  const labels = { [CLONING]: at.name };
  return {
    secret: secretOf(called, at.namespace, labels, keys),
    store: { ...store, metadata: { ...store.metadata, labels } },
  };
}

export const sourceName = (name: string) => `${name}-source`;

/** Keys and place go: from then on nothing in the namespace opens the other stack's bucket. */
export async function closeSource(kube: Api, namespace: string, name: string): Promise<void> {
  await kube.remove("secret", sourceName(name), namespace);
  await kube.remove(KIND.store, sourceName(name), namespace);
}

/** What a clone that was killed has left; answers the names of its databases. */
export async function sweep(kube: Api, namespace: string): Promise<string[]> {
  const swept: string[] = [];
  for (const { metadata } of await kube.list<Cluster>(KIND.cluster, namespace, CLONING)) {
    await removeCluster(kube, namespace, metadata.name);
    await gone(kube, namespace, metadata.name, AWAY);
    swept.push(metadata.name);
  }
  for (const kind of ["secret", KIND.store]) {
    for (const { metadata } of await kube.list(kind, namespace, CLONING))
      await kube.remove(kind, metadata.name, namespace);
  }
  return swept;
}
