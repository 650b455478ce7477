/** The cluster's API, spoken to by a pod in the name of its service account. */
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { KIND } from "../tools/recovery/database";
import type { Api, KubeObject } from "../tools/release/kube";
import { Failure } from "../toolchain/lib/failure";

export interface Account {
  host: string;
  port: string;
  /** Folder with its token, which is made anew from time to time, and the API's authority. */
  folder: string;
}

/** Where the kinds that a rehearsal knows are served. */
const SERVED: Readonly<Record<string, string>> = {
  [KIND.backup]: "apis/postgresql.cnpg.io/v1 backups",
  [KIND.cluster]: "apis/postgresql.cnpg.io/v1 clusters",
  [KIND.store]: "apis/barmancloud.cnpg.io/v1 objectstores",
  job: "apis/batch/v1 jobs",
  lease: "apis/coordination.k8s.io/v1 leases",
  persistentvolumeclaim: "api/v1 persistentvolumeclaims",
  pod: "api/v1 pods",
  secret: "api/v1 secrets",
};
/** The same by the names that objects have of themselves. */
const KINDS: Readonly<Record<string, string>> = {
  Cluster: KIND.cluster,
  Lease: "lease",
  ObjectStore: KIND.store,
  Secret: "secret",
};

interface Answer {
  status: number;
  text: string;
}
const PATIENCE = 20e3;

export function apiOf(account: Account): Api {
  const ask = (method: string, path: string, body?: object) => asked(account, method, path, body);
  const at = (kind: string, namespace = "", name = "") => {
    const [group, plural] = (SERVED[kind] ?? "").split(" ");
    if (group === undefined || plural === undefined) throw new Error(`nobody said where ${kind} is served`);
    return `/${[group, "namespaces", namespace, plural, name].filter((part) => part !== "").join("/")}`;
  };
  const of = ({ kind, metadata }: KubeObject) => at(KINDS[kind] ?? kind, metadata.namespace, metadata.name);
  const must = ({ status, text }: Answer, doing: string): Answer => {
    if (status >= 200 && status < 300) return { status, text };
    throw new Failure(`the cluster's API: ${doing} failed (${status})`, { details: [messageIn(text)] });
  };
  return {
    async get<T extends KubeObject>(kind: string, name: string, namespace?: string) {
      const answer = await ask("GET", at(kind, namespace, name));
      if (answer.status === 404) return undefined;
      return JSON.parse(must(answer, `reading ${kind} ${name}`).text) as T;
    },
    async list<T extends KubeObject>(kind: string, namespace: string, selector?: string) {
      const picked = selector === undefined ? "" : `?labelSelector=${encodeURIComponent(selector)}`;
      const answer = must(await ask("GET", `${at(kind, namespace)}${picked}`), `listing ${kind}`);
      return (JSON.parse(answer.text) as { items: T[] }).items;
    },
    async create(object) {
      const { name } = object.metadata;
      const answer = await ask("POST", of(object).replace(new RegExp(`/${name}$`), ""), object);
      if (answer.status === 409) return "taken";
      must(answer, `creating ${object.kind} ${name}`);
      return "made";
    },
    async apply(object, manager) {
      const path = `${of(object)}?fieldManager=${manager}&force=true`;
      must(await ask("PATCH", path, object), `applying ${object.kind} ${object.metadata.name}`);
    },
    async remove(kind, name, namespace) {
      const answer = await ask("DELETE", at(kind, namespace, name));
      if (answer.status !== 404) must(answer, `deleting ${kind} ${name}`);
    },
    async logs(pod, namespace, lines) {
      const path = at("pod", namespace, pod);
      const there = await ask("GET", path);
      if (there.status === 404) return [];
      const { spec } = JSON.parse(must(there, `reading ${pod}`).text) as {
        spec: Record<"containers" | "initContainers", { name: string }[] | undefined>;
      };
      const said: string[] = [];
      for (const { name } of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
        const log = await ask("GET", `${path}/log?container=${name}&tailLines=${lines}`);
        // One that has not begun, or is gone, has nothing to say.
        if (log.status === 200) said.push(...log.text.split("\n"));
      }
      return said;
    },
  };
}

function asked(
  { host, port, folder }: Account,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const file = (name: string) => readFileSync(`${folder}/${name}`, "utf8");
  const type = method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
  const headers = { authorization: `Bearer ${file("token").trim()}`, "content-type": type };
  return new Promise((done, fail) => {
    const broken = (error: Error) =>
      fail(new Failure("the cluster's API does not answer", { details: [error.message], cause: error }));
    const sent = request(
      { ca: file("ca.crt"), headers, host, method, path, port, timeout: PATIENCE },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (text += chunk));
        answer.on("end", () => done({ status: answer.statusCode ?? 0, text }));
        answer.on("error", broken);
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`nothing within ${PATIENCE / 1000} s`)));
    sent.on("error", broken);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? "";
  } catch {
    return text.slice(0, 300);
  }
}
