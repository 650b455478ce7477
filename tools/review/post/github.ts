/**
 * Comments on a pull request through Octokit. Its own plugins wait out rate limits (the answer's `retry-after` decides) and repeat
 * what failed on GitHub's side; nothing they say is printed, since requests carry the token.
 */
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import { Failure, messageOf } from "../../../toolchain/lib/failure";
import type { Posted, Site } from "./site";

export interface GitHubTarget {
  api: string;
  /** `owner/name`. */
  repository: string;
  pullRequest: number;
  token: string;
  /** What the first repetition waits, in milliseconds; each next one waits longer. */
  retryAfterBase?: number;
  onWait?: (text: string) => void;
}

const MOST_RETRIES = 4;
/** A longer wait than this is told to a person instead. */
const LONGEST_WAIT = 15 * 60;

const Client = Octokit.plugin(retry, throttling);

export function github(target: GitHubTarget): Site {
  const [owner = "", repo = ""] = target.repository.split("/");
  const client = clientOf(target);
  const issue = { owner, repo, issue_number: target.pullRequest };
  const own = ownership(client);
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw refusal(thrown, target);
    }
  };
  const posted = async (one: Comment): Promise<Posted> => ({
    id: one.id,
    body: one.body ?? "",
    url: one.html_url,
    own: await own(one),
  });
  return {
    async *comments() {
      const pages = client.paginate.iterator(client.rest.issues.listComments, { ...issue, per_page: 100 });
      const iterator = pages[Symbol.asyncIterator]();
      for (;;) {
        const page = await call(() => iterator.next());
        if (page.done === true) return;
        for (const one of page.value.data) yield await call(() => posted(one));
      }
    },
    create: (body) =>
      call(async () => posted((await client.rest.issues.createComment({ ...issue, body })).data)),
    edit: (id, body) =>
      call(async () => {
        try {
          return await posted(
            (await client.rest.issues.updateComment({ owner, repo, comment_id: id, body })).data,
          );
        } catch (thrown) {
          if (statusOf(thrown) === 404) return undefined;
          throw thrown;
        }
      }),
    remove: (id) =>
      call(async () => {
        try {
          await client.rest.issues.deleteComment({ owner, repo, comment_id: id });
        } catch (thrown) {
          if (statusOf(thrown) !== 404) throw thrown;
        }
      }),
  };
}

interface Comment {
  id: number;
  body?: string | undefined;
  html_url: string;
  user: { login: string; type: string } | null;
}

function clientOf({ api, repository, token, retryAfterBase, onWait }: GitHubTarget) {
  const say = (text: string) => onWait?.(text);
  const waits = (why: string) => (seconds: number, _options: unknown, _octokit: unknown, count: number) => {
    const again = count < MOST_RETRIES && seconds <= LONGEST_WAIT;
    if (again) say(`GitHub's ${why}: waiting ${seconds} s`);
    return again;
  };
  return new Client({
    auth: token,
    baseUrl: api,
    userAgent: "slipway",
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    retry: { retries: MOST_RETRIES, retryAfterBaseValue: retryAfterBase ?? 1000 },
    throttle: {
      // Its limits are kept by this name in the process: one account's writes must not wait for another's.
      id: `${api} ${repository}`,
      onRateLimit: waits("rate limit"),
      onSecondaryRateLimit: waits("limit on writing"),
    },
  });
}

/** Whether a comment is ours. An app's token (as in a workflow) has no user: there, any bot's is. */
function ownership(client: Octokit): (comment: Comment) => Promise<boolean> {
  let login: Promise<string | undefined> | undefined;
  const whoAmI = async () => {
    try {
      return (await client.rest.users.getAuthenticated()).data.login;
    } catch (thrown) {
      if (statusOf(thrown) === 403 || statusOf(thrown) === 404) return undefined;
      throw thrown;
    }
  };
  return async (comment) => {
    if (comment.user === null) return false;
    login ??= whoAmI();
    const me = await login;
    return me === undefined ? comment.user.type === "Bot" : comment.user.login === me;
  };
}

function statusOf(thrown: unknown): number | undefined {
  const status = (thrown as { status?: unknown } | null)?.status;
  return typeof status === "number" ? status : undefined;
}

const NEXT: Record<number, string> = {
  401: "give a valid token in GITHUB_TOKEN",
  403: "the job needs `permissions: pull-requests: write`; a fork's pull request has no such token: use --out there",
  404: "check the repository and the number of the pull request, and that the token may read them",
  422: "GitHub refused the comment's text: keep it with --out and report this",
  429: "run it again later",
};

function refusal(thrown: unknown, { repository, pullRequest, token }: GitHubTarget): Failure {
  if (thrown instanceof Failure) return thrown;
  const status = statusOf(thrown);
  const said = messageOf(thrown).replaceAll(token, "[token]");
  return new Failure(`GitHub did not take the comment on ${repository}#${pullRequest}`, {
    details: [status === undefined ? said : `${status}: ${said}`],
    next: NEXT[status ?? 0] ?? "check that GitHub is reachable and run it again",
  });
}
