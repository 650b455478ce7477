/**
 * FlakeGuard's and CodeRenew's staging stacks with real pods, the demo's images in the parts' places; what their routes say
 * is measured from outside, each number read from the stack file. See here.ts for what is not theirs.
 */
import assert from "node:assert/strict";
import ipaddr from "ipaddr.js";
import type { Route, Settings } from "../../config";
import { ask, handshake, signUp } from "../helpers/client";
import { assertTimeout, overHttp } from "../helpers/gateway";
import { describeLive, Live } from "../helpers/live";
import { eventually } from "../helpers/services";
import { failureOf } from "./failure-of";
import { here } from "./here";
import { describeRoute, hostOf, measured, pathOf, waiting } from "./route-numbers";
import { settingsOf, stacksOf } from "./stacks";

for (const { product, api } of [
  { product: "flakeguard", api: "/api" },
  { product: "coderenew", api: "/api/v1" },
]) {
  const [example] = stacksOf(product).filter(({ stack }) => stack === "staging");
  if (example === undefined) throw new Error(`${product} has no staging`);
  const settings = settingsOf(example);
  describeLive(`${product}'s staging with real pods`, function () {
    this.timeout(420_000);
    const live = new Live(`real-${product}`);
    live.settings = here(example);
    const host = hostOf(settings);
    const [open = ""] = settings.access?.except ?? [];
    let address = "";

    before(async function () {
      this.timeout(420_000);
      await live.up();
      address = await eventually("the parts to answer", () => seen(host, open), { seconds: 120 });
    });
    after(async function () {
      this.timeout(240_000);
      await live.remove();
    });

    describe("to a stranger", () => {
      for (const route of settings.routes) {
        it(`${route.path} is closed by its allow list`, async () => {
          const { status } = await ask(host, pathOf(route));
          assert.equal(status === 403, !allows(allowOf(route, settings), address), `${status} to ${address}`);
        });
      }

      for (const path of settings.access?.except ?? []) {
        it(`${path} is open`, async () => {
          assert.equal((await ask(host, path)).status, 200);
        });
      }
    });

    describe("to a guest", () => {
      const routes = settings.routes.filter((route) => route.access === undefined);
      const timeouts = new Map<Route, Promise<unknown>>();
      before(async function () {
        this.timeout(120_000);
        const access = live.settings.access as { allow: string[] };
        live.settings.access = { ...access, allow: [...access.allow, `${address}/32`] };
        await live.up();
        await eventually("every route to be open", async () => {
          const answers = await Promise.all(routes.map((route) => ask(host, pathOf(route))));
          return answers.every(({ status }) => status !== 403 && status < 500);
        });
        // Side by side, as the longest has minutes; each is awaited below, and never fails unheard.
        for (const route of routes) {
          const place = { host, path: pathOf(route) };
          timeouts.set(route, failureOf(assertTimeout(place, route.timeout.value, waiting)));
        }
      });

      describe("the product", () => {
        const part = Object.values(settings.parts).find(({ kind }) => kind === "api");

        it("works: a visitor signs up and orders, which takes Postgres and Redis", async () => {
          const token = await signUp(host, api);
          const order = { job: { kind: "words", text: "to be or not to be" }, times: 1 };
          const ordered = await ask(host, `${api}/jobs`, { method: "POST", token, body: order });
          assert.equal(ordered.status, 202, ordered.text);
          if (!Object.values(settings.parts).some(({ kind }) => kind === "worker")) return;
          const [id = ""] = (JSON.parse(ordered.text) as { ids: string[] }).ids;
          await eventually("the worker to be done", async () => {
            const { text } = await ask(host, `${api}/jobs/${id}`, { token });
            return (JSON.parse(text) as { status: string }).status === "done";
          });
        });

        it("lets pages of its own origins ask, and no others", async () => {
          const allowed = async (origin: string) => {
            const headers = { origin, "access-control-request-method": "POST" };
            const { headers: said } = await ask(host, `${api}/jobs`, { method: "OPTIONS", headers });
            return said["access-control-allow-origin"];
          };
          const origin = part?.env.CORS_ORIGINS;
          if (origin !== undefined) assert.equal(await allowed(origin), origin);
          assert.equal(await allowed("https://elsewhere.example"), undefined);
        });

        it("keeps a visitor on a replica where it says so", async () => {
          const { headers } = await ask(host, open);
          const cookie = String(headers["set-cookie"] ?? "");
          const { sticky } = part as { sticky: boolean };
          assert.equal(/replica=[^;]+;.*HttpOnly.*Secure/.test(cookie), sticky, cookie);
        });

        it("is reached over TLS 1.2 and 1.3 alone, and by http only to be sent on", async () => {
          assert.equal(await handshake(host, "TLSv1.3"), "TLSv1.3");
          assert.equal(await handshake(host, "TLSv1.2"), "TLSv1.2");
          await assert.rejects(handshake(host, "TLSv1.1"));
          assert.equal(await overHttp({ host, path: "/a/b?c=d" }), `301 https://${host}/a/b?c=d`);
        });

        it("compresses its pages, and keeps assets for ever but never the page", async () => {
          const page = await ask(host, "/");
          const script = /src="([^"]+\.js)"/.exec(page.text)?.[1] ?? "";
          const asset = await ask(host, script, { headers: { "accept-encoding": "gzip" } });
          assert.equal(asset.headers["content-encoding"], "gzip");
          const [root] = routes.filter(({ path }) => path === "/");
          if (root?.cache.kind !== "assets") return;
          assert.equal(page.headers["cache-control"], "no-cache");
          assert.match(String(asset.headers["cache-control"]), /max-age=31536000, immutable/);
        });
      });

      for (const route of routes) describeRoute(route, settings, timeouts);
    });
  });
}

function allowOf(route: Route, { access }: Settings): readonly string[] {
  return route.access?.allow ?? access?.allow ?? ["0.0.0.0/0"];
}

function allows(ranges: readonly string[], address: string): boolean {
  return ranges.some((range) => ipaddr.parse(address).match(ipaddr.parseCIDR(range)));
}

/** As whom the gateway knows this client, once there is an answer. */
async function seen(host: string, path: string): Promise<string | undefined> {
  const answer = await ask(host, measured(path)).catch(() => undefined);
  return answer?.status === 200 ? (JSON.parse(answer.text) as { address: string }).address : undefined;
}
