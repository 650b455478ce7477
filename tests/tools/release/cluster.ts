/** A cluster's API for tests of a release: objects in memory, versions that conflict. */
import type { Kube, KubeObject } from "../../../tools/release/kube";

export interface FakeKube extends Kube {
  objects: Map<string, KubeObject>;
  put(object: KubeObject): void;
}

export function fakeKube(...given: KubeObject[]): FakeKube {
  const objects = new Map<string, KubeObject>();
  let version = 0;
  // "backups.postgresql.cnpg.io" and "Backup" are one kind.
  const plain = (kind: string) => (kind.split(".")[0] ?? "").toLowerCase().replace(/s$/, "");
  const key = (kind: string, name: string, namespace = "") => `${plain(kind)} ${namespace} ${name}`;
  const keyOf = ({ kind, metadata }: KubeObject) => key(kind, metadata.name, metadata.namespace);
  const labelsOf = ({ metadata }: KubeObject) => metadata.labels ?? {};
  const put = (object: KubeObject) => {
    const metadata = { ...object.metadata, resourceVersion: String(++version) };
    objects.set(keyOf(object), { ...object, metadata });
  };
  given.forEach(put);
  return {
    objects,
    put,
    get: <T extends KubeObject>(kind: string, name: string, namespace?: string) =>
      Promise.resolve(structuredClone(objects.get(key(kind, name, namespace)) as T | undefined)),
    list: <T extends KubeObject>(kind: string, namespace: string, selector?: string) => {
      const [label = "", value] = selector?.split("=") ?? [];
      const found = [...objects.values()].filter(
        (one) =>
          plain(one.kind) === plain(kind) &&
          one.metadata.namespace === namespace &&
          (selector === undefined ||
            (value === undefined ? label in labelsOf(one) : labelsOf(one)[label] === value)),
      );
      return Promise.resolve(structuredClone(found) as T[]);
    },
    create: (object) => {
      if (objects.has(keyOf(object))) return Promise.resolve("taken");
      put(object);
      return Promise.resolve("made");
    },
    replace: (object) => {
      const now = objects.get(keyOf(object));
      if (now?.metadata.resourceVersion !== object.metadata.resourceVersion)
        return Promise.resolve("changed");
      put(object);
      return Promise.resolve("done");
    },
    apply: (object) => {
      put(object);
      return Promise.resolve();
    },
    logs: () => Promise.resolve([]),
    remove: (kind, name, namespace) => {
      objects.delete(key(kind, name, namespace));
      return Promise.resolve();
    },
    ask: (doing) => Promise.reject(new Error(`${doing}: not in memory`)),
  };
}
