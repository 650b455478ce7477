/** The parts of a product, put to rest while their database is another's, and brought back. */
import type { Step } from "../../toolchain/lib/progress";
import type { Kube, KubeObject } from "../release/kube";
import { disown, MANAGER } from "./fields";

interface Deployment extends KubeObject {
  spec: { replicas?: number };
}
interface CronJob extends KubeObject {
  spec: { suspend?: boolean };
}

/** How many there were: on the object itself, so that whoever goes on after a death knows it too. */
const WERE = "slipway.dev/replicas-before-restore";
const COMPONENTS = "app.kubernetes.io/component in (api,web,worker)";
const TASKS = "app.kubernetes.io/component=task";

export async function rest(kube: Kube, namespace: string, step: Step): Promise<void> {
  const running = (await kube.list<Deployment>("deployment", namespace, COMPONENTS)).filter(
    ({ spec }) => (spec.replicas ?? 1) > 0,
  );
  for (const { metadata, spec } of running) {
    const at = `deployment/${metadata.name}`;
    await patch(kube, namespace, at, {
      metadata: { annotations: { [WERE]: String(spec.replicas ?? 1) } },
      spec: { replicas: 0 },
    });
  }
  for (const { metadata, spec } of await kube.list<CronJob>("cronjob", namespace, TASKS)) {
    if (spec.suspend === true) continue;
    await patch(kube, namespace, `cronjob/${metadata.name}`, {
      metadata: { annotations: { [WERE]: "1" } },
      spec: { suspend: true },
    });
  }
  step.note(`${running.map(({ metadata }) => metadata.name).join(", ") || "nothing"} at rest`);
}

export async function wake(kube: Kube, namespace: string, step: Step): Promise<void> {
  const woken: string[] = [];
  for (const { metadata, spec } of await kube.list<Deployment>("deployment", namespace, COMPONENTS)) {
    const were = metadata.annotations?.[WERE];
    if (were === undefined) continue;
    await patch(kube, namespace, `deployment/${metadata.name}`, {
      metadata: { annotations: { [WERE]: null } },
      // Who scales by itself may have done so already.
      spec: (spec.replicas ?? 0) === 0 ? { replicas: Number(were) } : {},
    });
    await disown(kube, "deployment", namespace, metadata.name);
    woken.push(metadata.name);
  }
  for (const { metadata } of await kube.list<CronJob>("cronjob", namespace, TASKS)) {
    if (metadata.annotations?.[WERE] === undefined) continue;
    await patch(kube, namespace, `cronjob/${metadata.name}`, {
      metadata: { annotations: { [WERE]: null } },
      spec: { suspend: false },
    });
    await disown(kube, "cronjob", namespace, metadata.name);
  }
  step.note(`${woken.join(", ") || "nothing"} woken`);
}

/** Until all of them answer again. */
export async function awake(kube: Kube, namespace: string, within: number): Promise<void> {
  for (const { metadata } of await kube.list<Deployment>("deployment", namespace, COMPONENTS)) {
    const words = ["rollout", "status", "-n", namespace, `deployment/${metadata.name}`];
    await kube.ask(`waiting for ${metadata.name}`, [...words, `--timeout=${Math.ceil(within / 1000)}s`]);
  }
}

async function patch(kube: Kube, namespace: string, what: string, change: object): Promise<void> {
  const words = ["patch", "-n", namespace, what, "--type=merge", `--field-manager=${MANAGER}`];
  await kube.ask(`changing ${what}`, [...words, "--patch", JSON.stringify(change)]);
}
