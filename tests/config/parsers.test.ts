import assert from "node:assert/strict";
import fc from "fast-check";
import { parseBucket } from "../../config/bucket";
import { parseCondition } from "../../config/condition";
import { parseImage } from "../../config/image";
import { parseSchedule } from "../../config/schedule";
import { DIGEST } from "./stacks";

const HOUR = 3600e3;

describe("images", () => {
  it("takes references apart as container runtimes do", () => {
    const references: [string, string, string, string | undefined, string | undefined][] = [
      ["redis", "docker.io", "library/redis", undefined, undefined],
      ["redis:7-alpine", "docker.io", "library/redis", "7-alpine", undefined],
      ["slipway/demo-api:dev", "docker.io", "slipway/demo-api", "dev", undefined],
      [`ghcr.io/acme/api:2.3.1@${DIGEST}`, "ghcr.io", "acme/api", "2.3.1", DIGEST],
      [`ghcr.io/acme/api@${DIGEST}`, "ghcr.io", "acme/api", undefined, DIGEST],
      ["localhost:5000/api:1", "localhost:5000", "api", "1", undefined],
      ["localhost/api", "localhost", "api", undefined, undefined],
      ["r.example.com:443/a/b/c", "r.example.com:443", "a/b/c", undefined, undefined],
    ];
    for (const [text, registry, repository, tag, digest] of references) {
      assert.deepEqual(parseImage(text), { text, registry, repository, tag, digest });
    }
  });

  it("refuses what no registry has", () => {
    const wrong = [
      "",
      "A/b",
      "a b",
      "a:",
      "a@sha256:1",
      "a/",
      "/a",
      "a//b",
      "http://a/b",
      `a@${DIGEST}@${DIGEST}`,
      "a:b:c",
      "a:-x",
    ];
    for (const text of wrong) assert.equal(parseImage(text), undefined, text);
  });
});

describe("schedules", () => {
  it("know the longest time between two runs", () => {
    const schedules: [string, string, number][] = [
      ["15m", "*/15 * * * *", HOUR / 4],
      ["1h", "0 * * * *", HOUR],
      ["6h", "0 */6 * * *", 6 * HOUR],
      ["1d", "0 2 * * *", 24 * HOUR],
      ["7d", "0 2 * * 0", 168 * HOUR],
      ["daily", "0 2 * * *", 24 * HOUR],
      ["monthly", "0 2 1 * *", 31 * 24 * HOUR],
      ["quarterly", "0 2 1 1,4,7,10 *", 92 * 24 * HOUR],
      ["0 2 * * 1-5", "0 2 * * 1-5", 72 * HOUR],
      ["0  3   * * *", "0 3 * * *", 24 * HOUR],
    ];
    for (const [text, cron, longestGap] of schedules)
      assert.deepEqual(parseSchedule(text), { text, cron, longestGap }, text);
  });

  it("say of a usual one what its cron says", () => {
    const intervals = ["1m", "5m", "15m", "30m", "1h", "2h", "6h", "12h", "1d", "7d"];
    for (const text of ["hourly", "daily", "weekly", "monthly", "quarterly", ...intervals]) {
      const usual = parseSchedule(text);
      assert.equal(usual?.longestGap, parseSchedule(usual?.cron ?? "")?.longestGap, text);
    }
  });

  it("refuses what cron cannot keep evenly, and what is none", () => {
    for (const text of [
      "7h",
      "90m",
      "45m",
      "30s",
      "3d",
      "",
      "0 2 32 * *",
      "0 2 * *",
      "* * * * * *",
      "never",
      "0 0 30 2 *",
    ]) {
      assert.equal(parseSchedule(text), undefined, text);
    }
  });
});

describe("buckets", () => {
  it("are taken apart", () => {
    assert.deepEqual(parseBucket("s3://shop-backups/a/b/"), {
      text: "s3://shop-backups/a/b/",
      provider: "s3",
      name: "shop-backups",
      account: undefined,
      prefix: "a/b",
    });
    assert.equal(parseBucket("gs://shop")?.provider, "gcs");
    const azure = parseBucket("azure://shopaccount/backups/pg");
    assert.deepEqual([azure?.account, azure?.name, azure?.prefix], ["shopaccount", "backups", "pg"]);
  });

  it("refuses what no vendor has", () => {
    for (const text of [
      "shop",
      "s3://",
      "s3://A",
      "ftp://shop",
      "s3://a/../b",
      "azure://backups",
      "s3://shop?x=1",
      "s3:///x",
    ]) {
      assert.equal(parseBucket(text), undefined, text);
    }
  });
});

describe("conditions", () => {
  it("are a signal, a comparison and a number in the signal's unit", () => {
    const conditions: [string, string, string, number][] = [
      ["errors > 1%", "errors", ">", 0.01],
      ["p95 > 500ms", "p95", ">", 0.5],
      ["uptime < 99.5%", "uptime", "<", 0.995],
      ["queue-depth >= 1000", "queue-depth", ">=", 1000],
      ["certificate-expiry<14d", "certificate-expiry", "<", 1_209_600],
      ["metric app_crash_rate > 2%", "metric", ">", 0.02],
    ];
    for (const [text, signal, comparison, threshold] of conditions) {
      const parsed = parseCondition(text);
      assert.deepEqual(
        [parsed?.signal, parsed?.comparison, parsed?.threshold],
        [signal, comparison, threshold],
        text,
      );
    }
    assert.equal(parseCondition("metric app_crash_rate > 2%")?.metric, "app_crash_rate");
  });

  it("refuses other units, other signals and PromQL", () => {
    const wrong = [
      "errors > 5",
      "p95 > 5%",
      "p95 > 500",
      "latency > 1s",
      "errors",
      "> 1%",
      "rate(x[5m]) > 1",
      "errors == 1%",
      "toString > 1",
      "metric > 1",
      "",
    ];
    for (const text of wrong) assert.equal(parseCondition(text), undefined, text);
  });

  it("never throws, whatever it reads", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const parse of [parseCondition, parseBucket, parseSchedule, parseImage]) parse(text);
      }),
    );
  });
});
