import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSettings, type Settings } from "../../config";
import { readStackFile } from "../../config/source";
import { changed, settingsOf, SHOP } from "./stacks";

const root = join(__dirname, "..", "..");
const folder = join(__dirname, "good-stacks");
const read = (path: string): Settings => {
  const file = readStackFile(path);
  return parseSettings(file.raw, file);
};
const product = (name: string) => read(join(folder, `${name}.yaml`));

describe("stack files that are right", () => {
  for (const tier of ["local", "staging", "production"]) {
    it(`reads the demo product's ${tier} stack`, () => {
      const settings = read(join(root, `Pulumi.${tier}.yaml`));
      assert.equal(settings.tier, tier);
      const [first] = readFileSync(join(root, `Pulumi.${tier}.yaml`), "utf8").split("\n");
      assert.equal(first, "# yaml-language-server: $schema=config/stack.schema.json");
      assert.deepEqual(Object.keys(settings.parts), ["api", "web", "worker"]);
    });
  }

  for (const name of readdirSync(folder)) {
    it(`reads ${name}`, () => {
      assert.ok(Object.keys(read(join(folder, name)).parts).length > 0);
    });
  }

  it("says Knit-Wit's backup tiers, thresholds and channels as its document has them", () => {
    const { postgres, alerts, sentry } = product("knit-wit");
    assert.ok(postgres?.mode === "operator");
    assert.deepEqual(postgres.backup?.keep, { days: 7, weekly: 4, monthly: 12 });
    const crash = alerts.rules.HighCrashRate;
    assert.deepEqual(
      [crash?.when.threshold, crash?.for.value, crash?.severity, crash?.to],
      [0.02, 1_800_000, "high", ["slack"]],
    );
    assert.equal(sentry?.traces, 0.1);
  });

  it("says FlakeGuard's seed job, sticky sessions and scaling by queue", () => {
    const { jobs, parts } = product("flakeguard");
    assert.deepEqual([jobs.seed?.once, jobs.seed?.command], [true, ["pnpm", "seed", "test"]]);
    const { api, worker } = parts;
    assert.ok(api?.kind === "api" && api.sticky);
    assert.deepEqual(worker?.scale.queue, { redis: "bull:analysis:wait", depth: 20 });
  });

  it("says the template's two clouds, read pool and limit of 100 in 15 minutes", () => {
    const { clusters, postgres, routes } = product("templated");
    assert.deepEqual(
      Object.values(clusters).map(({ cloud, role }) => [cloud, role]),
      [
        ["eks", "primary"],
        ["gke", "standby"],
      ],
    );
    assert.ok(postgres?.mode === "operator" && postgres.pooler?.reads);
    assert.deepEqual([routes[0]?.limit?.rate.count, routes[0]?.limit?.rate.per], [100, 900_000]);
  });

  it("says knitter's vector extension, evicting cache and key of 32 bytes", () => {
    const { postgres, redis, secrets } = product("knitter");
    assert.ok(postgres?.mode === "operator" && redis?.mode === "managed");
    assert.deepEqual(postgres.extensions, ["vector", "pg_stat_statements"]);
    assert.deepEqual([redis.role, redis.eviction, redis.persist], ["cache", "allkeys-lru", true]);
    assert.deepEqual(secrets.ENCRYPTION_KEY, { kind: "generated", length: 32, format: "base64" });
  });

  it("says CodeRenew's auth limit, large uploads, pools per process and copies off site", () => {
    const { parts, postgres, routes } = product("coderenew");
    assert.deepEqual(parts.backend?.pool, { size: 5, overflow: 10, processes: 4 });
    const auth = routes.find(({ path }) => path === "/api/v*/auth");
    assert.deepEqual([auth?.limit?.rate.text, auth?.limit?.burst], ["5/m", 5]);
    const uploads = routes.find(({ path }) => path === "/uploads");
    assert.deepEqual([uploads?.body.value, uploads?.timeout.value], [50 * 1024 ** 2, 300_000]);
    assert.ok(postgres?.mode === "operator");
    assert.deepEqual([postgres.backup?.keep.days, postgres.backup?.offsite?.keep.days], [30, 90]);
  });

  it("reads the design's own example", () => {
    const { parts, postgres, redis, routes, targets, alerts } = settingsOf(SHOP);
    assert.deepEqual(Object.keys(parts), ["api", "web", "worker"]);
    assert.ok(postgres?.mode === "operator" && redis?.mode === "managed");
    assert.deepEqual([postgres.instances, postgres.memory.text, postgres.database], [3, "4Gi", "shop"]);
    assert.deepEqual([redis.eviction, redis.persist, redis.storage.text], ["noeviction", true, "1Gi"]);
    assert.deepEqual(
      routes.map(({ timeout }) => timeout.value),
      [30_000, 300_000, 30_000],
    );
    assert.equal(targets.availability.value, 0.999);
    assert.deepEqual(alerts.channels.pagerduty, { kind: "pagerduty", key: "PAGERDUTY_ROUTING_KEY" });
  });

  it("gives the same settings whatever the order of keys in the file", () => {
    const reversed = settingsOf(
      SHOP.replace("api:    {kind: api,", "api:    {port: 8000, kind: api,").replace(
        ", port: 8000, scale",
        ", scale",
      ),
    );
    assert.equal(JSON.stringify(reversed), JSON.stringify(settingsOf(SHOP)));
  });

  it("is careful by tier where nothing is said", () => {
    const smallest = (tier: string) =>
      settingsOf(
        changed(
          { tier, access: { public: true }, "alerts.critical": "pagerduty" },
          `config:
  slipway:product: my-shop
  slipway:clusters: {main: {context: c}}
  slipway:hosts: {app: shop.example.com}
  slipway:parts: {app: {kind: web, image: "ghcr.io/acme/shop:1.0.0@sha256:${"0".repeat(64)}", port: 8080}}
  slipway:routes: [{host: app, to: app}]
  slipway:secrets: {PAGERDUTY_ROUTING_KEY: {secure: "v1:a:b"}}
`,
        ),
      );
    const of = ({ parts, protect, monitoring, namespace }: Settings) => [
      parts.app?.scale.min,
      protect,
      monitoring.enabled,
      namespace,
    ];
    assert.deepEqual(of(smallest("local")), [1, false, false, "my-shop"]);
    assert.deepEqual(of(smallest("staging")), [2, true, true, "my-shop"]);
    assert.deepEqual(of(smallest("production")), [2, true, true, "my-shop"]);
  });

  it("never carries a secret's value in the settings", () => {
    assert.ok(!JSON.stringify(settingsOf(SHOP)).includes("v1:AAAA:BBBB"));
  });
});
