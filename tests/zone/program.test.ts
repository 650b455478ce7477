import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { programOf } from "../../components/testing";

const entry = require.resolve("../../zone/index");

/** The zone program over this checkout's own stack files. */
const zoneOf = (zone: string) =>
  programOf(
    () => {
      pulumi.runtime.setAllConfig({ "project:zone": zone, "slipway-zone:zone": zone });
      Reflect.deleteProperty(require.cache, entry);
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() would remember the first run
      return require(entry) as Record<string, unknown>;
    },
    {
      calls: { "cloudflare:index/getZone:getZone": () => ({ zoneId: "zone-id" }) },
      project: "slipway-zone",
      stack: zone,
    },
  );

describe("the zone of the demo's stacks", () => {
  it("has each setting once, and one ruleset a phase", async () => {
    const graph = await zoneOf("slipway-demo.com");
    const settings = graph.all("cloudflare:index/zoneSetting:ZoneSetting");
    assert.ok(settings.some(({ inputs }) => inputs.settingId === "ssl" && inputs.value === "strict"));
    const phases = graph.all("cloudflare:index/ruleset:Ruleset").map(({ inputs }) => inputs.phase as string);
    assert.deepEqual([...phases].sort(), [...new Set(phases)].sort());
    assert.ok(phases.includes("http_request_cache_settings"));
    assert.ok(phases.includes("http_ratelimit"));
    for (const { inputs } of graph.all("cloudflare:index/ruleset:Ruleset")) {
      assert.equal(inputs.zoneId, "zone-id");
      assert.ok((inputs.rules as unknown[]).length > 0);
    }
  });

  it("that no stack names is refused in words", async () => {
    await assert.rejects(
      zoneOf("nobody.example"),
      /found nobody\.example, which no stack names in dns\.zone/,
    );
  });
});
