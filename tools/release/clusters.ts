/**
 * Where a stack is deployed: its clusters, each reached by the context that the stack file names, and proved to be the
 * one the stack lives on. The proof is the namespace: its uid in the stack's state and on the cluster are one.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Cluster, Settings } from "../../config";
import { Failure } from "../../toolchain/lib/failure";
import { run, tail } from "../../toolchain/lib/run";
import type { Access, Kube } from "./kube";

/** Which cluster of the stack holds the database, the releases and the lock. */
export function primaryOf({ clusters }: Pick<Settings, "clusters">): [string, Cluster] {
  const all = Object.entries(clusters);
  const found = all.find(([, { role }]) => role === "primary") ?? all[0];
  if (found === undefined)
    throw new Failure("the stack has no cluster", { next: "declare one under clusters" });
  return found;
}

/** What the state says of the stack's namespaces: by cluster, the uid of the one that was made there. */
export function namespacesIn(state: unknown): Record<string, string> {
  const { deployment } = state as {
    deployment?: { resources?: { type: string; urn: string; outputs?: { metadata?: { uid?: string } } }[] };
  };
  const found: Record<string, string> = {};
  for (const { type, urn, outputs } of deployment?.resources ?? []) {
    const name = urn.split("::").at(-1) ?? "";
    const uid = outputs?.metadata?.uid;
    if (type !== "kubernetes:core/v1:Namespace" || uid === undefined || !name.endsWith("-namespace"))
      continue;
    found[name.slice(0, -"-namespace".length)] = uid;
  }
  return found;
}

export interface Place {
  cluster: string;
  context: string | undefined;
  namespace: string;
}

/** Throws unless the cluster is the one the stack lives on, or one where nobody lives under its name yet. */
export async function isItsCluster(
  kube: Kube,
  place: Place,
  known: string | undefined,
): Promise<"there" | "new"> {
  const { cluster, context, namespace } = place;
  const named = context === undefined ? "the current context" : `context ${context}`;
  const live = (await kube.get("namespace", namespace))?.metadata.uid;
  if (live === known) return live === undefined ? "new" : "there";
  if (known === undefined) {
    throw new Failure(`${named} has a namespace ${namespace} that this stack did not make`, {
      details: [
        `The stack's state knows nothing of cluster ${cluster} yet, so somebody else's product lives there, or this is not the stack's state.`,
      ],
      next: `check the context (clusters.${cluster}.context), the backend (pulumi whoami --verbose) and the namespace's name`,
    });
  }
  throw new Failure(`${named} is not the cluster ${cluster} of this stack`, {
    details: [
      `The stack's namespace ${namespace} has uid ${known}.`,
      live === undefined ? "There is no such namespace." : `The one there has uid ${live}.`,
    ],
    next: `use the right context (--context NAME). If the namespace was deleted by hand: pulumi refresh, then deploy again`,
  });
}

/** The context of a user's own kubeconfig under the name that the stack file uses, in a file of its own. */
export async function renamedContext(
  from: string,
  as: string,
  env: Access["env"],
): Promise<{ env: Access["env"]; close: () => void }> {
  const words = ["config", "view", "--raw", "--flatten", "--minify", "--context", from, "--output=json"];
  const answer = await run("kubectl", words, { env, allowFailure: true });
  if (answer.code !== 0) {
    const all = await run("kubectl", ["config", "get-contexts", "--output=name"], {
      env,
      allowFailure: true,
    });
    const names = all.stdout
      .trim()
      .split("\n")
      .filter((name) => name !== "");
    throw new Failure(`there is no context ${from} in the kubeconfig`, {
      details: tail(answer.stderr, 2),
      next: names.length === 0 ? "set KUBECONFIG" : `the contexts are: ${names.join(", ")}`,
    });
  }
  const scratch = mkdtempSync(join(tmpdir(), "slipway-context-"));
  const file = join(scratch, "kubeconfig");
  writeFileSync(file, JSON.stringify(renamed(JSON.parse(answer.stdout) as Kubeconfig, as)), { mode: 0o600 });
  return {
    // First of all files: kubectl and the provider take a name from the first that has it.
    env: {
      ...env,
      KUBECONFIG: [file, env.KUBECONFIG ?? process.env.KUBECONFIG ?? ""].filter(Boolean).join(delimiter),
    },
    close: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

interface Kubeconfig {
  contexts: { name: string; context: { cluster: string; user: string } }[];
  clusters: { name: string; cluster: object }[];
  users: { name: string; user: object }[];
}

/** With names of their own for cluster and user too, which no other file can have meant. */
export function renamed({ contexts, clusters, users }: Kubeconfig, as: string): object {
  const [context, cluster, user] = [contexts[0], clusters[0], users[0]];
  if (context === undefined || cluster === undefined) throw new Failure("that context has no cluster");
  const own = `slipway-${as}`;
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": as,
    contexts: [{ name: as, context: { ...context.context, cluster: own, user: own } }],
    clusters: [{ ...cluster, name: own }],
    users: user === undefined ? [] : [{ ...user, name: own }],
  };
}
