/** `slipway preview`: what a change does to each stack it touches, as one comment. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { engine } from "../toolchain/engine";
import { Failure } from "../toolchain/lib/failure";
import { steps, type Step } from "../toolchain/lib/progress";
import { folderOption } from "./lib/options";
import { Stack } from "./lib/stack";
import { review } from "./review/collect";
import { comment } from "./review/comment";
import { marker } from "./review/marker";
import { exitCode, type StackReview } from "./review/model";
import { policyPacks } from "./review/packs";
import { cleanCommit, headCommit, writeBoundPlan } from "./review/plan";
import { runUrl, whereToPost } from "./review/post/where";
import { upsert, type Outcome, type Site } from "./review/post/site";
import { previewOffline } from "./review/offline";
import { runPreview, stackSecrets, type PreviewRequest } from "./review/preview-run";
import { projectName, stackNames } from "./review/project";
import { allStacks, baseOf, changedFiles, touchedStacks } from "./review/touched";

interface Options {
  cwd: string;
  base?: string;
  all?: true;
  post?: true;
  out?: string;
  json?: true;
  refresh?: true;
  unchecked?: true;
  savePlan?: string;
  policy: boolean;
  policyConfig?: string;
  repository?: string;
  request?: number;
}

export function register(program: Command): void {
  program
    .command("preview [stacks...]")
    .description("previews the stacks a change touches (or the named ones) and writes one comment about them")
    .option("--all", "every stack that has a file")
    .option("--base <ref>", "what to compare with, to know which stacks are touched")
    .option("--post", "writes the comment on the pull or merge request of this run, or edits it there")
    .option("--repository <name>", "where to post: OWNER/NAME, or a GitLab project (default: this run's)")
    .option("--request <number>", "the pull or merge request (default: this run's)", whole)
    .option("--out <file>", "writes the comment to a file")
    .option("--json", "prints what is known of every stack as JSON instead of the comment")
    .option("--unchecked", "without cluster, state and secrets: for the pull requests of forks")
    .option("--refresh", "compares with what is really there, not with the last known state")
    .option("--save-plan <folder>", "leaves a plan a stack, bound to the commit, for slipway deploy --plan")
    .option("--no-policy", "without the policy pack")
    .option("--policy-config <file>", "configures the policy pack")
    .addOption(folderOption())
    .addHelpText(
      "after",
      "\nExit code: 0 no change, 2 changes, 1 a preview failed, 3 a change is against the policy.",
    )
    .action(preview);
}

async function preview(named: string[], options: Options): Promise<void> {
  const folder = resolve(options.cwd);
  const project = projectName(folder);
  // Wrong arguments are said before minutes are spent.
  const site = options.post === true ? whereToPost(options, process.env, warn) : undefined;
  const stacks = await stacksOf(folder, named, options);
  const commit = options.savePlan === undefined ? await headCommit(folder) : await cleanCommit(folder);
  const reviews = new Map<string, StackReview>();
  await steps(
    stacks.map((stack) => ({
      title: `Preview ${stack}`,
      run: async (step) =>
        void reviews.set(stack, await reviewOf(stack, { folder, project, commit }, options, step)),
    })),
    { concurrent: true },
  );
  const ordered = stacks.map((stack) => reviews.get(stack)).filter((one) => one !== undefined);
  const mark = marker(project, named);
  const url = runUrl(process.env);
  const text = comment(ordered, {
    project,
    marker: mark,
    ...(commit === undefined ? {} : { commit }),
    ...(url === undefined ? {} : { runUrl: url }),
  });
  const posted = await deliver(text, mark, site, options);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ project, commit, posted, stacks: ordered }, undefined, 2)}\n`
      : text,
  );
  process.exitCode = exitCode(ordered);
}

async function stacksOf(folder: string, named: string[], options: Options): Promise<string[]> {
  if (named.length > 0) return stackNames(folder, named);
  const all = allStacks(folder);
  if (options.all === true) return all;
  const base = options.base ?? (await baseOf(folder, process.env));
  return touchedStacks(await changedFiles(folder, base), all);
}

interface Where {
  folder: string;
  project: string;
  commit: string | undefined;
}

/** A failure of one stack is part of its review: the others are still previewed, and the comment is still written. */
async function reviewOf(stack: string, where: Where, options: Options, step: Step): Promise<StackReview> {
  const about = { project: where.project, stack, folder: where.folder };
  try {
    return options.unchecked === true
      ? await uncheckedReview(about, step)
      : await checkedReview(about, where, options, step);
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    const stderr = [thrown.message, ...thrown.details].join("\n");
    const one = review({ ...about, events: [], code: thrown.exitCode, stderr });
    return thrown.next === undefined ? one : { ...one, next: thrown.next };
  }
}

interface About {
  project: string;
  stack: string;
  folder: string;
}

async function checkedReview(
  about: About,
  { commit }: Where,
  options: Options,
  step: Step,
): Promise<StackReview> {
  const { env } = await engine(step);
  const scratch = mkdtempSync(join(tmpdir(), "slipway-plan-"));
  const planFile = join(scratch, "plan.json");
  try {
    // With the stack's own key, and without a word of it in the committed file.
    const settled = new Stack({ project: "", stack: about.stack, env, folder: about.folder });
    await settled.settle();
    const request: PreviewRequest = {
      ...{ folder: about.folder, stack: about.stack, env, packs: policyPacks(about.folder, options) },
      configFile: settled.settings,
      ...(options.refresh === true ? { refresh: true } : {}),
      ...(options.savePlan === undefined ? {} : { planFile }),
    };
    step.note("asking the engine");
    const [answer, secrets] = await Promise.all([runPreview(request), stackSecrets(request)]);
    const one = review({ ...about, ...answer, secrets });
    if (
      options.savePlan !== undefined &&
      commit !== undefined &&
      (one.outcome === "changed" || one.outcome === "unchanged")
    ) {
      mkdirSync(options.savePlan, { recursive: true });
      writeBoundPlan(join(options.savePlan, `${about.stack}.plan.json`), planFile, {
        project: about.project,
        stack: about.stack,
        commit,
      });
    }
    return one;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const UNCHECKED =
  "run without cluster, state and secrets: everything shows as new, and what the cluster would say is not known.";

async function uncheckedReview(about: About, step: Step): Promise<StackReview> {
  const { env } = await engine(step);
  step.note("running the program without a cluster");
  return review({ ...about, ...(await previewOffline({ ...about, env })), unchecked: UNCHECKED });
}

async function deliver(
  text: string,
  mark: string,
  site: Site | undefined,
  options: Options,
): Promise<Outcome | undefined> {
  if (options.out !== undefined) {
    mkdirSync(dirname(resolve(options.out)), { recursive: true });
    writeFileSync(options.out, text);
  }
  return site === undefined ? undefined : upsert(site, mark, text);
}

const warn = (text: string) => process.stderr.write(`slipway: ${text}\n`);

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("a whole number, as 42");
}
