/**
 * What one part gets from another that it needs: variables, files, a way through the network, and an order. The same
 * record feeds the Deployment, the Secret references, the NetworkPolicies and `dependsOn`, so that they cannot disagree.
 */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "./labels";
import type { Place } from "./network";

/** One value of a Secret. */
export interface SecretKey {
  readonly secret: pulumi.Input<string>;
  readonly key: string;
}

/** A secret in hand: its value, or the Kubernetes Secret it will stand in without ever passing through Pulumi. */
export type HeldSecret = { readonly value: pulumi.Output<string> } | SecretKey;

/** A key of a Secret as a file: certificates, which no variable should carry. */
export interface SecretFile extends SecretKey {
  /** Folder and name it appears under. */
  readonly folder: string;
  readonly file: string;
}

/** What whoever needs it gets. */
export interface Connection {
  /** The part or store: `postgres`. */
  readonly to: string;
  /** Variables from Secrets, by name: `DATABASE_URL`. */
  readonly secrets: Readonly<Record<string, SecretKey>>;
  /** Plain variables: `API_URL`. */
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  readonly files: readonly SecretFile[];
  /** What can be asked of it by name, for programs that want it under names of their own: `host`, `password`. */
  readonly facts: Readonly<Record<string, SecretKey | pulumi.Input<string>>>;
  /** Where it listens; pods of the namespace are opened to whoever needs them. */
  readonly at: readonly Place[];
  /** What must be there first. */
  readonly after: readonly pulumi.Resource[];
  /** Which data it holds, once it is not what it began with: migrations run again on what is older. */
  readonly data?: string | undefined;
}

/** A component that parts can need. */
export interface Needed {
  readonly connection: Connection;
  /** The same for a migration, where that differs: past a pooler, whose sessions are not its own. */
  readonly migrationConnection?: Connection;
  /** Of a store whose lists can be measured: what a scaler must know. */
  readonly queue?: MeasuredQueue;
}

/** A Redis as KEDA sees it. */
export interface MeasuredQueue {
  readonly address: pulumi.Input<string>;
  readonly password: SecretKey;
  readonly pods: Labels;
  readonly port: number;
}

/** Variables a program reads under names of its own, each with the need it comes from and what is asked of it. */
export type Asked = Readonly<Record<string, { readonly need: string; readonly fact: string }>>;

/** What a program that has these connections gets, with its own variables over theirs. */
export function connected(
  connections: readonly Connection[],
  said: {
    readonly env: Readonly<Record<string, pulumi.Input<string>>>;
    readonly secrets: Readonly<Record<string, SecretKey>>;
    readonly from?: Asked;
  },
): Required<Pick<Connection, "env" | "secrets" | "files">> {
  const own = withAsked(connections, said);
  const named = [...Object.keys(own.env), ...Object.keys(own.secrets)];
  const theirs = <T>(record: Readonly<Record<string, T>>) =>
    Object.entries(record).filter(([name]) => !named.includes(name));
  return {
    env: Object.fromEntries([...connections.flatMap(({ env }) => theirs(env)), ...Object.entries(own.env)]),
    files: connections.flatMap(({ files }) => files),
    secrets: Object.fromEntries([
      ...connections.flatMap(({ secrets }) => theirs(secrets)),
      ...Object.entries(own.secrets),
    ]),
  };
}

/** Asked of the connection at hand: what a migration asks of a database is told of the way past its pooler. */
function withAsked(
  connections: readonly Connection[],
  { env, secrets, from = {} }: Parameters<typeof connected>[1],
): Pick<Parameters<typeof connected>[1], "env" | "secrets"> {
  const asked = Object.entries(from).map(([variable, { need, fact }]) => {
    const told = connections.find(({ to }) => to === need)?.facts[fact];
    if (told === undefined) throw new Error(`${variable}: nobody needed can say ${need}.${fact}`);
    return [variable, told] as const;
  });
  const secret = asked.filter((one): one is [string, SecretKey] => isSecretKey(one[1]));
  const plain = asked.filter((one): one is [string, pulumi.Input<string>] => !isSecretKey(one[1]));
  return {
    env: { ...Object.fromEntries(plain), ...env },
    secrets: { ...Object.fromEntries(secret), ...secrets },
  };
}

function isSecretKey(told: SecretKey | pulumi.Input<string>): told is SecretKey {
  return typeof told === "object" && "secret" in told && "key" in told;
}

type EnvVar = k8s.types.input.core.v1.EnvVar;

/** Variables of a container: plain ones, then secret ones by reference, sorted, so that no order of keys is a change. */
export function environment(
  plain: Readonly<Record<string, pulumi.Input<string>>>,
  secrets: Readonly<Record<string, SecretKey>>,
): EnvVar[] {
  const both = Object.keys(plain).filter((name) => name in secrets);
  if (both.length > 0)
    throw new Error(`${both.join(", ")}: both a plain and a secret variable; take one out`);
  return [
    ...sorted(plain).map(([name, value]) => ({ name, value })),
    ...sorted(secrets).map(([name, { secret, key }]) => ({
      name,
      valueFrom: { secretKeyRef: { key, name: secret } },
    })),
  ];
}

/** Volumes and mounts for the files of connections; one volume a Secret. */
export function mounted(files: readonly SecretFile[]): {
  volumes: k8s.types.input.core.v1.Volume[];
  volumeMounts: k8s.types.input.core.v1.VolumeMount[];
} {
  return {
    volumes: files.map(({ secret, key, folder, file }) => ({
      name: volumeName(folder),
      secret: { defaultMode: 0o440, items: [{ key, path: file }], secretName: secret },
    })),
    volumeMounts: files.map(({ folder }) => ({
      mountPath: folder,
      name: volumeName(folder),
      readOnly: true,
    })),
  };
}

function volumeName(folder: string): string {
  return folder.split("/").filter(Boolean).join("-");
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
