/** Which pull or merge request this run belongs to, from what GitHub's and GitLab's runners say. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { Failure } from "../../../toolchain/lib/failure";
import { github } from "./github";
import { gitlab } from "./gitlab";
import type { Site } from "./site";

export interface Asked {
  /** `owner/name`, or GitLab's project. */
  repository?: string;
  /** The number of the pull or merge request. */
  request?: number;
}

type Env = Record<string, string | undefined>;

/** The site to post to; says everything that is missing at once. */
export function whereToPost(asked: Asked, env: Env, onWait?: (text: string) => void): Site {
  return onGitLab(env) ? gitlabSite(asked, env, onWait) : githubSite(asked, env, onWait);
}

const onGitLab = (env: Env) =>
  env.GITLAB_CI === "true" || (env.GITLAB_TOKEN !== undefined && env.GITHUB_TOKEN === undefined);

function githubSite(asked: Asked, env: Env, onWait: ((text: string) => void) | undefined): Site {
  const repository = asked.repository ?? env.GITHUB_REPOSITORY;
  const request = asked.request ?? pullRequestOf(env.GITHUB_EVENT_PATH);
  const token = env.GITHUB_TOKEN ?? env.GH_TOKEN;
  complain([
    /^[\w.-]+\/[\w.-]+$/.test(repository ?? "")
      ? ""
      : "the repository: --repository OWNER/NAME or GITHUB_REPOSITORY",
    request === undefined
      ? "the pull request: --request NUMBER, or an event of one in GITHUB_EVENT_PATH"
      : "",
    token === undefined || token === "" ? "the token: GITHUB_TOKEN" : "",
  ]);
  return github({
    api: env.GITHUB_API_URL ?? "https://api.github.com",
    repository: repository ?? "",
    pullRequest: request ?? 0,
    token: token ?? "",
    ...(onWait === undefined ? {} : { onWait }),
  });
}

function gitlabSite(asked: Asked, env: Env, onWait: ((text: string) => void) | undefined): Site {
  const project = asked.repository ?? env.CI_PROJECT_ID;
  const request =
    asked.request ?? (env.CI_MERGE_REQUEST_IID === undefined ? undefined : Number(env.CI_MERGE_REQUEST_IID));
  const token = env.GITLAB_TOKEN;
  complain([
    project === undefined ? "the project: --repository GROUP/NAME or CI_PROJECT_ID" : "",
    request === undefined
      ? "the merge request: --request NUMBER, or a merge request pipeline's CI_MERGE_REQUEST_IID"
      : "",
    token === undefined || token === "" ? "the token: GITLAB_TOKEN" : "",
  ]);
  const host = env.CI_SERVER_URL ?? "https://gitlab.com";
  return gitlab({
    host,
    project: project ?? "",
    mergeRequest: request ?? 0,
    page: `${env.CI_PROJECT_URL ?? `${host}/${project ?? ""}`}/-/merge_requests/${request ?? 0}`,
    token: token ?? "",
    ...(onWait === undefined ? {} : { onWait }),
  });
}

function complain(missing: string[]): void {
  const details = missing.filter((text) => text !== "");
  if (details.length > 0)
    throw new Failure("--post does not know where to post", {
      details,
      next: "give what is missing, or write the comment with --out FILE",
    });
}

const event = z.looseObject({
  pull_request: z.looseObject({ number: z.number() }).optional(),
  issue: z.looseObject({ number: z.number(), pull_request: z.unknown() }).optional(),
});

function pullRequestOf(file: string | undefined): number | undefined {
  if (file === undefined || file === "") return undefined;
  const read = event.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!read.success) return undefined;
  return (
    read.data.pull_request?.number ??
    (read.data.issue?.pull_request === undefined ? undefined : read.data.issue.number)
  );
}

/** The page of this run, for the comment. */
export function runUrl(env: Env): string | undefined {
  if (env.CI_JOB_URL !== undefined) return env.CI_JOB_URL;
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined;
}
