/** Whether the database's newest backup is young enough to change anything beside it. */
import { formatDuration, type Settings } from "../../config";
import { Failure } from "../../toolchain/lib/failure";
import { type BackupObject, backupsOf, FIRST, KIND, liveName } from "../recovery/database";
import type { Kube } from "./kube";

/** A backup takes its time; an hour late is not late. */
const SLACK = 3600e3;

/** How old the newest backup may be, in milliseconds; undefined where the stack has none to be fresh. */
export function oldestBackup({
  postgres,
  release,
}: Pick<Settings, "postgres" | "release">): number | undefined {
  if (postgres?.mode !== "operator" || postgres.backup === undefined) return undefined;
  return release.backup?.value ?? postgres.backup.every.longestGap + SLACK;
}

/** Says in a few words why it is fresh enough; throws when it is not. */
export async function freshBackup(kube: Kube, settings: Settings, now: number = Date.now()): Promise<string> {
  const limit = oldestBackup(settings);
  if (limit === undefined) return "no backup is declared";
  const { namespace } = settings;
  const name = settings.postgres?.mode === "operator" ? liveName(settings.postgres) : FIRST;
  const database = await kube.get(KIND.cluster, name, namespace);
  if (database === undefined) return "there is no database yet";
  const all = await backupsOf(kube, namespace, name);
  const ended = all
    .filter(({ status }) => status?.phase === "completed" && status.stoppedAt !== undefined)
    .map(({ status }) => Date.parse(status?.stoppedAt ?? ""))
    .sort((a, b) => b - a)[0];
  if (ended !== undefined && now - ended <= limit) return `${age(now - ended)} old`;
  const made = Date.parse(database.metadata.creationTimestamp ?? "");
  if (ended === undefined && now - made <= limit && !all.some(failed)) {
    return "the database is new, its first backup is not due yet";
  }
  const broken = all.filter(failed).sort(byTime).at(-1);
  throw new Failure(
    ended === undefined
      ? "the database has never been backed up"
      : `the newest backup is ${age(now - ended)} old`,
    {
      details: [
        `A deployment wants one of the last ${age(limit)} (release.backup, or the schedule).`,
        ...(broken === undefined
          ? []
          : [
              `The last that failed, ${broken.metadata.name}: ${broken.status?.error ?? "it does not say why"}`,
            ]),
      ],
      next: "take one now (./slipway backup STACK), and deploy when it is completed",
    },
  );
}

/** To the minute: 3h12m. */
const age = (ms: number) => formatDuration(Math.max(1, Math.round(ms / 60e3)) * 60e3);
const failed = ({ status }: BackupObject) => status?.phase === "failed";
const byTime = (a: BackupObject, b: BackupObject) =>
  Date.parse(a.metadata.creationTimestamp ?? "") - Date.parse(b.metadata.creationTimestamp ?? "");
