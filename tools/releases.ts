/** `slipway releases STACK`: what was released, when, by whom, and what runs. */
import type { Command } from "commander";
import { steps } from "../toolchain/lib/progress";
import { contextOption, folderOption } from "./lib/options";
import { type Release, releasesOf, runningOf } from "./release/records";
import { open, type Asked, type Session } from "./release/session";

interface Options extends Asked {
  json?: true;
}

export function register(program: Command): void {
  program
    .command("releases <stack>")
    .description("lists the releases of a stack, the newest first")
    .addOption(contextOption())
    .addOption(folderOption())
    .option("--json", "all that is known of them, for machines")
    .action(releases);
}

async function releases(stack: string, options: Options): Promise<void> {
  let session: Session | undefined;
  let found: Release[] = [];
  try {
    await steps([
      {
        title: `Releases of ${stack}`,
        run: async (step) => {
          session = await open(stack, options, step);
          found = await releasesOf(session.kube, session.settings.namespace, stack);
        },
      },
    ]);
  } finally {
    session?.close();
  }
  const running = runningOf(found)?.number;
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ stack, running, releases: found }, undefined, 2)}\n`
      : releaseTable(stack, found),
  );
}

/** Columns, one line a release; why it was not good below it. */
export function releaseTable(stack: string, found: readonly Release[]): string {
  if (found.length === 0) return `${stack} has no releases yet: ./slipway deploy ${stack}\n`;
  const running = runningOf(found)?.number;
  const rows = found.map((one) => [
    `${one.number === running ? "*" : " "} ${one.number}`,
    one.kind === "rollback" ? `back to ${one.of ?? 0}` : one.outcome,
    one.commit.slice(0, 12),
    one.when.slice(0, 16).replace("T", " "),
    one.who,
    Object.entries(one.images)
      .map(
        ([part, image]) =>
          `${part} ${
            image
              .split("/")
              .at(-1)
              ?.replace(/(@sha256:.{12}).*/, "$1") ?? ""
          }`,
      )
      .join(", "),
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.flatMap((row, index) => {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    const why = found[index]?.why?.[0];
    return [line.trimEnd(), ...(why === undefined ? [] : [`      ${why}`])];
  });
  return `${lines.join("\n")}\n`;
}
