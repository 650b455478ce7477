/** Routes that take their time: a slow one, one that trickles, and a WebSocket that echoes. */
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Draining } from "../draining";
import { parse, Refusal } from "../refusal";
import type { Services } from "../services";

const slow = z.object({ ms: z.coerce.number().int().min(0).max(120_000).default(1000) });
const trickle = z.object({
  lines: z.coerce.number().int().min(1).max(10_000).default(10),
  ms: z.coerce.number().int().min(0).max(10_000).default(200),
});

export function streamRoutes(app: FastifyInstance, { settings }: Services, draining: Draining): void {
  app.get("/slow", async (request) => {
    const { ms } = parse(slow, request.query);
    await sleep(ms);
    return { waited: ms };
  });

  // One JSON object a line, each sent when it is ready.
  app.get("/stream", async (request, reply) => {
    const { lines, ms } = parse(trickle, request.query);
    async function* produce() {
      for (let line = 1; line <= lines; line++) {
        if (line > 1) await sleep(ms);
        yield `${JSON.stringify({ line, of: lines, at: new Date().toISOString() })}\n`;
      }
    }
    return reply
      .headers({ "content-type": "application/x-ndjson", "x-accel-buffering": "no" })
      .send(Readable.from(produce(), { objectMode: false }));
  });

  const allowed = (origin: string | undefined, host: string) =>
    origin === undefined ||
    settings.CORS_ORIGINS.includes("*") ||
    settings.CORS_ORIGINS.includes(origin) ||
    (URL.canParse(origin) && new URL(origin).host === host);

  app.get(
    "/ws",
    {
      websocket: true,
      // Browsers send cross-site WebSockets without asking first (no CORS), so the server has to look.
      preValidation: async (request) => {
        if (!allowed(request.headers.origin, request.host))
          throw new Refusal(403, "This origin may not connect.");
        await Promise.resolve();
      },
    },
    (socket) => {
      let alive = true;
      const beat = setInterval(() => {
        if (!alive) socket.terminate();
        alive = false;
        socket.ping();
      }, 30_000);
      socket.on("pong", () => (alive = true));
      socket.on("close", () => clearInterval(beat));
      socket.on("message", (data: Buffer, binary: boolean) => socket.send(data, { binary }));
      if (draining.end.signal.aborted) socket.close(1012, "moving to another instance");
    },
  );
}
