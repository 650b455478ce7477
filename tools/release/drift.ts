/** Drift: what somebody changed on the cluster or in the cloud behind the engine's back. Nothing is written down or put right. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../toolchain/lib/failure";
import { run, tail } from "../../toolchain/lib/run";
import { review } from "../review/collect";
import { parseEvents } from "../review/events";
import type { Change } from "../review/model";
import { stackSecrets } from "../review/preview-run";
import type { Session } from "./session";

/** What is no longer as the state says: `before` is the state, `after` is what is there. */
export async function drifted({ engine, env, folder, project, stack }: Session): Promise<Change[]> {
  const scratch = mkdtempSync(join(tmpdir(), "slipway-drift-"));
  const log = join(scratch, "events.jsonl");
  try {
    const words = ["refresh", "--preview-only", "--non-interactive", "--color=never", `--stack=${stack}`];
    const [answer, secrets] = await Promise.all([
      run("pulumi", [...words, `--event-log=${log}`, `--config-file=${engine.settings}`], {
        cwd: folder,
        // The engine shows --event-log to those who ask for its commands for debugging.
        env: { ...env, PULUMI_DEBUG_COMMANDS: "true" },
        allowFailure: true,
      }),
      stackSecrets({ folder, stack, env, configFile: engine.settings }),
    ]);
    const events = existsSync(log) ? parseEvents(readFileSync(log, "utf8")) : [];
    const stderr = answer.stderr.trim() === "" ? tail(answer.stdout).join("\n") : answer.stderr;
    const found = review({ project, stack, folder, events, code: answer.code, stderr, secrets });
    if (found.outcome !== "failed") return found.changes;
    throw new Failure(`what runs of ${stack} could not be compared with its state`, {
      details: found.problems
        .filter(({ severity }) => severity === "error")
        .flatMap(({ message }) => message.split("\n")),
      ...(found.next === undefined ? {} : { next: found.next }),
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A line a change, and below it each property: `spec.replicas: 2 → 5`. */
export function driftLines(changes: readonly Change[]): string[] {
  return changes.flatMap(({ op, kind, name, physical, leaves }) => [
    `${op === "delete" ? "gone" : "changed"}: ${kind} ${physical ?? name}`,
    ...leaves.map(({ path, before, after, lines }) =>
      lines === undefined
        ? `    ${path}: ${before ?? "(not set)"} → ${after ?? "(not set)"}`
        : `    ${path}: ${lines.length} lines differ`,
    ),
  ]);
}
