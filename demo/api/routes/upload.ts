/** Uploads: streamed through a hash, never held. Raw bodies and forms alike. */
import { createHash, randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import multipart from "@fastify/multipart";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { parse, Refusal } from "../refusal";
import type { Services } from "../services";
import { userOf } from "./auth";
import { z } from "zod";

const fileName = z.string().max(300).default("upload");

export function uploadRoutes(app: FastifyInstance, services: Services): void {
  const { database, settings } = services;

  // In a scope of its own: only here is a body of any type left unread for the handler.
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    await scope.register(multipart, { limits: { files: 1 } });

    scope.post("/upload", { bodyLimit: settings.MAX_UPLOAD_BYTES }, async (request, reply) => {
      const userId = await userOf(request, services);
      const { name, content } = await open(request, settings.MAX_UPLOAD_BYTES);
      const hash = createHash("sha256");
      let bytes = 0;
      // Left open when refused: destroying it would cut the connection before the client reads why.
      for await (const chunk of content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > settings.MAX_UPLOAD_BYTES)
          throw new Refusal(413, `At most ${settings.MAX_UPLOAD_BYTES} bytes are taken.`);
        hash.update(chunk);
      }
      const id = randomUUID();
      const sha256 = hash.digest("hex");
      await database.query(
        `INSERT INTO uploads (id, user_id, name, bytes, sha256) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
        [id, userId, name, bytes, sha256],
      );
      return reply.code(201).send({ id, name, bytes, sha256 });
    });
  });
}

async function open(request: FastifyRequest, limit: number): Promise<{ name: string; content: Readable }> {
  if (request.isMultipart()) {
    const part = await request.file({ limits: { fileSize: limit + 1, files: 1 } });
    if (!part) throw new Refusal(400, "The form has no file.");
    return { name: part.filename, content: part.file };
  }
  const { name } = parse(z.object({ name: fileName }), request.query);
  return { name, content: request.raw };
}
