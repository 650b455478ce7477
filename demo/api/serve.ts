/** Serving, and stopping without a failed request. */
import { setTimeout as sleep } from "node:timers/promises";
import { onStop, whileClosing } from "../shared/lifecycle";
import { firstContact } from "../shared/queue";
import { buildApp } from "./app";
import type { Draining } from "./draining";
import { closeServices, type Services } from "./services";

export async function serve(services: Services): Promise<void> {
  const { log, settings } = services;
  const draining: Draining = { started: false, end: new AbortController() };
  await firstContact(services.redis);
  const app = await buildApp(services, draining);
  const address = await app.listen({ host: "::", port: settings.PORT, listenTextResolver: (text) => text });
  log.info({ address }, "listening");

  onStop(log, settings.SHUTDOWN_SECONDS, async (signal) => {
    // 1. Not ready, but serving: load balancers need a moment to notice, and clients to let go of their connections.
    draining.started = true;
    log.info({ signal, seconds: settings.DRAIN_SECONDS }, "draining");
    await sleep(settings.DRAIN_SECONDS * 1000);
    // 2. No new connections; what is in flight finishes, endless answers end.
    await whileClosing(app.server, app.close());
    await closeServices(services);
  });
}
