/**
 * Locks that nobody holds any more. An update that is killed leaves its lock in a backend that is a folder; the engine
 * cannot know that its holder is gone, but on the machine that wrote it we can look.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

interface Lock {
  pid: number;
  hostname: string;
}

/** Takes away the stack's locks whose process on this machine is gone; answers how many there were. */
export function releaseDeadLocks(backend: string | undefined, project: string, stack: string): number {
  if (!backend?.startsWith("file://")) return 0;
  const folder = join(fileURLToPath(backend), ".pulumi", "locks", "organization", project, stack);
  if (!existsSync(folder)) return 0;
  const dead = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter(isDead);
  for (const file of dead) rmSync(file, { force: true });
  return dead.length;
}

function isDead(file: string): boolean {
  const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
  return lock.hostname === hostname() && !isRunning(lock.pid);
}

/** Whether a Pulumi runs under that number: numbers are used again. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const command = `/proc/${pid}/comm`;
  return !existsSync(command) || readFileSync(command, "utf8").startsWith("pulumi");
}
