/** The demo product as the cluster's own Prometheus sees it: everything it is to read is read, every rule and every query answers. */
import assert from "node:assert/strict";
import { platform } from "../../config";
import { forward, type Forward } from "../../tools/lib/forward";
import { at } from "../../tools/status/prometheus";
import { run } from "../../toolchain/lib/run";
import { describeLive, kubectl } from "../helpers/live";
import { eventually } from "../helpers/services";

const { namespace } = platform.monitoring;
interface Rules {
  data: { groups: { rules: { health: string; lastError?: string; name: string }[] }[] };
}

interface Dashboard {
  panels: { targets: { expr: string; legendFormat: string }[]; title: string }[];
}

/** What a healthy product on an idle cluster has nothing to say of. */
const SILENT = [
  "Alerts that ring", // none does
  "Age of the last good drill", // none was held
  "Age of the newest backup", // the first is taken at night
];

describeLive("the watched demo", function () {
  this.timeout(240_000);
  let door: Forward;
  let prometheus: ReturnType<typeof at>;
  before(async () => {
    const words = ["--context", "slipway", "--namespace", namespace];
    // A hundred questions by kubectl would cost more than their answers.
    door = await forward(process.env as Record<string, string>, words, "prometheus-slipway-0", 9090);
    prometheus = at(door.url);
  });
  after(() => door.close());

  it("is read in full: each part, each store, each route from outside", async () => {
    const up = await eventually(
      "all targets of the demo are up",
      async () => {
        const found = await prometheus.now('up{namespace="demo"}');
        return found.length >= 12 && found.every(({ value }) => value === 1) && found;
      },
      { seconds: 180 },
    );
    const pods = up.flatMap(({ labels }) =>
      labels.pod === undefined ? [] : [labels.pod.replace(/-.*/, "")],
    );
    assert.deepEqual([...new Set(pods)].sort(), ["api", "postgres", "redis", "worker"]);
    const probes = await prometheus.now('probe_success{namespace="demo"}');
    assert.deepEqual(
      probes.map(({ labels, value }) => `${labels.route} ${value}`).sort(),
      ["all", "auth", "jobs-events", "slow", "stream", "upload", "ws"]
        .map((route) => `api-${route} 1`)
        .concat("app-all 1"),
    );
  });

  it("has rules that Prometheus works out without fault", async () => {
    const rules = await eventually(
      "every rule was worked out once",
      async () => {
        const { data } = (await (await fetch(`${door.url}/api/v1/rules`)).json()) as Rules;
        const all = data.groups.flatMap((group) => group.rules);
        return all.length > 50 && all.every(({ health }) => health !== "unknown") && all;
      },
      { seconds: 120 },
    );
    assert.deepEqual(
      rules.filter(({ health }) => health !== "ok").map(({ lastError, name }) => `${name}: ${lastError}`),
      [],
    );
  });

  it("has dashboards whose every query answers", async () => {
    const maps = JSON.parse(
      await kubectl(
        "--namespace=demo",
        "get",
        "configmaps",
        "--selector=grafana_dashboard=1",
        "--output=json",
      ),
    ) as { items: { data: Record<string, string> }[] };
    const panels = maps.items.flatMap(({ data }) =>
      Object.entries(data).flatMap(([file, text]) =>
        (JSON.parse(text) as Dashboard).panels.flatMap(({ targets, title }) =>
          targets.map(({ expr, legendFormat }) => ({
            expr,
            what: `${file}: ${title} (${legendFormat})`,
            title,
          })),
        ),
      ),
    );
    assert.ok(panels.length > 40, `only ${panels.length} queries`);
    let left = panels.filter(({ title }) => !SILENT.includes(title));
    await eventually(
      "every query answers",
      async () => {
        const silent: typeof left = [];
        for (const panel of left) {
          const found = await prometheus.now(panel.expr.replaceAll("$__rate_interval", "1m"));
          if (found.length === 0) silent.push(panel);
        }
        left = silent;
        return left.length === 0;
      },
      { detail: () => left.map(({ what }) => what).join("\n"), seconds: 150 },
    );
  });

  it("costs Prometheus at most 2,000 series, and the cluster at most 600 MiB", async () => {
    const [series] = await prometheus.now('count({namespace="demo"} or {router=~"httproute-demo-.+"})');
    assert.ok(series !== undefined, "no series of the demo");
    const used = (
      await run("kubectl", ["--context", "slipway", "--namespace", namespace, "top", "pods", "--no-headers"])
    ).stdout;
    const mebibytes = [...used.matchAll(/(\d+)Mi/g)].reduce((sum, [, value]) => sum + Number(value), 0);
    const said = `${series.value} series of 2000, ${mebibytes} MiB of 600`;
    process.stdout.write(`        ${said}\n`);
    assert.ok(series.value <= 2000 && mebibytes > 0 && mebibytes <= 600, said);
  });
});
