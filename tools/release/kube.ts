/** The few things a release does with a cluster's API itself, through kubectl; tests put a cluster of their own in its place. */
import { Failure } from "../../toolchain/lib/failure";
import { run, tail, type Result } from "../../toolchain/lib/run";

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string | undefined;
    uid?: string;
    resourceVersion?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
}

/** What is done with a cluster's API whichever way leads there: kubectl, or a pod's own account. */
export interface Api {
  /** undefined where it is not there. */
  get<T extends KubeObject>(kind: string, name: string, namespace?: string): Promise<T | undefined>;
  /** All of a kind in a namespace; none where the cluster does not know the kind. */
  list<T extends KubeObject>(kind: string, namespace: string, selector?: string): Promise<T[]>;
  /** "taken" when there is one of that name. */
  create(object: KubeObject): Promise<"made" | "taken">;
  /** Made, or brought to what is said of it, fields of others left alone. */
  apply(object: KubeObject, manager: string): Promise<void>;
  remove(kind: string, name: string, namespace: string): Promise<void>;
  /** The last lines of each container of a pod; none where it is gone. */
  logs(pod: string, namespace: string, lines: number): Promise<string[]>;
}

export interface Kube extends Api {
  /** "changed" when it is no longer the version that was read. */
  replace(object: KubeObject): Promise<"done" | "changed">;
  /** Any other words of kubectl's; throws when they fail, unless told not to. */
  ask(doing: string, words: string[], how?: { input?: string; allowFailure?: boolean }): Promise<Result>;
}

export interface Access {
  env: Record<string, string | undefined>;
  context?: string | undefined;
  /** File instead of those of KUBECONFIG. */
  kubeconfig?: string | undefined;
}

const SECONDS = 20;

export function kubeOf({ env, context, kubeconfig }: Access): Kube {
  const flags = [
    `--request-timeout=${SECONDS}s`,
    ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
    ...(context === undefined ? [] : ["--context", context]),
  ];
  const kubectl = (args: string[], input?: string): Promise<Result> =>
    run("kubectl", [...flags, ...args], {
      env,
      allowFailure: true,
      ...(input === undefined ? {} : { input }),
    });
  const must = async (doing: string, args: string[], input?: string): Promise<Result> => {
    const answer = await kubectl(args, input);
    return answer.code === 0 ? answer : refuse(doing, answer, context);
  };
  const inside = (namespace: string | undefined) =>
    namespace === undefined ? [] : ["--namespace", namespace];
  return {
    async get<T extends KubeObject>(kind: string, name: string, namespace?: string) {
      const words = ["get", kind, name, ...inside(namespace), "--ignore-not-found", "--output=json"];
      const answer = await kubectl(words);
      if (unknownKind(answer)) return undefined;
      if (answer.code !== 0) refuse(`reading ${kind} ${name}`, answer, context);
      return answer.stdout.trim() === "" ? undefined : (JSON.parse(answer.stdout) as T);
    },
    async list<T extends KubeObject>(kind: string, namespace: string, selector?: string) {
      const picked = selector === undefined ? [] : ["--selector", selector];
      const answer = await kubectl(["get", kind, ...inside(namespace), ...picked, "--output=json"]);
      if (unknownKind(answer)) return [];
      if (answer.code !== 0) refuse(`listing ${kind}`, answer, context);
      return (JSON.parse(answer.stdout) as { items: T[] }).items;
    },
    async create(object) {
      const answer = await kubectl(["create", "-f", "-"], JSON.stringify(object));
      if (answer.code === 0) return "made";
      if (answer.stderr.includes("(AlreadyExists)")) return "taken";
      return refuse(`creating ${object.kind} ${object.metadata.name}`, answer, context);
    },
    async replace(object) {
      const answer = await kubectl(["replace", "-f", "-"], JSON.stringify(object));
      if (answer.code === 0) return "done";
      if (/\(Conflict\)|\(NotFound\)/.test(answer.stderr)) return "changed";
      return refuse(`changing ${object.kind} ${object.metadata.name}`, answer, context);
    },
    async remove(kind, name, namespace) {
      const words = ["delete", kind, name, ...inside(namespace), "--ignore-not-found", "--wait=false"];
      await must(`deleting ${kind} ${name}`, words);
    },
    async apply(object, manager) {
      const words = ["apply", "--server-side", "--force-conflicts", `--field-manager=${manager}`, "-f", "-"];
      await must(`applying ${object.kind} ${object.metadata.name}`, words, JSON.stringify(object));
    },
    async logs(pod, namespace, lines) {
      const words = ["logs", "--namespace", namespace, pod, "--all-containers", `--tail=${lines}`];
      return (await kubectl(words)).stdout.split("\n");
    },
    ask: (doing, words, { input, allowFailure = false } = {}) =>
      allowFailure ? kubectl(words, input) : must(doing, words, input),
  };
}

const unknownKind = ({ code, stderr }: Result) =>
  code !== 0 && /doesn't have a resource type|no matches for kind/.test(stderr);

function refuse(doing: string, { stderr }: Result, context: string | undefined): never {
  const where = context === undefined ? "the cluster" : `the cluster of context ${context}`;
  const right = stderr.includes("(Forbidden)");
  throw new Failure(`${where}: ${doing} failed`, {
    // Without kubectl's own log of how it tried.
    details: tail(stderr.replace(/^[EWI]\d{4} .*\n/gm, ""), 4),
    next: right
      ? "give whoever deploys that right in the stack's namespace"
      : `check that it answers: kubectl ${context === undefined ? "" : `--context ${context} `}get nodes`,
  });
}
