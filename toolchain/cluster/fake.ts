/** Nodes that only pretend to run their pods, by kwok: for scale, and for rehearsing operators' resources. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { obtain } from "../cache";
import type { Step } from "../lib/progress";
import { kubectl, type KubernetesObject } from "./kubectl";
import { files } from "./layout";
import type { Component } from "./plan";
import { kwokProgram, recipes } from "./programs";

const HEALTH_PORT = 10_247;
const mark = "kwok.x-k8s.io/node";

/** Where kwok's own word is how a node and a pod get ready: each file is one stage. */
export function stageFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml") && !name.endsWith("kustomization.yaml"))
    .sort()
    .map((name) => join(folder, name));
}

export async function kwok(step: Step): Promise<Component> {
  const stages = stageFiles(await obtain(recipes.kwokStages(), step));
  return {
    name: "kwok",
    grace: 0.3,
    command: [
      await kwokProgram(step),
      `--kubeconfig=${files.config("kwok.kubeconfig")}`,
      ...stages.map((file) => `--config=${file}`),
      "--manage-all-nodes=false",
      `--manage-nodes-with-annotation-selector=${mark}=fake`,
      "--node-lease-duration-seconds=40",
      `--server-address=127.0.0.1:${HEALTH_PORT}`,
    ],
    after: ["kube-apiserver"],
    ready: { url: `http://127.0.0.1:${HEALTH_PORT}/healthz` },
  };
}

export const fakeNode = (name: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    annotations: { [mark]: "fake", "node.alpha.kubernetes.io/ttl": "0" },
    labels: {
      type: "kwok",
      "kubernetes.io/hostname": name,
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
    },
  },
  // Nothing lands there that does not say it may: a pod there only looks as if it ran.
  spec: { taints: [{ key: mark, value: "fake", effect: "NoSchedule" }] },
});

/** Makes that many of them, and takes away what is more. */
export async function setFakeNodes(count: number): Promise<void> {
  const wanted = Array.from({ length: count }, (_, index) => `fake-${index}`);
  const { stdout } = await kubectl(["get", "nodes", "--selector=type=kwok", "--output=name"]);
  const there = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace("node/", ""));
  const missing = wanted.filter((name) => !there.includes(name));
  const surplus = there.filter((name) => !wanted.includes(name));
  if (missing.length > 0) {
    const list = { apiVersion: "v1", kind: "List", items: missing.map(fakeNode) };
    await kubectl(["create", "-f", "-"], { input: JSON.stringify(list) });
  }
  if (surplus.length > 0) await kubectl(["delete", "node", ...surplus]);
}

export async function awaitFakeNodes(step: Step, seconds: number): Promise<void> {
  step.note("waiting for the fake nodes");
  await kubectl(["wait", "node", "--selector=type=kwok", "--for=condition=Ready", `--timeout=${seconds}s`]);
}
