/** `slipway status`, asked of a real Prometheus that runs the production stack's own rules. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { checkout } from "../../../toolchain/lib/paths";
import { run } from "../../../toolchain/lib/run";
import { at, inside } from "../../../tools/status/prometheus";
import { eventually, freePort } from "../../helpers/services";
import { type Reading, startReading } from "./readings";

const ROUTER = 'router="httproute-demo-ingress-api-all-gw-ingress-ep-https-0-ab12"';
const bucket = (le: string) =>
  `traefik_router_request_duration_seconds_bucket{${ROUTER},code="200",le="${le}"}`;
const API = 'namespace="demo",pod="api-6f9c7d5b8-x2x4z",container="api"';

/** Ten requests a second, 2 in 100 fail, all within 100 ms; a queue that throws jobs away; half of the memory in use. */
const numbers = (seconds: number) => ({
  [`traefik_router_requests_total{${ROUTER},code="200"}`]: 9.8 * seconds,
  [`traefik_router_requests_total{${ROUTER},code="500"}`]: 0.2 * seconds,
  [bucket("0.1")]: 10 * seconds,
  [bucket("+Inf")]: 10 * seconds,
  'kube_deployment_status_replicas_available{namespace="demo",deployment="api"}': 2,
  'kube_deployment_spec_replicas{namespace="demo",deployment="api"}': 3,
  [`container_memory_working_set_bytes{${API}}`]: 256,
  [`kube_pod_container_resource_limits{${API},resource="memory"}`]: 512,
  'cnpg_collector_up{namespace="demo",pod="postgres-1"}': 1,
  'cnpg_backends_total{namespace="demo",pod="postgres-1"}': 30,
  'cnpg_pg_settings_setting{namespace="demo",pod="postgres-1",name="max_connections"}': 123, // three of them are kept for the superuser
  'redis_up{namespace="demo",pod="redis-0"}': 1,
  'redis_evicted_keys_total{namespace="demo",pod="redis-0"}': seconds,
  // Somebody else's product on the same cluster.
  'redis_evicted_keys_total{namespace="other",pod="redis-0"}': seconds,
});

describe("slipway status", function () {
  this.timeout(120_000);
  let reading: Reading;
  let folder = "";

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "slipway-status-"));
    reading = await startReading(numbers);
    await eventually(
      "the rules have worked everything out and the alert rings",
      async () => {
        const prometheus = at(reading.url);
        const budget = await prometheus.now('slipway:errors:budget_left{route="api-all"} < 0');
        return budget.length > 0 && (await prometheus.ringing()).length > 0;
      },
      { seconds: 60 },
    );
  });
  after(async () => {
    await reading.stop();
    rmSync(folder, { recursive: true });
  });

  const slipway = (...words: string[]) =>
    run(
      process.execPath,
      [
        "-r",
        "ts-node/register/transpile-only",
        join(checkout, "tools/main.ts"),
        "status",
        "production",
        ...words,
      ],
      { allowFailure: true, cwd: checkout },
    );

  it("says what rings, how routes keep their promises, how parts and stores do; exit 4 when it is critical", async () => {
    const { code, stderr, stdout } = await slipway("--prometheus", reading.url);
    assert.equal(stderr, "");
    assert.equal(code, 4);
    assert.match(stdout, /^demo, stack production, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/m);
    assert.match(stdout, /^ {2}critical +The queue in Redis loses jobs +QueueEvicts +\S.*!$/m);
    assert.match(
      stdout,
      /^ {2}api-all +api +-\d+(\.\d+)? % +98 % +99\.9 % +\S+\/s +2 % +\d+ ms +200 ms {2}!$/m,
    );
    assert.match(stdout, /^ {2}api +2 of 3 +– +50 % +– {2}!$/m);
    assert.match(stdout, /^ {2}connections +25 % +Postgres connections in use/m);
    assert.doesNotMatch(stdout, /other/);
  });

  it("says the same to machines", async () => {
    const { stdout } = await slipway("--prometheus", reading.url, "--json");
    const { alerts, routes } = JSON.parse(stdout) as {
      alerts: { name: string; severity: string }[];
      routes: { route: string; availability?: number; plots: { requests: [number, number][] } }[];
    };
    assert.deepEqual(
      alerts.filter(({ severity }) => severity === "critical").map(({ name }) => name),
      ["QueueEvicts"],
    );
    const all = routes.find(({ route }) => route === "api-all");
    assert.ok(Math.abs((all?.availability ?? 0) - 0.98) < 0.001);
    // A route that nobody has asked is there, without numbers.
    assert.ok(routes.some(({ availability, route }) => route === "api-upload" && availability === undefined));
  });

  it("finds the cluster's own Prometheus by way of its API", async () => {
    // A kubectl that answers as the API server's proxy would.
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const script = `#!/usr/bin/env node
      const [flag, context, get, raw, path] = process.argv.slice(2);
      const proxy = "/api/v1/namespaces/slipway-monitoring/services/http:prometheus-operated:9090/proxy";
      if ([flag, context, get, raw].join(" ") !== "--context production get --raw" || !path.startsWith(proxy)) {
        console.error("Error from server (NotFound): " + process.argv.slice(2).join(" "));
        process.exit(1);
      }
      fetch(${JSON.stringify(reading.url)} + path.slice(proxy.length)).then((a) => a.text()).then((t) => process.stdout.write(t));`;
    writeFileSync(join(bin, "kubectl"), script);
    chmodSync(join(bin, "kubectl"), 0o755);
    const env = { PATH: `${bin}:${process.env.PATH ?? ""}` };
    const found = await inside(env, "production").now('slipway:promised:availability{route="api-all"}');
    assert.deepEqual(
      found.map(({ value }) => value),
      [0.999],
    );
    await assert.rejects(
      inside(env, "elsewhere").now("up"),
      /Prometheus in slipway-monitoring of elsewhere does not answer: .*NotFound/,
    );
  });

  it("says what to do where nobody answers, or not Prometheus", async () => {
    const nobody = await slipway("--prometheus", `http://127.0.0.1:${await freePort()}`);
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /^slipway: 127\.0\.0\.1:\d+ does not answer: /);
    assert.match(nobody.stderr, /next: say where Prometheus is: --prometheus/);
    const other = createServer((_, response) => response.end("<html>hello</html>")).listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await assert.rejects(at(address).now("up"), /does not answer as Prometheus does/);
    other.closeAllConnections();
    other.close();
    assert.throws(() => at("prometheus"), /--prometheus: "prometheus" is no address/);
  });

  describe("as a page", () => {
    let browser: Browser;
    before(async () => {
      browser = await chromium.launch({
        executablePath: "/usr/bin/chromium",
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
        ],
      });
    });
    after(() => browser.close());

    it("has the same numbers and its plots, stands alone, and fits a telephone", async () => {
      const file = join(folder, "status.html");
      await slipway("--prometheus", reading.url, "--html", file);
      assert.doesNotMatch(readFileSync(file, "utf8"), /<script|https?:\/\/(?!www\.w3\.org)/);
      const pictures = join(checkout, "artefacts", "status");
      mkdirSync(pictures, { recursive: true });
      for (const [width, scheme] of [
        [1200, "light"],
        [390, "dark"],
      ] as const) {
        const page = await browser.newPage({ colorScheme: scheme, viewport: { height: 900, width } });
        const asked: string[] = [];
        page.on("request", (request) => asked.push(request.url()));
        await page.goto(`file://${file}`);
        await page.screenshot({ fullPage: true, path: join(pictures, `${width}.png`) });
        assert.deepEqual(asked, [`file://${file}`]);
        assert.match(await page.innerText("body"), /The queue in Redis loses jobs/);
        assert.equal(await page.locator("td.bad", { hasText: "2 of 3" }).count(), 1);
        assert.ok((await page.locator('svg[aria-label^="api-all: requests, now "]').count()) === 1);
        const wide = await page.evaluate("document.documentElement.scrollWidth");
        assert.ok(Number(wide) <= width, `${String(wide)} pixels wide on a screen of ${width}`);
        await page.close();
      }
    });
  });
});
