/** Answers for mistakes of the caller: a status, a sentence, and where in the body each problem is. */
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { Log } from "../shared/log";
import { isPassing } from "../shared/retry";

export class Refusal extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    readonly problems?: { where: string; message: string }[],
  ) {
    super(message);
  }
}

export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => ({ where: path.join("."), message }));
  throw new Refusal(400, "The request is not complete.", problems);
}

export function answerErrors(log: Log) {
  return async (error: FastifyError | Refusal, request: FastifyRequest, reply: FastifyReply) => {
    if (!request.raw.complete) {
      // The rest of a refused body: swallowed, so that the client gets to read the answer, and then the connection ends.
      request.raw.resume();
      void reply.header("connection", "close");
    }
    // A refused upgrade leaves a connection that nobody reads any more.
    if (request.ws) void reply.header("connection", "close");
    const status = error.statusCode ?? (isPassing(error) ? 503 : 500);
    if (status < 500)
      return reply
        .code(status)
        .send({ error: error.message, ...(error instanceof Refusal && { problems: error.problems }) });
    log.error({ err: error, requestId: request.id, route: request.routeOptions.url }, "a request failed");
    if (status === 503) void reply.header("retry-after", "2");
    return reply.code(status).send({
      error: status === 503 ? "A store cannot be reached. Try again in a moment." : "A defect of ours.",
      requestId: request.id,
    });
  };
}
