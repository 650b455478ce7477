/** Which stacks a change touches, from the files it changes. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../toolchain/lib/failure";
import { run } from "../../toolchain/lib/run";

const STACK_FILE = /^Pulumi\.([A-Za-z0-9_.-]+)\.ya?ml$/;
/** What no stack is made of. Everything else may be: a file that is not known touches them all. */
const NO_STACK =
  /^(docs|tests|tools|toolchain|examples|demo|artefacts|\.github|\.ci|\.vscode)\/|(^|\/)[^/]*\.md$|^(LICENSE|\.gitignore|\.editorconfig|\.mocharc\.json|\.prettier\w*(\.json)?|eslint\.config\.mjs|slipway)$/;

/** The stacks that have a file in the project's folder. */
export function allStacks(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => STACK_FILE.exec(name)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/** Files relative to the project's folder; those outside of it begin with `../`. */
export function touchedStacks(files: string[], stacks: string[]): string[] {
  const touched = new Set<string>();
  for (const file of files) {
    const own = STACK_FILE.exec(file)?.[1];
    if (own !== undefined) touched.add(own);
    else if (!file.startsWith("../") && !NO_STACK.test(file)) return stacks;
  }
  return stacks.filter((stack) => touched.has(stack));
}

/** The files that differ from where the change branched off, with those not committed yet. */
export async function changedFiles(folder: string, base: string): Promise<string[]> {
  const git = async (...args: string[]) => {
    const answer = await run("git", args, { cwd: folder, allowFailure: true });
    if (answer.code !== 0) {
      throw new Failure(`git cannot compare with ${base}`, {
        details: answer.stderr.trim().split("\n"),
        next: "fetch the base branch with its history (actions/checkout: fetch-depth: 0), or name the stacks",
      });
    }
    return answer.stdout;
  };
  const mergeBase = (await git("merge-base", base, "HEAD")).trim();
  const lists = [
    await git("diff", "--name-only", "--no-renames", "--relative", "-z", mergeBase),
    await git("ls-files", "--others", "--exclude-standard", "-z"),
  ];
  return lists.flatMap((list) => list.split("\0").filter((file) => file !== ""));
}

/** The branch a change goes to, as the runner says or as it is usual. */
export async function baseOf(folder: string, env: Record<string, string | undefined>): Promise<string> {
  if (env.GITHUB_BASE_REF) return `origin/${env.GITHUB_BASE_REF}`;
  if (env.CI_MERGE_REQUEST_DIFF_BASE_SHA) return env.CI_MERGE_REQUEST_DIFF_BASE_SHA;
  for (const name of ["origin/HEAD", "origin/main", "main", "origin/master", "master"]) {
    const answer = await run("git", ["rev-parse", "--verify", "--quiet", `${name}^{commit}`], {
      cwd: folder,
      allowFailure: true,
    });
    if (answer.code === 0) return name;
  }
  throw new Failure("there is no branch to compare with", {
    next: "give one with --base REF, or name the stacks",
  });
}

export function projectFolder(folder: string): string {
  if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
  throw new Failure(`${folder} has no Pulumi.yaml`, {
    next: "run it where the project is, or give --cwd FOLDER",
  });
}
