/** Asking for work, and how it goes. 202 means: the job is in Postgres, and will be done whatever dies next. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { handOver, jobBrief, jobColumns, type JobView } from "../../shared/queue";
import { jobInput } from "../../shared/work";
import { parse, Refusal } from "../refusal";
import type { Services } from "../services";
import { userOf } from "./auth";

const order = z.object({
  job: jobInput,
  /** How many of the same. */
  times: z.number().int().min(1).max(100).default(1),
});
const key = z.string().min(1).max(200).optional();
const page = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) });

export function jobRoutes(app: FastifyInstance, services: Services): void {
  const { database, queue, log } = services;

  app.post("/jobs", async (request, reply) => {
    const userId = await userOf(request, services);
    const { job, times } = parse(order, request.body);
    // A client that lost the answer repeats the request with the same key and gets the same jobs.
    const idempotencyKey = parse(key, request.headers["idempotency-key"]) ?? randomUUID();
    const { kind, ...input } = job;
    await database.query(
      `INSERT INTO jobs (id, user_id, kind, input, idempotency_key, part)
       SELECT gen_random_uuid(), $1, $2, $3, $4, part FROM generate_series(1, $5) AS part
       ON CONFLICT (user_id, idempotency_key, part) DO NOTHING`,
      [userId, kind, JSON.stringify(input), idempotencyKey, times],
    );
    // A second statement: the first cannot see the rows of another request with the same key that it waited for.
    const rows = await database.query<{ id: string }>(
      `SELECT id FROM jobs WHERE user_id = $1 AND idempotency_key = $2 ORDER BY part`,
      [userId, idempotencyKey],
    );
    const ids = rows.map(({ id }) => id);
    await enqueue(ids);
    return reply.code(202).send({ ids });
  });

  /** Redis being away is no reason to refuse: the workers hand over what is overdue. */
  async function enqueue(ids: string[]): Promise<void> {
    try {
      await handOver(queue, ids);
    } catch (error) {
      log.warn({ err: error, jobs: ids.length }, "accepted without the queue; the workers will hand it over");
      await database.query(`UPDATE jobs SET handed_over_at = 'epoch' WHERE id = ANY($1)`, [ids]);
    }
  }

  app.get("/jobs", async (request) => {
    const userId = await userOf(request, services);
    const { limit } = parse(page, request.query);
    return snapshot(services, userId, limit);
  });

  app.get("/jobs/:id", async (request) => {
    const userId = await userOf(request, services);
    const { id } = parse(z.object({ id: z.uuid("must be a job's id") }), request.params);
    const [job] = await database.query<JobView & { createdAt: Date }>(
      `SELECT ${jobColumns} FROM jobs WHERE id = $1 AND user_id = $2`,
      [id, userId],
    );
    if (!job) throw new Refusal(404, "There is no such job of yours.");
    return job;
  });
}

/** The newest jobs and how many there are in each state. */
export async function snapshot({ database }: Services, userId: string, limit: number): Promise<object> {
  const [jobs, counts] = await Promise.all([
    database.query(
      `SELECT ${jobBrief} FROM jobs WHERE user_id = $1 ORDER BY created_at DESC, part DESC LIMIT $2`,
      [userId, limit],
    ),
    database.queryReplica<{ status: string; count: number }>(
      `SELECT status, count(*)::int AS count FROM jobs WHERE user_id = $1 GROUP BY status`,
      [userId],
    ),
  ]);
  const of = (status: string) => counts.find((row) => row.status === status)?.count ?? 0;
  return {
    jobs,
    counts: { queued: of("queued"), running: of("running"), done: of("done"), failed: of("failed") },
  };
}
