/**
 * Built artefacts, kept outside the checkout and shared by every checkout: one folder each, named by
 * name, version and recipe. A folder that exists is whole: it is made under another name and renamed,
 * under a lock, so an interrupted or doubled run never leaves a broken one.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { lock, type LockOptions } from "proper-lockfile";
import { Failure, messageOf } from "./lib/failure";
import { cacheDir } from "./lib/paths";
import { duration, type Step } from "./lib/progress";

export interface Recipe {
  name: string;
  version: string;
  /** Everything the result depends on besides name and version; the key is their hash. */
  inputs: string[];
  build(into: string, step: Step, log: string): Promise<void>;
}

/** `name-version-1a2b3c4d5e6f` */
export function key(recipe: Recipe): string {
  const hash = createHash("sha256");
  for (const input of [recipe.name, recipe.version, ...recipe.inputs]) hash.update(input).update("\0");
  return `${recipe.name}-${recipe.version}-${hash.digest("hex").slice(0, 12)}`;
}

const finishedDir = (recipe: Recipe) => cacheDir("artefacts", key(recipe));

/** Whether it is there already. */
export const cached = (recipe: Recipe) => existsSync(finishedDir(recipe));

/** The folder of the finished artefact, built now if it is not there. */
export async function obtain(recipe: Recipe, step: Step): Promise<string> {
  const finished = finishedDir(recipe);
  if (existsSync(finished)) return finished;
  return withLock(key(recipe), step, async () => {
    if (existsSync(finished)) return finished;
    const work = cacheDir("work", key(recipe));
    const log = cacheDir("logs", `${key(recipe)}.log`);
    // What an interrupted run left; this run holds the lock, so nobody is writing it.
    rmSync(work, { recursive: true, force: true });
    rmSync(log, { force: true });
    mkdirSync(work, { recursive: true });
    mkdirSync(cacheDir("artefacts"), { recursive: true });
    mkdirSync(cacheDir("logs"), { recursive: true });
    const started = Date.now();
    const before = lastTime(recipe.name);
    step.note(
      `building ${recipe.name} ${recipe.version}${before === undefined ? "" : ` (last time ${duration(before)})`}`,
    );
    try {
      await recipe.build(work, step, log);
    } catch (error) {
      rmSync(work, { recursive: true, force: true });
      throw new Failure(`${recipe.name} ${recipe.version} could not be built: ${messageOf(error)}`, {
        details: error instanceof Failure ? error.details : [],
        log: (error instanceof Failure ? error.log : undefined) ?? log,
        next:
          (error instanceof Failure ? error.next : undefined) ??
          "mend what the log says, then run the same command again",
        cause: error,
      });
    }
    renameSync(work, finished);
    recordTime(recipe.name, Date.now() - started);
    return finished;
  });
}

/** Runs the work while no other process holds the lock of that name. */
export async function withLock<T>(name: string, step: Step, work: () => Promise<T>): Promise<T> {
  mkdirSync(cacheDir("locks"), { recursive: true });
  let lost: Error | undefined;
  const acquire = (retries: LockOptions["retries"]) =>
    lock(cacheDir("locks", name), {
      realpath: false,
      stale: 15_000,
      update: 3_000,
      retries,
      onCompromised: (error) => {
        lost = error;
      },
    });
  const release = await acquire(0).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    step.note(`waiting for another run that holds ${name}`);
    return acquire({ forever: true, minTimeout: 200, maxTimeout: 1_000, factor: 1.5 });
  });
  try {
    return await work();
  } finally {
    // A lock that went stale (a suspended machine) has another owner now: nothing to give back.
    if (lost === undefined) await release();
  }
}

const timesFile = () => cacheDir("times.json");

function times(): Record<string, number> {
  if (!existsSync(timesFile())) return {};
  try {
    return JSON.parse(readFileSync(timesFile(), "utf8")) as Record<string, number>;
  } catch {
    return {}; // only ever a hint for the progress line
  }
}

/** How long this was in the making last time, in milliseconds. */
export const lastTime = (name: string): number | undefined => times()[name];

function recordTime(name: string, took: number): void {
  const temporary = `${timesFile()}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify({ ...times(), [name]: took }, undefined, 1));
  renameSync(temporary, timesFile());
}

/** Each file below a folder with its content's hash: an input for recipes made from sources. */
export function treeInputs(folder: string, keep: (path: string) => boolean = () => true): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && keep(relative(folder, path)))
    .map(
      (path) => `${relative(folder, path)} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`,
    );
}
