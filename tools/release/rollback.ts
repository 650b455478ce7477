/** A rollback that a person asks for: to the last release before this one that was another, or to the one that is named. */
import { Failure } from "../../toolchain/lib/failure";
import { steps } from "../../toolchain/lib/progress";
import { cleanCommit } from "../review/plan";
import { goBack } from "./back";
import { find } from "./deploy";
import { runningImages } from "./images";
import { hold, type Held } from "./lease";
import { EXIT, type Outcome } from "./outcome";
import { record, type Release, releasesOf, wayBack } from "./records";
import { settingsIn, type Asked, type Session } from "./session";
import { stopping } from "./stopping";
import type { Verdict } from "./smoke";
import { who } from "./who";

export async function rollback(
  stack: string,
  wanted: number | undefined,
  asked: Asked,
): Promise<Outcome & { to: Release }> {
  const { folder } = settingsIn(stack, asked.cwd);
  const commit = await cleanCommit(folder, {
    what: "a way back runs today's program, and there are changes in it that are not committed",
    next: "put them aside: git stash",
  });
  const began = Date.now();
  const stop = stopping();
  const open: { session?: Session; held?: Held } = {};
  try {
    const { session, there } = await find(stack, asked, open);
    if (there === "new") {
      throw new Failure(`${stack} was never deployed here`, { next: `./slipway deploy ${stack}` });
    }
    const { kube, settings } = session;
    const { namespace, product } = settings;
    const { name, url, holder } = who();
    const doing = wanted === undefined ? "Rolling back" : `Rolling back to release ${wanted}`;
    open.held = await hold(kube, { namespace, holder, doing });
    const releases = await releasesOf(kube, namespace, stack);
    const to = wayBack(releases, wanted);
    const signal = AbortSignal.any([stop.signal, open.held.lost]);
    let verdicts: Verdict[] = [];
    const back = {
      title: `Back to release ${to.number}`,
      run: async (step: Parameters<typeof goBack>[2]) =>
        void (verdicts = await goBack(session, to, step, signal)),
    };
    await steps([back]).catch((error: unknown) => {
      throw stop.signal.aborted ? stopped(stack, error) : error;
    });
    const images = { ...to.images, ...(await runningImages(kube, settings)) };
    const release = await record(
      kube,
      { namespace, product },
      {
        ...{ stack, kind: "rollback", outcome: "good", of: to.number, commit: to.commit, who: name },
        ...(url === undefined ? {} : { url }),
        ...{ when: new Date().toISOString(), took: Date.now() - began, migrations: [] },
        ...{ config: to.config, images },
      },
    );
    return {
      ...{ stack, outcome: "good", commit, release, running: release.number, smoke: verdicts, to },
      ...{ migrations: since(to, releases), why: [] },
    };
  } finally {
    stop.done();
    await open.held?.release();
    open.session?.close();
  }
}

/** The migrations that ran after a release: what it now stands on was not made for it. */
export const since = (target: Release, releases: readonly Release[]) =>
  releases.filter(({ number }) => number > target.number).flatMap(({ migrations }) => migrations);

const stopped = (stack: string, cause: unknown) =>
  new Failure(`the rollback of ${stack} was stopped`, {
    next: "run it again: it goes on where it was",
    exitCode: EXIT.stopped,
    cause,
  });
