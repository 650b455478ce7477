/** The engine's lock under a release, explained. */
import { Failure } from "../../toolchain/lib/failure";

/** Who holds the engine's lock, from its message; undefined when that is not what it says. */
export function lockIn(text: string): { who?: string; pid?: number; since?: string } | undefined {
  if (!/currently locked by|another update is currently in progress/i.test(text)) return undefined;
  const [, by, pid, since] = /created by (\S+) \(pid (\d+)\) at (\S+)/.exec(text) ?? [];
  return by === undefined ? {} : { who: by, pid: Number(pid), ...(since === undefined ? {} : { since }) };
}

/** Runs what needs the engine's lock (locks of dead processes are taken away by Stack); says who has it. */
export async function unlocked<T>(stack: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const lock = error instanceof Failure ? lockIn(error.format()) : undefined;
    throw lock === undefined ? error : locked(lock, stack, error);
  }
}

/** Thrown before anything was changed: there is nothing to go back from. */
export class Locked extends Failure {}

function locked(
  { who, pid, since }: NonNullable<ReturnType<typeof lockIn>>,
  stack: string,
  cause: unknown,
): Locked {
  return new Locked(`the engine is at work on ${stack} already`, {
    details: [
      who === undefined
        ? "It does not say for whom."
        : `For ${who} (process ${pid ?? 0})${since === undefined ? "" : `, since ${since}`}.`,
    ],
    next: `wait for its end; if that process is dead: pulumi cancel --stack ${stack}`,
    cause,
  });
}
