import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Monitoring, type MonitoringArgs } from "../../components/monitoring";
import type { Rule } from "../../components/monitoring/rules";
import type { Graph, Json } from "../../components/testing";
import { SIGNALS, stackDefaults, type Alerts } from "../../config";
import { parseCondition } from "../../config/condition";
import { inSpace, time, nameOf } from "../helpers/product";

const WATCHED = {
  counter: "requests_total",
  histogram: "request_seconds",
  postgres: "postgres",
  redis: "redis",
  requests: { api: 'router=~"api"' },
};
const alertsOf = (said: Partial<Alerts>): Alerts => ({ ...stackDefaults().alerts, ...said });
const monitoring = (args: Partial<MonitoringArgs> = {}) =>
  inSpace(
    (space) =>
      new Monitoring("monitoring", {
        alerts: alertsOf({}),
        labels: {},
        parts: ["api", "worker"],
        secret: (name) => ({ value: pulumi.output(`secret of ${name}`) }),
        space,
        targets: { ...stackDefaults().targets, rpo: time("15m") },
        watched: WATCHED,
        ...args,
      }),
    { monitoring: "watch" },
  );
const rulesOf = (graph: Graph) =>
  (graph.named("eu-monitoring-rules").inputs.spec.groups as { name: string; rules: Rule[] }[]).flatMap(
    ({ rules }) => rules,
  );
const named = (graph: Graph, alert: string, part?: string) =>
  rulesOf(graph).filter((rule) => rule.alert === alert && (part === undefined || rule.labels.part === part));

describe("Monitoring's alerts", () => {
  it("follow from the targets: availability by burn rate, over a long and a short window", async () => {
    const burns = named(await monitoring(), "ErrorBudgetBurns");
    assert.deepEqual(
      burns.map(({ labels }) => labels.severity),
      ["critical", "high", "medium"],
    );
    // 99.5 % leaves 0.5 %, and 14.4 times that is 7.2 %.
    assert.match(burns[0]?.expr ?? "", /\[1h\]\)\)\) > 0\.072 and .*\[5m\]\)\)\) > 0\.072$/);
  });

  it("follow from the targets: errors and latency, of a part's own before the product's", async () => {
    const graph = await monitoring({ partTargets: { api: { p95: time("2s") } } });
    assert.match(
      named(graph, "LatencyAboveTarget")[0]?.expr ?? "",
      /histogram_quantile\(0\.95, .*router=~"api".* > 2$/,
    );
    assert.match(named(graph, "ErrorsAboveTarget")[0]?.expr ?? "", /> 0\.01$/);
  });

  it("watch the pods of every part, and requests of those that get any", async () => {
    const graph = await monitoring();
    for (const alert of ["KeepsRestarting", "MemoryNearLimit", "CpuAtLimit", "NoReplicaAvailable"]) {
      assert.deepEqual(
        named(graph, alert).map(({ labels }) => labels.part),
        ["api", "worker"],
        alert,
      );
    }
    assert.deepEqual(
      [...new Set(named(graph, "ErrorBudgetBurns").map(({ labels }) => labels.part))],
      ["api"],
    );
  });

  it("watch backups by their schedule, and the archive by the RPO, where there are backups", async () => {
    const graph = await monitoring({ backupEvery: 6 * 3600e3 });
    assert.match(named(graph, "BackupTooOld")[0]?.expr ?? "", /> 32400$/);
    assert.match(named(graph, "ArchiveBehind")[0]?.expr ?? "", /> 900$/);
    assert.equal(named(await monitoring(), "BackupTooOld").length, 0);
  });

  it("watch no store that is not there", async () => {
    const graph = await monitoring({ watched: { ...WATCHED, postgres: undefined, redis: undefined } });
    for (const { labels } of rulesOf(graph)) assert.ok(!["postgres", "redis"].includes(labels.part ?? ""));
  });

  it("carry namespace, part, product and severity, by which they are routed, and a runbook where there is one", async () => {
    const graph = await monitoring({ alerts: alertsOf({ runbook: "https://runbooks.example.com/shop" }) });
    for (const { alert, annotations, labels } of rulesOf(graph)) {
      assert.equal(labels.namespace, "shop", alert);
      assert.equal(labels.product, "shop", alert);
      assert.ok(labels.part !== undefined && labels.severity !== undefined, alert);
      assert.equal(annotations.runbook_url, `https://runbooks.example.com/shop#${alert.toLowerCase()}`);
    }
  });

  for (const signal of Object.keys(SIGNALS)) {
    it(`can be about ${signal}`, async () => {
      const unit = SIGNALS[signal as keyof typeof SIGNALS].unit as string;
      const number = { bytes: "1Mi", count: "3", duration: "5m", percent: "1%" }[unit] ?? "";
      const when = parseCondition(`${signal} > ${number}`);
      assert.ok(when);
      const graph = await monitoring({
        alerts: alertsOf({ rules: { Mine: { for: time("5m"), severity: "low", when } } }),
        backupEvery: 3600e3,
      });
      const [mine, ...more] = named(graph, "Mine");
      assert.deepEqual(more, []);
      assert.match(mine?.expr ?? "", /\) > [\d.]+$/);
      assert.equal(mine?.for, "5m");
    });
  }

  it("can be about a metric of the product's own", async () => {
    const when = parseCondition("metric app_crash_rate > 2%");
    assert.ok(when);
    const graph = await monitoring({
      alerts: alertsOf({ rules: { Mine: { for: time("5m"), severity: "low", when } } }),
    });
    assert.equal(named(graph, "Mine")[0]?.expr, 'max(app_crash_rate{namespace="shop"}) > 0.02');
  });

  it("compare a histogram of the product's own by its 95 of 100, in its own unit, and a counter by its rate", async () => {
    const own = (
      metric: string,
      kind: "counter" | "histogram",
      unit: "count" | "milliseconds" | "seconds",
    ) => ({
      by: [],
      kind,
      metric,
      title: metric,
      unit,
    });
    const business = [
      own("took_seconds", "histogram", "seconds"),
      own("took_ms", "histogram", "milliseconds"),
      own("failed_total", "counter", "count"),
    ];
    const conditions = ["took_seconds > 500ms", "took_ms > 500ms", "failed_total > 2"];
    const rules = Object.fromEntries(
      conditions.map((text, index) => {
        const when = parseCondition(`metric ${text}`);
        assert.ok(when);
        return [`Mine${index}`, { for: time("5m"), severity: "low" as const, when }];
      }),
    );
    const graph = await monitoring({ alerts: alertsOf({ rules }), business });
    const quantile = (name: string) =>
      `histogram_quantile(0.95, sum by (le) (rate(${name}_bucket{namespace="shop"}[5m])))`;
    assert.deepEqual(
      conditions.map((_, index) => named(graph, `Mine${index}`)[0]?.expr),
      [
        `${quantile("took_seconds")} > 0.5`,
        `${quantile("took_ms")} > 500`,
        'sum (rate(failed_total{namespace="shop"}[5m])) > 2',
      ],
    );
  });

  it("carry the labels the cluster's Prometheus looks for", async () => {
    const graph = await monitoring({ labels: { release: "prometheus" } });
    assert.equal(graph.named("eu-monitoring-rules").inputs.metadata.labels.release, "prometheus");
  });
});

describe("Monitoring's routes", () => {
  const EMAIL: Alerts["channels"][string] = {
    from: "alerts@example.com",
    kind: "email",
    password: "SMTP_PASSWORD",
    server: "smtp.example.com:587",
    to: ["a@example.com", "b@example.com"],
    username: "alerts",
  };
  const routed = () =>
    monitoring({
      alerts: alertsOf({
        channels: { hook: { kind: "webhook", url: "HOOK_URL" }, team: EMAIL },
        critical: ["pagerduty", "slack"],
        high: ["slack"],
        medium: ["team"],
        low: ["hook"],
        mute: [
          { days: ["sun"], from: "22:00", name: "Sundays", severities: ["medium"], to: "04:00", zone: "UTC" },
        ],
      }),
    });

  it("send each severity to its channels, and go on to the next", async () => {
    const { route } = (await routed()).named("eu-monitoring-routing").inputs.spec;
    const routes = (route.routes as Json[]).map(({ continue: goesOn, matchers, receiver }) => [
      matchers[0].value,
      receiver,
      goesOn,
    ]);
    assert.deepEqual(routes, [
      ["critical", "pagerduty", true],
      ["critical", "slack", true],
      ["high", "slack", true],
      ["medium", "team", true],
      ["low", "hook", true],
    ]);
    assert.equal(route.receiver, "nobody");
    assert.equal(route.repeatInterval, "4h");
  });

  it("read their secrets from a Secret, never from their own text", async () => {
    const graph = await routed();
    const held = graph.named("eu-monitoring-channels");
    assert.deepEqual(held.secrets, ["stringData"]);
    const name = nameOf(held);
    const routing = graph.named("eu-monitoring-routing").inputs;
    assert.ok(!JSON.stringify(routing).includes("secret of"));
    const receivers = Object.fromEntries(
      (routing.spec.receivers as Json[]).map((one) => [one.name as string, one]),
    );
    assert.deepEqual(receivers.pagerduty?.pagerdutyConfigs[0].routingKey, {
      key: "PAGERDUTY_ROUTING_KEY",
      name,
    });
    assert.deepEqual(receivers.slack?.slackConfigs[0].apiURL, { key: "SLACK_WEBHOOK_URL", name });
    assert.deepEqual(receivers.team?.emailConfigs[0].authPassword, { key: "SMTP_PASSWORD", name });
    assert.equal(receivers.team.emailConfigs[0].to, "a@example.com, b@example.com");
    assert.deepEqual(receivers.hook?.webhookConfigs[0].urlSecret, { key: "HOOK_URL", name });
  });

  it("stay silent when told to, also over midnight", async () => {
    const { muteTimeIntervals, route } = (await routed()).named("eu-monitoring-routing").inputs.spec;
    assert.deepEqual(muteTimeIntervals[0].timeIntervals, [
      { times: [{ endTime: "24:00", startTime: "22:00" }], weekdays: ["sunday"] },
      { times: [{ endTime: "04:00", startTime: "00:00" }], weekdays: ["sunday"] },
    ]);
    const muted = (route.routes as Json[]).filter((one) => one.muteTimeIntervals !== undefined);
    assert.deepEqual(
      muted.map(({ receiver }) => receiver as string),
      ["team"],
    );
  });

  it("are not made where nobody is to hear", async () => {
    assert.ok(!(await monitoring()).names().includes("eu-monitoring-routing"));
  });

  it("refuse a channel that is not there, and silence in another time zone", async () => {
    await assert.rejects(
      monitoring({ alerts: alertsOf({ high: ["nowhere"] }) }),
      /alerts: no channel "nowhere"/,
    );
    const mute = [
      { from: "02:00", name: "Night", severities: ["low" as const], to: "04:00", zone: "Europe/Berlin" },
    ];
    await assert.rejects(
      monitoring({ alerts: alertsOf({ mute }) }),
      /alerts.mute: Night: .* give its times in UTC/,
    );
  });
});

describe("Monitoring's dashboards", () => {
  const BUSINESS = [
    { by: ["shape"], kind: "counter", metric: "patterns_total", title: "Patterns", unit: "count" },
    { by: [], kind: "histogram", metric: "job_seconds", title: "Jobs", unit: "seconds" },
  ] as const;

  it("are Overview, Infrastructure and Business, where Grafana's sidecar finds them", async () => {
    const graph = await monitoring({ business: BUSINESS });
    for (const name of ["overview", "infrastructure", "business"]) {
      const { data, metadata } = graph.named(`eu-monitoring-dashboard-${name}`).inputs;
      assert.equal(metadata.labels.grafana_dashboard, "1");
      const dashboard = JSON.parse(data[`shop-${name}.json`] as string) as {
        panels: { targets: { expr: string }[] }[];
      };
      assert.ok(dashboard.panels.length > 0);
      for (const { targets } of dashboard.panels) for (const { expr } of targets) assert.ok(expr.length > 0);
    }
  });

  it("show the product's own metrics split as asked", async () => {
    const { data } = (await monitoring({ business: BUSINESS })).named(
      "eu-monitoring-dashboard-business",
    ).inputs;
    const text = data["shop-business.json"] as string;
    assert.match(text, /sum by \(shape\) \(rate\(patterns_total/);
    assert.match(text, /histogram_quantile\(0\.95, sum by \(le\) \(rate\(job_seconds_bucket/);
  });

  it("are not made without anything to show, or when not wanted", async () => {
    assert.ok(!(await monitoring()).names().includes("eu-monitoring-dashboard-business"));
    const none = await monitoring({ dashboards: false });
    assert.ok(!none.names().some((name) => name.includes("dashboard")));
  });
});
