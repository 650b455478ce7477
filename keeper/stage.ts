/** A rehearsal in the cluster itself: a namespace that stands, an account with few rights, Postgres asked over TLS. */
import { randomBytes } from "node:crypto";
import { KEEPER, type Rehearsal, THROWAWAY } from "../config/rehearsal";
import { backupsOf, isDone } from "../tools/recovery/database";
import { MANAGER } from "../tools/recovery/fields";
import { secretOf } from "../tools/recovery/lent";
import type { Stage } from "../tools/recovery/rehearsal";
import type { Api, KubeObject } from "../tools/release/kube";
import { Failure } from "../toolchain/lib/failure";
import type { Step } from "../toolchain/lib/progress";
import { ask } from "./ask";

type SecretObject = KubeObject & { data?: Record<string, string> };

export function stageOf(
  { database, home, labels, live, namespace, stack }: Rehearsal,
  kube: Api,
  say: (text: string) => void,
  stop: AbortSignal,
): Stage {
  // Good for this throwaway only, and nobody else is told.
  const password = randomBytes(24).toString("base64url");
  const step: Step = { note: (text) => say(`  ${text}`) };
  return {
    kube,
    stop,
    steps: async (list) => {
      for (const { title, run } of list) {
        say(title);
        await run(step);
      }
    },
    newest: async () => {
      // What the operator knows of the bucket: it forgets a backup when the bucket no longer has it.
      const status = (await backupsOf(kube, namespace, live)).find(isDone)?.status;
      if (status?.backupId !== undefined) return { id: status.backupId, ended: status.stoppedAt ?? "" };
      throw new Failure(`there is no good backup of ${stack} to restore`, {
        details: [`Nothing that is completed among the Backups of ${live} in namespace ${namespace}.`],
      });
    },
    enter: async () => {
      const encoded = (text: string) => Buffer.from(text).toString("base64");
      const data = { password: encoded(password), username: encoded(KEEPER.role) };
      await kube.apply(secretOf(KEEPER.secret, home, labels, data, "kubernetes.io/basic-auth"), MANAGER);
    },
    leave: () => kube.remove("secret", KEEPER.secret, home),
    ask: async (text) => {
      const authority = await kube.get<SecretObject>("secret", `${THROWAWAY}-ca`, home);
      const ca = Buffer.from(authority?.data?.["ca.crt"] ?? "", "base64").toString("utf8");
      const host = `${THROWAWAY}-rw.${home}.svc`;
      return ask({ ca, database, host, password, user: KEEPER.role }, text, stop);
    },
  };
}
