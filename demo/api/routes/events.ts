/** Server-sent events: a snapshot, then each of the user's jobs as it changes. */
import { PassThrough } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { Draining } from "../draining";
import type { Services } from "../services";
import { userOf } from "./auth";
import { snapshot } from "./jobs";

const heartbeat = 15_000;
const snapshotSize = 200;

export function eventRoutes(app: FastifyInstance, services: Services, draining: Draining): void {
  const { news, log } = services;

  app.get("/jobs/events", async (request, reply) => {
    const userId = await userOf(request, services);
    const stream = new PassThrough();
    const send = (event: string, data: unknown) =>
      stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    const whole = () => {
      snapshot(services, userId, snapshotSize).then(
        (data) => send("snapshot", data),
        (error: unknown) => {
          log.warn({ err: error }, "no snapshot for an event stream; its client connects anew");
          stream.end();
        },
      );
    };
    // Listening before looking: a change between the two is sent twice rather than lost.
    const stopListening = news.listen(userId, { job: (job) => send("job", job), missed: whole });
    const beat = setInterval(() => stream.write(": still here\n\n"), heartbeat);
    const end = () => stream.end();
    draining.end.signal.addEventListener("abort", end, { once: true });
    stream.once("close", () => {
      clearInterval(beat);
      stopListening();
      draining.end.signal.removeEventListener("abort", end);
    });
    stream.write("retry: 500\n\n");
    whole();
    return reply
      .headers({
        "content-type": "text/event-stream",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
      })
      .send(stream);
  });
}
