/** Talks to the embedded cluster through its own kubectl. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { stringify } from "yaml";
import { Failure } from "../lib/failure";
import { quiet, type Step } from "../lib/progress";
import { run, tail, type Result } from "../lib/run";
import { write } from "./files";
import { files, state } from "./layout";
import { kubectlProgram } from "./programs";

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [more: string]: unknown };
  [more: string]: unknown;
}

const POLL_MS = 100;

export async function kubectl(
  args: string[],
  options: { input?: string; allowFailure?: boolean } = {},
): Promise<Result> {
  const program = await kubectlProgram(quiet);
  return run(program, args, {
    ...options,
    env: { KUBECONFIG: files.kubeconfig, HTTPS_PROXY: undefined, https_proxy: undefined },
  });
}

/** Applies objects on the server's side, as the field manager `slipway`; what was applied alike before is left out. */
export async function apply(name: string, objects: KubernetesObject[], again: boolean): Promise<void> {
  const text = objects.map((each) => stringify(each)).join("---\n");
  const mark = state("applied", `${name}.sha256`);
  const hash = createHash("sha256").update(text).digest("hex");
  if (!again && existsSync(mark) && readFileSync(mark, "utf8") === hash) return;
  await kubectl(["apply", "--server-side", "--force-conflicts", "--field-manager=slipway", "-f", "-"], {
    input: text,
  });
  write(mark, hash);
}

/** One object, or undefined where it is not there. */
export async function get<T = KubernetesObject>(
  kind: string,
  name: string,
  namespace?: string,
): Promise<T | undefined> {
  const { stdout } = await kubectl([
    "get",
    kind,
    name,
    ...(namespace === undefined ? [] : ["--namespace", namespace]),
    "--ignore-not-found",
    "--output=json",
  ]);
  return stdout.trim() === "" ? undefined : (JSON.parse(stdout) as T);
}

/** Asks until the answer is there. `what` completes "waiting for …". */
export async function until<T>(
  what: string,
  step: Step,
  seconds: number,
  question: () => Promise<T | undefined | false>,
  explain?: () => Promise<string[]>,
): Promise<T> {
  const limit = Date.now() + seconds * 1000;
  step.note(`waiting for ${what}`);
  for (;;) {
    const answer = await question();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > limit) {
      throw new Failure(`${what}: not after ${seconds} s`, {
        details: explain ? await explain() : [],
        next: "`./slipway cluster status` and `./slipway cluster logs` say more",
      });
    }
    await pause(POLL_MS);
  }
}

interface Deployment extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { generation: number };
  spec: { replicas: number };
  status: {
    observedGeneration?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    replicas?: number;
  };
}

export async function awaitDeployment(
  name: string,
  namespace: string,
  step: Step,
  seconds: number,
): Promise<void> {
  await until(
    `${namespace}/${name}`,
    step,
    seconds,
    async () => {
      const found = await get<Deployment>("deployment", name, namespace);
      return (
        found !== undefined &&
        found.status.observedGeneration === found.metadata.generation &&
        found.status.updatedReplicas === found.spec.replicas &&
        found.status.availableReplicas === found.spec.replicas &&
        found.status.replicas === found.spec.replicas
      );
    },
    async () => {
      const events = await kubectl(["get", "events", "--namespace", namespace, "--sort-by=.lastTimestamp"], {
        allowFailure: true,
      });
      return tail(events.stdout, 6);
    },
  );
}
