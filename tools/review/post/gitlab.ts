/** Notes on a merge request through GitBeaker. */
import { Gitlab } from "@gitbeaker/rest";
import { Failure, messageOf } from "../../../toolchain/lib/failure";
import { patientRequester } from "./patience";
import type { Posted, Site } from "./site";

export interface GitLabTarget {
  /** `https://gitlab.com` */
  host: string;
  /** Its number, or `group/name`. */
  project: string;
  mergeRequest: number;
  /** The page of the merge request, to which a note's anchor is added. */
  page: string;
  token: string;
  /** What the first repetition waits, in milliseconds. */
  retryAfterBase?: number;
  onWait?: (text: string) => void;
}

export function gitlab(target: GitLabTarget): Site {
  const client = new Gitlab({
    host: target.host,
    token: target.token,
    requesterFn: patientRequester(target.retryAfterBase ?? 1000, (text) => target.onWait?.(text)),
  });
  const { project, mergeRequest } = target;
  const call = <T>(work: () => Promise<T>) => called(work, target);
  let me: Promise<number> | undefined;
  const posted = async (note: { id: number; body: string; author: { id: number } }): Promise<Posted> => {
    me ??= call(async () => (await client.Users.showCurrentUser()).id);
    return {
      id: note.id,
      body: note.body,
      url: `${target.page}#note_${note.id}`,
      own: note.author.id === (await me),
    };
  };
  const unlessGone = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (thrown) {
      if (statusOf(thrown) === 404) return undefined;
      throw thrown;
    }
  };
  return {
    async *comments() {
      const options = { sort: "asc", orderBy: "created_at", perPage: 100, showExpanded: true } as const;
      for (let page: number | null = 1; page !== null;) {
        const current: number = page;
        const answer = await call(() =>
          client.MergeRequestNotes.all(project, mergeRequest, { ...options, page: current, maxPages: 1 }),
        );
        for (const note of answer.data) yield await posted(note);
        page = answer.paginationInfo.next;
      }
    },
    create: async (body) =>
      posted(await call(() => client.MergeRequestNotes.create(project, mergeRequest, body))),
    edit: async (id, body) => {
      const note = await call(() =>
        unlessGone(() => client.MergeRequestNotes.edit(project, mergeRequest, id, { body })),
      );
      return note === undefined ? undefined : posted(note);
    },
    remove: async (id) => {
      await call(() => unlessGone(() => client.MergeRequestNotes.remove(project, mergeRequest, id)));
    },
  };
}

async function called<T>(work: () => Promise<T>, target: GitLabTarget): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof Failure ? thrown : refusal(thrown, statusOf(thrown), target);
  }
}

function statusOf(thrown: unknown): number | undefined {
  const { cause } = thrown as { cause?: { response?: { status?: unknown } } };
  const status = cause?.response?.status;
  return typeof status === "number" ? status : undefined;
}

const NEXT: Record<number, string> = {
  401: "give a valid token in GITLAB_TOKEN (scope api)",
  403: "the token must be allowed to comment: scope api, role reporter or above",
  404: "check the project and the number of the merge request, and that the token may read them",
};

function refusal(
  thrown: unknown,
  status: number | undefined,
  { project, mergeRequest, token }: GitLabTarget,
): Failure {
  const said = messageOf(thrown).replaceAll(token, "[token]");
  return new Failure(`GitLab did not take the note on ${project}!${mergeRequest}`, {
    details: [status === undefined ? said : `${status}: ${said}`],
    next: NEXT[status ?? 0] ?? "check that GitLab is reachable and run it again",
  });
}
