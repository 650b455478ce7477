/** One deployment of a stack that is found and locked: checks, the engine, the smoke test, the record. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../toolchain/lib/failure";
import { steps, type Step } from "../../toolchain/lib/progress";
import { review } from "../review/collect";
import { policyPacks, type PackOptions } from "../review/packs";
import type { BoundPlan } from "../review/plan";
import { runPreview, stackSecrets } from "../review/preview-run";
import { freshDrill } from "../recovery/drill-record";
import { freshBackup } from "./backups";
import { backupBeforeMigrations } from "./migration-backup";
import { checksOf } from "./checks";
import { Locked, unlocked } from "./engine";
import { acknowledgedBy, breaksNoRule, pass } from "./gate";
import { runningImages } from "./images";
import type { Held } from "./lease";
import { migrationsOf, newOnes } from "./migrations";
import { EXIT, type Outcome } from "./outcome";
import { remembered } from "./override";
import { checkPlan, violatesPlan } from "./plan";
import {
  alike,
  type MigrationRun,
  nameOfRelease,
  type NewRelease,
  record,
  type Release,
  releasesOf,
  runningOf,
  surplus,
} from "./records";
import type { Asked, Session } from "./session";
import { smoke, smokeFailure, type Verdict } from "./smoke";
import { undo } from "./undo";
import { who } from "./who";

export interface DeployOptions extends Asked, PackOptions {
  plan: BoundPlan | undefined;
  /** What may be lost: `Kind/name`. */
  acknowledge: string[];
  commit: string;
  /** When it began, in milliseconds. */
  began: number;
  /** Somebody wants it to end. */
  stop: AbortSignal;
}

export class Deployment {
  private releases: Release[] = [];
  private before: MigrationRun[] = [];
  private verdicts: Verdict[] = [];

  constructor(
    private readonly session: Session,
    private readonly given: DeployOptions,
  ) {}

  async run(
    there: "there" | "new",
    lost: AbortSignal | undefined,
    lock: () => Promise<Held>,
  ): Promise<Outcome> {
    const { session, given } = this;
    const { kube, settings, stack } = session;
    await this.check(there);
    const ends = [given.stop, AbortSignal.timeout(settings.release.wait.value), ...(lost ? [lost] : [])];
    try {
      await this.change(AbortSignal.any(ends), lock);
    } catch (error) {
      if (!(error instanceof Failure) || error instanceof Locked) throw error;
      if (given.stop.aborted) throw this.stopped();
      if (lost?.aborted === true) throw this.overtaken();
      return await undo(error, {
        ...{ session, releases: this.releases, verdicts: this.verdicts, commit: given.commit },
        ...{ migrations: await this.migrated(), why: this.why(error) },
        keep: (made) => this.keep(made),
      });
    }
    const images = await runningImages(kube, settings);
    const config = remembered(session.raw);
    const migrations = await this.migrated();
    const running = runningOf(this.releases);
    const same = running?.commit === given.commit && alike(running, { images, config });
    const release = same ? running : await this.keep({ outcome: "good", images, config, migrations });
    return {
      ...{ stack, outcome: same ? "unchanged" : "good", commit: given.commit, release },
      ...{ running: release.number, smoke: this.verdicts, migrations, why: [] },
    };
  }

  /** Everything that can be known before anything is changed. */
  private async check(there: "there" | "new"): Promise<void> {
    const { kube, settings, stack, project } = this.session;
    const { plan, commit, stop } = this.given;
    await steps([
      {
        title: "Releases so far",
        skip: () => there === "new" && "the first",
        run: async (step) => {
          this.releases = await releasesOf(kube, settings.namespace, stack);
          this.before = await migrationsOf(kube, settings.namespace);
          const running = runningOf(this.releases);
          step.note(running === undefined ? "none is known" : `release ${running.number} runs`);
        },
      },
      {
        title: "The reviewed plan",
        skip: () => plan === undefined && "none is given",
        run: async () => {
          if (plan === undefined) return;
          checkPlan(plan, { project, stack, commit }, this.releases[0], await this.session.engine.state());
        },
      },
      { title: "A fresh backup", run: async (step) => step.note(await freshBackup(kube, settings)) },
      {
        title: "A drill in time",
        run: async (step) => step.note(await freshDrill(kube, settings, stack, there)),
      },
      {
        title: "What it would do",
        skip: () => plan !== undefined && !this.given.policy && "as the plan says, which was reviewed",
        run: async (step) => step.note(await this.look(step)),
      },
      {
        // The last thing before anything is changed: what comes after it is lost with a bad migration.
        title: "A backup before the migration",
        run: async (step) => step.note(await backupBeforeMigrations(kube, settings, step)),
      },
    ]);
    if (stop.aborted) throw this.stopped("Nothing was changed.");
  }

  private async look(step: Step): Promise<string> {
    const { engine, env, folder, project, stack } = this.session;
    const packs = policyPacks(folder, this.given);
    const request = { folder, stack, env, configFile: engine.settings, packs };
    step.note("asking the engine");
    const [answer, secrets] = await Promise.all([runPreview(request), stackSecrets(request)]);
    const found = review({ project, stack, folder, ...answer, secrets });
    if (this.given.plan !== undefined) {
      // Whoever approved a plan has seen its dangers first, and the engine takes no other step. The rules may be newer.
      breaksNoRule(found, stack);
      return "as the plan says, which was reviewed; no rule is broken";
    }
    const acknowledged = [...this.given.acknowledge, ...(await acknowledgedBy(folder))];
    return pass(found, { acknowledged, stack });
  }

  /** The engine, then the smoke test: nothing counts before both are through. */
  private async change(signal: AbortSignal, lock: () => Promise<Held>): Promise<void> {
    const { engine, settings, stack } = this.session;
    const { plan, commit } = this.given;
    const scratch = mkdtempSync(join(tmpdir(), "slipway-deploy-"));
    const planFile = plan === undefined ? undefined : join(scratch, "plan.json");
    if (planFile !== undefined) writeFileSync(planFile, JSON.stringify(plan?.plan), { mode: 0o600 });
    try {
      await steps([
        {
          title: `Deploy ${commit.slice(0, 12)} to ${stack}`,
          run: async (step) => {
            const packs = policyPacks(this.session.folder, this.given);
            await unlocked(stack, () => engine.up(step, { planFile, signal, packs }));
          },
        },
        {
          title: "Smoke test",
          run: async (step) => {
            await lock();
            const way = await this.session.way();
            this.verdicts = await smoke(checksOf(settings), { ...way, step, signal });
            const failure = smokeFailure(stack, this.verdicts);
            if (failure !== undefined) throw failure;
          },
        },
      ]);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  private async migrated(): Promise<MigrationRun[]> {
    const { kube, settings } = this.session;
    return newOnes(this.before, await migrationsOf(kube, settings.namespace));
  }

  private async keep(
    made: Pick<NewRelease, "outcome" | "images" | "config" | "migrations" | "why" | "running">,
  ): Promise<Release> {
    const { kube, settings, stack } = this.session;
    const { commit, plan, began } = this.given;
    const { name, url } = who();
    const { namespace, product } = settings;
    const when = new Date();
    const release = await record(
      kube,
      { namespace, product },
      {
        ...{ stack, kind: "deploy", commit, who: name },
        ...{ when: when.toISOString(), took: when.getTime() - began },
        ...(url === undefined ? {} : { url }),
        ...(plan === undefined ? {} : { plan: plan.made }),
        ...made,
      },
    );
    for (const old of surplus([release, ...this.releases], settings.release.keep)) {
      await kube.remove("configmap", nameOfRelease(old.number), namespace);
    }
    return release;
  }

  private why(error: Failure): string[] {
    const text = [error.message, ...error.details];
    const late = `It took longer than release.wait, ${this.session.settings.release.wait.text}.`;
    const over = Date.now() - this.given.began > this.session.settings.release.wait.value;
    if (this.given.plan !== undefined && violatesPlan(text.join("\n"))) {
      return ["The engine would have had to do what the reviewed plan does not say: it is stale.", ...text];
    }
    return over ? [late, ...text] : text;
  }

  private stopped(
    what = "The engine was asked to end what it was at: some parts may be new, others not.",
  ): Failure {
    const { stack } = this.session;
    return new Failure(`the deployment of ${stack} was stopped`, {
      details: [what],
      next: `run it again, or go back: ./slipway rollback ${stack}`,
      exitCode: EXIT.stopped,
    });
  }

  private overtaken(): Failure {
    return new Failure(`somebody else took over the deployment of ${this.session.stack}`, {
      details: ["This one could not be heard of for 30 s, and its lock was taken."],
      next: `see what they did: ./slipway releases ${this.session.stack}`,
    });
  }
}
