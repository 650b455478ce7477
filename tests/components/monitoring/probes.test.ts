/** Where each route is asked, and what counts as an answer. */
import assert from "node:assert/strict";
import { probeSpec, trusted } from "../../../components/monitoring/probes";
import { time } from "../../helpers/product";

const probe = (path: string, more: { host?: string; exact?: boolean; trusted?: boolean } = {}) => {
  const route = { exact: more.exact ?? false, path };
  const { module, targets } = probeSpec(
    { interval: time("15s"), routes: {}, trusted: more.trusted ?? true },
    "api-all",
    { health: "/ready", host: more.host ?? "api.example.com", part: "api", route },
  );
  const said = targets?.staticConfig;
  return { module, relabelings: said?.relabelingConfigs, url: said?.static };
};

describe("a route's probe", () => {
  it("asks the part's health where the route leads to it, and the route's own path where not", () => {
    assert.deepEqual(probe("/").url, ["https://api.example.com/ready"]);
    assert.equal(probe("/").module, "healthy");
    for (const [path, exact] of [["/upload"], ["/", true]] as const) {
      const { module, url } = probe(path, { exact: exact ?? false });
      assert.deepEqual(url, [`https://api.example.com${path}`]);
      assert.equal(module, "answers");
    }
  });

  it("goes to the gateway itself for names that mean one's own machine, and says the name there", () => {
    const { module, relabelings, url } = probe("/", { host: "api.shop.localhost" });
    assert.deepEqual(url, ["https://traefik.slipway-gateway.svc/ready"]);
    assert.deepEqual(relabelings, [
      { action: "replace", replacement: "api.shop.localhost", targetLabel: "__param_hostname" },
    ]);
    assert.equal(module, "healthy-local");
    assert.deepEqual(probe("/").relabelings, []);
  });

  it("believes certificates only of those whom all the world believes", () => {
    assert.equal(probe("/", { trusted: false }).module, "healthy-local");
    const issuers = ["letsencrypt", "existing", "cloudflare-origin", "local", "acme", "letsencrypt-staging"];
    assert.deepEqual(
      issuers.map((issuer) => trusted({ issuer } as Parameters<typeof trusted>[0])),
      [true, true, true, false, false, false],
    );
  });
});
