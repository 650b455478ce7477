/** Every number and header that a route of a stack file names, measured at the gateway; front.ts answers behind it. */
import assert from "node:assert/strict";
import type { Route, Settings } from "../../config";
import { ask } from "../helpers/client";
import { assertBody, assertBurst, assertConcurrent, assertRate, untilFull } from "../helpers/gateway";

export const measured = (path: string): string => `${path}?measure`;
export const waiting = (milliseconds: number): string => `?measure&wait=${milliseconds}`;
/** An address below a route's path, where that has a pattern in it. */
export const pathOf = ({ path }: Pick<Route, "path">): string => path.replaceAll("*", "1");

export function hostOf({ hosts }: Settings): string {
  const [first, ...more] = Object.values(hosts);
  if (first === undefined || more.length > 0) throw new Error("these products have one host each");
  return first.name;
}

/** `timeouts` are being measured already, all of them side by side. */
export function describeRoute(
  route: Route,
  settings: Settings,
  timeouts: ReadonlyMap<Route, Promise<unknown>>,
): void {
  const { body, cache, concurrent, headers, limit, timeout, to = "" } = route;
  const place = { host: hostOf(settings), path: pathOf(route) };
  describe(route.path, () => {
    it("carries the headers of the product and its own", async () => {
      const { headers: said, status } = await ask(place.host, measured(place.path));
      assert.equal(status, 200);
      const { age } = settings.headers.hsts as { age: { value: number } };
      const usual =
        settings.parts[to]?.kind === "web"
          ? settings.headers.csp
          : "default-src 'none'; frame-ancestors 'none'";
      const expected: Record<string, unknown> = {
        "content-security-policy": usual,
        "strict-transport-security": `max-age=${age.value / 1000}; includeSubDomains`,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
        ...(cache.kind === "age"
          ? { "cache-control": `public, max-age=${cache.age.value / 1000}, immutable` }
          : {}),
        server: undefined,
        "x-powered-by": undefined,
      };
      for (const [name, value] of Object.entries(expected)) assert.equal(said[name], value, name);
    });

    it(`takes bodies up to ${body.text}, and answers 413 beyond`, () =>
      assertBody({ ...place, path: measured(place.path) }, body.value, ({ status, text }) => {
        assert.equal(status, 200, text);
        assert.equal((JSON.parse(text) as { bytes: number }).bytes, body.value);
      }));

    it(`waits ${timeout.text} for an answer, and then answers 504`, async () => {
      const wrong = await timeouts.get(route);
      if (wrong !== undefined) throw wrong as Error;
    });

    if (limit !== undefined) {
      it(`lets ${limit.burst} through at once, and answers 429 beyond`, async () => {
        await untilFull(limit);
        await assertBurst({ ...place, path: measured(place.path) }, limit);
      });

      it(`lets ${limit.rate.text} through once those are used up`, () =>
        assertRate({ ...place, path: measured(place.path) }, limit));
    }

    if (concurrent !== undefined) {
      it(`answers ${concurrent} at a time, and refuses one more`, async () => {
        if (limit !== undefined) await untilFull(limit);
        await assertConcurrent(place, concurrent, limit);
      });
    }
  });
}
