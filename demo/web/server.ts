/**
 * Serves the built page. Knows nothing but files: where the API is comes from the environment at run time
 * (/config.json), so one image serves every stack.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sirv from "sirv";
import { z } from "zod";
import { onStop, start, whileClosing } from "../shared/lifecycle";
import { openLog } from "../shared/log";
import { common, port, readSettings, seconds, SettingsProblem } from "../shared/settings";

const webSettings = {
  ...common,
  PORT: port(8080),
  /** Where browsers reach the API. Empty: the API answers on the page's own host. */
  API_URL: z
    .url({ protocol: /^https?$/, error: "must be an http or https URL" })
    .default("")
    .or(z.literal("")),
  PRODUCT: z.string().max(60).default("Slipway demo"),
  DRAIN_SECONDS: seconds(5),
};

start(async () => {
  const settings = readSettings(webSettings);
  const log = openLog("web", settings);
  const api = settings.API_URL.replace(/\/+$/, "");
  const config = JSON.stringify({ product: settings.PRODUCT, release: settings.RELEASE, api });
  const headers = securityHeaders(api);

  const folder = join(__dirname, "public");
  // Reads the folder once; unknown paths without an extension are the page's own routes.
  const files = sirv(folder, {
    single: true,
    etag: true,
    brotli: true,
    gzip: true,
    setHeaders: (response, path) => {
      const forEver = path.startsWith("/assets/");
      response.setHeader("cache-control", forEver ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });

  let draining = false;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    if (draining) response.setHeader("connection", "close");
    const plain = (status: number, text: string) =>
      response
        .writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" })
        .end(text);

    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      plain(405, "Only GET and HEAD.\n");
      return;
    }
    switch (request.url?.split("?")[0] ?? "") {
      case "/health":
      case "/healthz":
        plain(200, "ok\n");
        return;
      case "/ready":
      case "/readyz":
        plain(draining ? 503 : 200, draining ? "draining\n" : "ok\n");
        return;
      case "/config.json":
        response
          .writeHead(200, { "content-type": "application/json", "cache-control": "no-store" })
          .end(config);
        return;
      default:
        files(request, response, () => {
          plain(404, "There is nothing here.\n");
        });
    }
  };

  const server = createServer({ keepAliveTimeout: 95_000 }, answer);
  server.listen(settings.PORT, "::");
  await once(server, "listening").catch((error: unknown) => {
    throw new SettingsProblem(
      `Cannot listen on port ${settings.PORT}: ${error instanceof Error ? error.message : ""}`,
    );
  });
  log.info({ port: settings.PORT, api: api || "same host" }, "listening");

  onStop(log, settings.SHUTDOWN_SECONDS, async (signal) => {
    draining = true;
    log.info({ signal, seconds: settings.DRAIN_SECONDS }, "draining");
    await sleep(settings.DRAIN_SECONDS * 1000);
    const closed = once(server, "close");
    server.close();
    await whileClosing(server, closed);
  });
});

/** The page runs its own scripts and talks to its own API; everything else is refused by the browser. */
function securityHeaders(api: string): [string, string][] {
  const connect = api === "" ? "'self'" : `'self' ${api} ${api.replace(/^http/, "ws")}`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return [
    ["content-security-policy", policy.join("; ")],
    ["x-content-type-options", "nosniff"],
    ["referrer-policy", "no-referrer"],
    ["cross-origin-opener-policy", "same-origin"],
    ["permissions-policy", "camera=(), microphone=(), geolocation=()"],
  ];
}
