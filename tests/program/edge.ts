/** The product whose promises at the gateway are measured: the demo's images, limits small enough to reach. */
import { ask } from "../helpers/client";
import { Live } from "../helpers/live";
import { eventually } from "../helpers/services";

const product = new Live("edge");
const { api, app } = product.hosts;
const { postgres, secrets } = product.settings as Record<string, object>;

product.settings = {
  ...product.settings,
  hosts: { app, api, inner: "inner.edge.localhost" },
  secrets: { ...secrets, QA_PASSWORD: { generate: { length: 24 } } },
  headers: {},
  postgres: { ...postgres, pool: { size: 5 } },
  parts: Object.fromEntries(
    Object.entries(product.parts).map(([name, part]) => [name, { ...part, scale: 2 }]),
  ),
  routes: [
    { host: "api", path: "/", to: "api" },
    { host: "api", path: "/health", exact: true, to: "api", limit: { rate: "5/s", burst: 10 } },
    { host: "api", path: "/upload", to: "api", body: "1Mi" },
    { host: "api", path: "/slow", to: "api", timeout: "2s" },
    { host: "api", path: "/stream", to: "api", stream: true, timeout: "2s" },
    { host: "api", path: "/ws", to: "api", stream: true },
    {
      host: "api",
      path: "/status",
      exact: true,
      to: "api",
      methods: ["GET"],
      headers: { "X-Robots-Tag": "noindex" },
    },
    { host: "app", path: "/", to: "web", cache: "assets" },
    { host: "inner", path: "/", to: "web", access: { basicAuth: { qa: "QA_PASSWORD" } } },
    { host: "inner", path: "/far", to: "web", access: { allow: ["192.0.2.0/24"] } },
    { host: "inner", path: "/near", to: "web", access: { allow: ["127.0.0.0/8", "10.244.0.0/24"] } },
    { host: "inner", path: "/old", redirect: `https://${app}/new` },
  ],
};

let users = 0;
let made: Promise<unknown> | undefined;

/**
 * The product, for a `describe` that has it: made for the first of a run's files, its API answering, and taken away after
 * the last of them, so that other products find room.
 */
export function withEdge(): Live {
  users += 1;
  before(async function () {
    this.timeout(300_000);
    await (made ??= product.up());
    await eventually("the API to answer", async () => (await ask(api, "/ready")).status === 200, {
      seconds: 60,
    });
  });
  after(async function () {
    this.timeout(180_000);
    users -= 1;
    if (users === 0 && made !== undefined) await product.remove();
  });
  return product;
}
