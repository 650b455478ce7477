/** The HTTP server: what holds for every route, and the list of routes. */
import cors from "@fastify/cors";
import websocket from "@fastify/websocket";
import fastify, { type FastifyInstance } from "fastify";
import type { Draining } from "./draining";
import { answerErrors, Refusal } from "./refusal";
import { authRoutes } from "./routes/auth";
import { eventRoutes } from "./routes/events";
import { jobRoutes } from "./routes/jobs";
import { probeRoutes } from "./routes/probes";
import { streamRoutes } from "./routes/streams";
import { uploadRoutes } from "./routes/upload";
import type { Services } from "./services";

export async function buildApp(services: Services, draining: Draining): Promise<FastifyInstance> {
  const { log, metrics, settings } = services;
  const app = fastify({
    logger: false,
    // Longer than any load balancer keeps an idle connection (Traefik 90 s), so it is never us who closes one in use.
    keepAliveTimeout: 95_000,
    requestTimeout: 15 * 60_000,
    bodyLimit: 1024 ** 2,
    // While closing, requests on open connections are still served, not refused.
    return503OnClosing: false,
    forceCloseConnections: "idle",
    requestIdHeader: "x-request-id",
  });
  app.setErrorHandler(answerErrors(log));
  app.setNotFoundHandler((request) => {
    throw new Refusal(404, `There is no ${request.method} ${request.url.split("?")[0] ?? ""} here.`);
  });

  // On the server, not in a hook: also requests that are cut off before an answer leave the count.
  app.server.on("request", (_request, response) => {
    metrics.inFlight.inc();
    response.once("close", () => metrics.inFlight.dec());
  });
  app.addHook("onRequest", async (_request, reply) => {
    void reply.headers({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
    // Moves keep-alive clients to another pod before this one stops listening.
    if (draining.started) void reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unmatched";
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    metrics.requests.inc(labels);
    metrics.durations.observe(labels, reply.elapsedTime / 1000);
    const probe = ["/health", "/ready", "/metrics"].includes(route);
    // The route, never the address as written: a query may carry anything.
    log[probe ? "trace" : "debug"](
      { ...labels, ms: Math.round(reply.elapsedTime), requestId: request.id },
      "answered",
    );
  });

  await app.register(cors, {
    origin: settings.CORS_ORIGINS.includes("*") ? "*" : settings.CORS_ORIGINS,
    methods: ["GET", "POST"],
    allowedHeaders: ["authorization", "content-type", "idempotency-key"],
    maxAge: 600,
  });
  await app.register(websocket, {
    options: { maxPayload: 64 * 1024 },
    // 1012, service restart: clients that know the code come back at once.
    preClose: function (this: FastifyInstance, done: () => void) {
      for (const client of this.websocketServer.clients) client.close(1012, "moving to another instance");
      done();
    },
  });
  app.addHook("preClose", (done) => {
    draining.end.abort();
    done();
  });

  probeRoutes(app, services, draining);
  authRoutes(app, services);
  jobRoutes(app, services);
  eventRoutes(app, services, draining);
  uploadRoutes(app, services);
  streamRoutes(app, services, draining);
  return app;
}
