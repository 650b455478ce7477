/** A deployment that changed something and is not good: back to what was, if there is such a thing, and all of it said. */
import { Failure, messageOf } from "../../toolchain/lib/failure";
import { steps } from "../../toolchain/lib/progress";
import { goBack } from "./back";
import { runningImages } from "./images";
import { migrationText } from "./migrations";
import { EXIT, Undone, type Outcome } from "./outcome";
import { remembered } from "./override";
import { lastGood, type MigrationRun, type NewRelease, type Release } from "./records";
import type { Session } from "./session";
import type { Verdict } from "./smoke";

export interface Attempt {
  session: Session;
  commit: string;
  /** The stack's releases before this one, newest first. */
  releases: readonly Release[];
  verdicts: Verdict[];
  migrations: MigrationRun[];
  why: string[];
  keep: (
    made: Pick<NewRelease, "outcome" | "images" | "config" | "migrations" | "why" | "running">,
  ) => Promise<Release>;
}

export async function undo(error: Failure, attempt: Attempt): Promise<never> {
  const { session, releases, commit, migrations, verdicts, why } = attempt;
  const { settings, stack } = session;
  const base = { stack, commit, smoke: verdicts, migrations, why };
  const good = lastGood(releases);
  // What was tried is remembered as it was tried: on the way back it is gone from the cluster.
  const tried = await triedOf(attempt);
  if (good === undefined) {
    const release = await tried?.("failed");
    throw new Undone({ ...base, outcome: "failed", release }, `deploying ${stack} failed`, {
      details: [
        ...why,
        "There is no good release to go back to: what was made stays as it is.",
        ...(migrations.length === 0 ? [] : migrationText(migrations)),
      ],
      ...withLog(error, "mend it and deploy again"),
    });
  }
  const back: { verdicts: Verdict[]; failure?: unknown } = { verdicts: [] };
  await steps([
    {
      title: `Back to release ${good.number}`,
      run: async (step) => void (back.verdicts = await goBack(session, good, step)),
    },
  ]).catch((second: unknown) => (back.failure = second));
  if (back.failure !== undefined) throw await stuck(error, back.failure, good, attempt, base, tried);
  const release = await tried?.("rolled back", good.number);
  const outcome = {
    ...base,
    outcome: "rolled back",
    release,
    running: good.number,
    smoke: back.verdicts,
  } as const;
  throw new Undone(outcome, `deploying ${stack} failed, and its parts are back at release ${good.number}`, {
    details: [
      ...why,
      `Release ${good.number} (commit ${good.commit.slice(0, 12)}) runs again, and all ${back.verdicts.length} checks of namespace ${settings.namespace} are well.`,
      ...migrationText(migrations),
    ],
    ...withLog(error, "mend it and deploy again"),
    exitCode: EXIT.rolledBack,
  });
}

type Tried = (outcome: "rolled back" | "failed", running?: number) => Promise<Release>;

/** Records what was tried; nothing where the deployment did not even make the namespace. */
async function triedOf({ session, migrations, why, keep }: Attempt): Promise<Tried | undefined> {
  const { kube, settings, raw } = session;
  if ((await kube.get("namespace", settings.namespace)) === undefined) return undefined;
  const images = await runningImages(kube, settings);
  return (outcome, running) =>
    keep({
      ...{ outcome, images, config: remembered(raw), migrations, why },
      ...(running === undefined ? {} : { running }),
    });
}

async function stuck(
  first: Failure,
  second: unknown,
  good: Release,
  { session, migrations, why }: Attempt,
  base: Omit<Outcome, "outcome">,
  tried: Tried | undefined,
): Promise<Undone> {
  const { settings, stack } = session;
  const release = await tried?.("failed");
  const said =
    second instanceof Failure ? [second.message, ...second.details] : messageOf(second).split("\n");
  const what = `deploying ${stack} failed, and so did the way back to release ${good.number}`;
  return new Undone({ ...base, outcome: "failed", release }, what, {
    details: [...why, "The way back:", ...said, ...migrationText(migrations)],
    ...withLog(
      first,
      `a person is needed: kubectl get pods --namespace ${settings.namespace}, then ./slipway rollback ${stack} ${good.number}`,
    ),
    exitCode: EXIT.stuck,
    cause: second,
  });
}

const withLog = ({ log }: Failure, next: string) => ({ next, ...(log === undefined ? {} : { log }) });
