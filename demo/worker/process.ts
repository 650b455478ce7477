/** One job from start to end: its row says running, the work is done, its row says how it ended. */
import { jobBrief, newsChannel, type JobNews, type JobView } from "../shared/queue";
import { jobInput } from "../shared/work";
import type { Database } from "../shared/database";
import { perform } from "./perform";

/** A job that was started this often and never ended is what kills its workers. */
const mostStarts = 50;

export type Outcome = "done" | "failed" | "ended before";

type Row = JobView & { userId: string; input: object };

export interface Announcer {
  publish(channel: string, message: string): Promise<unknown>;
}

/**
 * Safe to run twice, even at the same time: only the first to end a job changes anything, in one statement that also
 * counts it for its user. An error thrown from here means "try again later"; an error of the job itself ends the job.
 */
export async function processJob(id: string, database: Database, redis: Announcer): Promise<Outcome> {
  const [row] = await database.query<Row>(
    `UPDATE jobs SET status = 'running', starts = starts + 1 WHERE id = $1 AND status IN ('queued', 'running')
     RETURNING user_id AS "userId", input, ${jobBrief}`,
    [id],
  );
  if (!row) return "ended before";
  const { userId, input, ...job } = row;
  // News is lossy by contract: a job is not done again because nobody could be told.
  const announce = (view: JobView) =>
    redis
      .publish(newsChannel, JSON.stringify({ userId, job: view } satisfies JobNews))
      .catch(() => undefined);
  await announce(job);

  const attempt = await tryToPerform(job, input);
  const [ended] = await database.query<JobView>(
    `WITH ended AS (
       UPDATE jobs SET status = $2, result = $3, error = $4, finished_at = now()
        WHERE id = $1 AND status = 'running' RETURNING *),
     counted AS (
       UPDATE users SET jobs_done = jobs_done + 1 FROM ended WHERE users.id = ended.user_id AND ended.status = 'done')
     SELECT ${jobBrief} FROM ended`,
    [id, attempt.error === null ? "done" : "failed", JSON.stringify(attempt.result), attempt.error],
  );
  if (!ended) return "ended before";
  await announce(ended);
  return ended.status === "done" ? "done" : "failed";
}

async function tryToPerform(
  job: JobView,
  input: object,
): Promise<{ result: object | null; error: string | null }> {
  if (job.starts > mostStarts)
    return { result: null, error: `Given up: started ${mostStarts} times and never ended.` };
  try {
    return { result: await perform(jobInput.parse({ kind: job.kind, ...input })), error: null };
  } catch (error) {
    return { result: null, error: error instanceof Error ? error.message : String(error) };
  }
}
