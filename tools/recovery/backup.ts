/** A backup taken now, and waited for. */
import { Failure } from "../../toolchain/lib/failure";
import type { Step } from "../../toolchain/lib/progress";
import type { Kube } from "../release/kube";
import { type BackupObject, backupNow, isDone, KIND, stamp } from "./database";
import { until } from "./wait";

const WITHIN = 2 * 3600e3;

export interface Taken {
  name: string;
  /** What `restore --to` takes. */
  id: string;
  begun: string;
  ended: string;
  /** Milliseconds, as asked for here. */
  took: number;
}

export async function takeBackup(
  kube: Kube,
  { namespace, cluster }: { namespace: string; cluster: string },
  step: Step,
): Promise<Taken> {
  const began = Date.now();
  const name = `${cluster}-${stamp(began)}`;
  if ((await kube.get(KIND.cluster, cluster, namespace)) === undefined) {
    throw new Failure(`there is no database ${cluster} in namespace ${namespace}`, {
      next: "deploy the stack first",
    });
  }
  await kube.create(backupNow(name, namespace, cluster));
  let phase = "";
  const done = await until(
    async () => {
      const now = await kube.get<BackupObject>(KIND.backup, name, namespace);
      phase = now?.status?.phase ?? "not begun";
      step.note(`${name}: ${phase}`);
      if (phase === "failed") throw failed(now, namespace);
      return now !== undefined && isDone(now) ? now : undefined;
    },
    {
      what: `backup ${name}`,
      within: WITHIN,
      say: () => `It is ${phase}.`,
      next: `kubectl describe backup ${name} --namespace ${namespace}`,
    },
  );
  const { backupId = "", startedAt = "", stoppedAt = "" } = done.status ?? {};
  return { name, id: backupId, begun: startedAt, ended: stoppedAt, took: Date.now() - began };
}

const failed = (backup: BackupObject | undefined, namespace: string) =>
  new Failure(`the backup failed`, {
    details: [backup?.status?.error ?? "It does not say why."],
    next: `look at the bucket's address, name and keys under postgres.backup, and at what the database says: kubectl logs --namespace ${namespace} --selector cnpg.io/podRole=instance --container plugin-barman-cloud --tail 20`,
  });
