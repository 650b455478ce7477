/**
 * Hands over what the queue does not have: jobs accepted while Redis was away, forgotten by a Redis that lost its disk,
 * or accepted by an API that died between its commit and its hand-over. Adding what is there already changes nothing.
 */
import type { Queue } from "bullmq";
import type { Database } from "../shared/database";
import { handOver, type QueueEntry } from "../shared/queue";

const batch = 500;

/** How long a hand-over is trusted. */
export const trustSeconds = 15;

/** One round; returns how many were handed over. Workers at once share the rounds: SKIP LOCKED gives each its own jobs. */
export async function relayOnce(database: Database, queue: Queue<QueueEntry>): Promise<number> {
  const rows = await database.query<{ id: string }>(
    `UPDATE jobs SET handed_over_at = now() WHERE id IN (
       SELECT id FROM jobs
        WHERE status IN ('queued', 'running') AND handed_over_at < now() - make_interval(secs => $1)
        ORDER BY handed_over_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING id`,
    [trustSeconds, batch],
  );
  if (rows.length > 0)
    await handOver(
      queue,
      rows.map(({ id }) => id),
    );
  return rows.length;
}
