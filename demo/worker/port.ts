/** The worker's own port: probes and metrics, nothing else. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Metrics } from "../shared/metrics";

export async function servePort(port: number, metrics: Metrics, release: string): Promise<Server> {
  const server = createServer((request, response) => {
    switch (request.url ?? "") {
      case "/health":
      case "/ready":
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ status: "ok", release }));
        return;
      case "/metrics":
        metrics.registry.metrics().then(
          (text) => {
            response.setHeader("content-type", metrics.registry.contentType);
            response.end(text);
          },
          () => response.writeHead(500).end(),
        );
        return;
      default:
        response.writeHead(404).end();
    }
  });
  server.listen(port, "::");
  await once(server, "listening");
  return server;
}
