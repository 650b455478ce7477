/** `slipway backups STACK`: what could be restored: the backups there are, and the time they reach over. */
import type { Command } from "commander";
import { formatBytes } from "../config";
import { duration, steps } from "../toolchain/lib/progress";
import { contextOption, folderOption } from "./lib/options";
import { reaching } from "./recovery/aim";
import { held, type Held } from "./recovery/bucket";
import { backed, liveName } from "./recovery/database";
import { type Asked, open, type Session } from "./release/session";

interface Found {
  stack: string;
  database: string;
  bucket: string;
  /** From here on, any moment. */
  earliest: string | undefined;
  backups: Held[];
}

export function register(program: Command): void {
  program
    .command("backups <stack>")
    .description(
      "lists the backups of a stack's database, the newest first, and since when it can be restored",
    )
    .addOption(contextOption())
    .addOption(folderOption())
    .option("--json", "all that is known of them, for machines")
    .action(backups);
}

async function backups(stack: string, options: Asked & { json?: true }): Promise<void> {
  let session: Session | undefined;
  let found: Found | undefined;
  try {
    await steps([
      {
        title: `Backups of ${stack}`,
        run: async (step) => {
          session = await open(stack, options, step);
          const { kube, settings } = session;
          const { namespace } = settings;
          const database = backed(settings, stack);
          const live = liveName(database);
          const all = await held(kube, { namespace, cluster: live, from: live, sizes: true });
          const good = all.filter(({ status }) => status === "DONE");
          found = {
            stack,
            database: live,
            bucket: database.backup.bucket.text,
            earliest: reaching(good, database.backup.keep.days, Date.now()).at(-1)?.ended,
            backups: all,
          };
        },
      },
    ]);
  } finally {
    session?.close();
  }
  if (found === undefined) return;
  process.stdout.write(
    options.json === true ? `${JSON.stringify(found, undefined, 2)}\n` : backupTable(found),
  );
}

export function backupTable({ stack, bucket, backups: all, earliest }: Found): string {
  if (all.length === 0) return `${bucket} has no backup of ${stack} yet: ./slipway backup ${stack}\n`;
  const alone = (ended: string) => earliest !== undefined && Date.parse(ended) < Date.parse(earliest);
  const lines = all.map(({ id, begun, ended, size, status }) =>
    [
      id,
      ended.slice(0, 19).replace("T", " "),
      duration(Math.max(0, Date.parse(ended) - Date.parse(begun))).padStart(7),
      (size === undefined ? "" : formatBytes(Math.ceil(size / 1024 ** 2) * 1024 ** 2)).padStart(8),
      status === "DONE" ? (alone(ended) ? "by itself" : "") : status.toLowerCase(),
    ]
      .join("  ")
      .trimEnd(),
  );
  return [
    ...lines,
    "",
    earliest === undefined
      ? "No moment can be restored yet."
      : `Any moment since ${earliest}: ./slipway restore ${stack} --to TIME`,
    ...(all.some(({ ended, status }) => status === "DONE" && alone(ended))
      ? [`Of the time before, each of these by itself: ./slipway restore ${stack} --to ID`]
      : []),
    "",
  ].join("\n");
}
