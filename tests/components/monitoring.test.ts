import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Monitoring, type MonitoringArgs } from "../../components/monitoring";
import type { AlertRule, Rule } from "../../components/monitoring/rules/rule";
import type { Graph, Json } from "../../components/testing";
import { SIGNALS, stackDefaults, type Alerts } from "../../config";
import { parseCondition } from "../../config/condition";
import { inSpace, time, nameOf } from "../helpers/product";
import { SHOP } from "./monitoring/shop";

const alertsOf = (said: Partial<Alerts>): Alerts => ({ ...stackDefaults().alerts, ...said });
const monitoring = (args: Partial<MonitoringArgs> = {}) =>
  inSpace(
    (space) =>
      new Monitoring("monitoring", {
        alerts: alertsOf({}),
        labels: {},
        copies: SHOP.copies,
        jobs: SHOP.jobs,
        parts: SHOP.parts,
        postgres: SHOP.postgres,
        redisRole: SHOP.redisRole,
        routes: SHOP.routes,
        secret: (name) => ({ value: pulumi.output(`secret of ${name}`) }),
        space,
        targets: SHOP.targets,
        watched: SHOP.watched,
        ...args,
      }),
    { monitoring: "watch" },
  );
const rulesOf = (graph: Graph) =>
  (graph.named("eu-monitoring-rules").inputs.spec.groups as { name: string; rules: Rule[] }[]).flatMap(
    ({ rules }) => rules.filter((rule): rule is AlertRule => "alert" in rule),
  );
const named = (graph: Graph, alert: string, part?: string) =>
  rulesOf(graph).filter((rule) => rule.alert === alert && (part === undefined || rule.labels.part === part));

describe("Monitoring's alerts", () => {
  it("follow from the targets: the faster a route's budget goes, the worse", async () => {
    const burns = named(await monitoring(), "ErrorBudgetBurns", "api").slice(0, 3);
    assert.deepEqual(
      burns.map(({ expr, labels }) => [labels.severity, labels.window, / > ([\d.]+) and/.exec(expr)?.[1]]),
      // 99.9 % leaves 0.1 %, and 14.4 times that is 1.44 %.
      [
        ["critical", "1h", "0.0144"],
        ["high", "6h", "0.006"],
        ["medium", "3d", "0.001"],
      ],
    );
  });

  it("ask of a route what it promises, and nothing of the time a stream takes", async () => {
    const route = SHOP.routes["api-all"];
    assert.ok(route);
    const upload = { ...route, targets: { ...route.targets, p95: time("30s") } };
    const graph = await monitoring({ routes: { ...SHOP.routes, "api-upload": upload } });
    const slow = (name: string) =>
      named(graph, "LatencyBudgetBurns").filter(({ labels }) => labels.route === name);
    assert.match(slow("api-all")[0]?.expr ?? "", /\)\) > 0\.2 and/);
    assert.match(slow("api-upload")[0]?.expr ?? "", /\)\) > 30 and/);
    assert.deepEqual(slow("api-events"), []);
  });

  it("watch the pods of every part", async () => {
    const graph = await monitoring();
    for (const alert of ["KeepsRestarting", "MemoryNearLimit", "CpuAtLimit", "NoReplicaAvailable"]) {
      assert.deepEqual(
        named(graph, alert).map(({ labels }) => labels.part),
        ["api", "worker"],
        alert,
      );
    }
  });

  it("watch only what there is", async () => {
    const all = rulesOf(await monitoring()).map(({ alert }) => alert);
    const few = new Set(
      rulesOf(
        await monitoring({
          copies: {},
          jobs: {},
          parts: { api: { migrates: false, needs: [], scale: { max: 2, min: 2 }, scraped: false } },
          postgres: undefined,
          redisRole: undefined,
          routes: {},
          targets: stackDefaults().targets,
          watched: { ...SHOP.watched, postgres: undefined, redis: undefined },
        }),
      ).map(({ alert }) => alert),
    );
    assert.deepEqual([...new Set(all.filter((one) => !few.has(one)))].sort(), [
      "ArchiveBehind",
      "ArchiveFails",
      "AtCeiling",
      "BackupFailed",
      "BackupMissing",
      "BackupTooOld",
      "ConnectionsNearlyUsedUp",
      "ConnectionsUsedUp",
      "CopyFailed",
      "CopyLate",
      "DrillFailed",
      "DrillTooOld",
      "ErrorBudgetBurns",
      "ErrorsAboveTarget",
      "JobFailed",
      "JobLate",
      "LatencyBudgetBurns",
      "MetricsMissing",
      "MigrationFailed",
      "NamesSlow",
      "PoolWaits",
      "PostgresDown",
      "QueriesSlow",
      "QueueEvicts",
      "QueueStands",
      "QueueTooDeep",
      "QueueTooOld",
      "RedisDown",
      "RedisNearlyFull",
      "ReplicaBehind",
      "Unreachable",
    ]);
  });

  it("say of what part they are, in words, and where to read on", async () => {
    for (const runbook of [undefined, "https://runbooks.example.com/shop"]) {
      for (const { alert, annotations, labels } of rulesOf(
        await monitoring({ alerts: alertsOf({ deadman: "DEADMAN_URL", runbook }) }),
      )) {
        const part = new RegExp(
          labels.part === "postgres" ? "database|Postgres|pool" : (labels.part ?? ""),
          "i",
        );
        assert.match(annotations.summary ?? "", part, alert);
        assert.ok((annotations.description ?? "").length > 20, alert);
        assert.equal(
          annotations.runbook_url ?? annotations.runbook,
          `${runbook === undefined ? "" : `${runbook}#`}${alert.toLowerCase()}`,
        );
      }
    }
  });

  it("carry namespace, part, product and severity, by which they are routed", async () => {
    for (const { alert, labels } of rulesOf(await monitoring())) {
      assert.equal(labels.namespace, "shop", alert);
      assert.equal(labels.product, "shop", alert);
      assert.ok(labels.part !== undefined && labels.severity !== undefined, alert);
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
      });
      const mine = named(graph, "Mine");
      assert.ok(mine.length > 0);
      for (const { expr, for: wait } of mine) {
        assert.match(expr, /\) > [\d.]+$/);
        // Uptime is asked of those five minutes already.
        assert.equal(wait, signal === "uptime" ? "0s" : "5m");
      }
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
  const routed = (more: Partial<Alerts> = {}) =>
    monitoring({
      alerts: alertsOf({
        ...more,
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
      { times: [{ endTime: "04:00", startTime: "00:00" }], weekdays: ["monday"] },
    ]);
    const muted = (route.routes as Json[]).filter((one) => one.muteTimeIntervals !== undefined);
    assert.deepEqual(
      muted.map(({ receiver }) => receiver as string),
      ["team"],
    );
  });

  it("escalate what lasts, and what its cause does not silence", async () => {
    const { route } = (await routed({ escalate: { after: time("15m"), to: ["pagerduty"] } })).named(
      "eu-monitoring-routing",
    ).inputs.spec;
    assert.deepEqual(
      (route.routes as Json[])
        .slice(0, 2)
        .map(({ groupWait, matchers, receiver }) => [groupWait, matchers[0].value, receiver]),
      [
        ["15m", "critical", "pagerduty"],
        ["15m", "high", "pagerduty"],
      ],
    );
  });

  it("give a sign of life each minute to whoever waits for it, and to nobody else", async () => {
    const { receivers, route } = (await routed({ deadman: "DEADMAN_URL" })).named("eu-monitoring-routing")
      .inputs.spec;
    const [first] = route.routes as Json[];
    assert.deepEqual(first, {
      groupInterval: "1m",
      groupWait: "0s",
      matchers: [{ matchType: "=", name: "alertname", value: "AlertingWorks" }],
      receiver: "Deadman",
      repeatInterval: "1m",
    });
    assert.equal((receivers as Json[]).at(-1)?.webhookConfigs[0].urlSecret.key, "DEADMAN_URL");
  });

  it("are not made where nobody is to hear", async () => {
    assert.ok(!(await monitoring()).names().includes("eu-monitoring-routing"));
  });

  it("refuse a channel that is not there", async () => {
    await assert.rejects(
      monitoring({ alerts: alertsOf({ high: ["nowhere"] }) }),
      /alerts: no channel "nowhere"/,
    );
  });
});

interface Drawn {
  readonly uid: string;
  readonly title: string;
  readonly annotations: { list: { name: string; expr: string }[] };
  readonly panels: readonly {
    title: string;
    type: string;
    fieldConfig: { defaults: { unit: string } };
    targets: { expr: string; refId: string }[];
  }[];
}

describe("Monitoring's dashboards", () => {
  const BUSINESS = [
    { by: ["shape"], kind: "counter", metric: "patterns_total", title: "Patterns", unit: "count" },
    { by: [], kind: "histogram", metric: "job_seconds", title: "Jobs", unit: "seconds" },
  ] as const;
  const drawn = (graph: Graph) =>
    Object.fromEntries(
      graph
        .names()
        .filter((name) => name.startsWith("eu-monitoring-dashboard-"))
        .map((name) => {
          const { data, metadata } = graph.named(name).inputs;
          assert.equal(metadata.labels.grafana_dashboard, "1");
          const [text] = Object.values(data as Record<string, string>);
          return [name.slice("eu-monitoring-dashboard-".length), JSON.parse(text ?? "") as Drawn];
        }),
    );

  it("are Overview, Infrastructure, Business, Postgres, Redis and one a part, where Grafana's sidecar finds them", async () => {
    const made = drawn(await monitoring({ business: BUSINESS }));
    assert.deepEqual(Object.keys(made).sort(), [
      "business",
      "infrastructure",
      "overview",
      "part-api",
      "part-worker",
      "postgres",
      "redis",
    ]);
    for (const { panels } of Object.values(made)) {
      assert.ok(panels.length > 0);
      for (const { targets } of panels) assert.ok(targets.every(({ expr }) => expr.length > 0));
    }
  });

  it("show what is left of each route's budget, and when there was a deploy", async () => {
    const { overview } = drawn(await monitoring());
    const budget = overview?.panels.find(({ title }) => title === "Error budget left");
    assert.deepEqual(
      budget?.targets.map(({ expr }) => expr),
      [
        'slipway:errors:budget_left{namespace="shop",route="api-all"}',
        'slipway:errors:budget_left{namespace="shop",route="api-events"}',
      ],
    );
    assert.equal(budget.type, "stat");
    assert.deepEqual(
      overview?.annotations.list.map(({ expr, name }) => [name, expr]),
      [["Deploys", 'kube_replicaset_created{namespace="shop"} * 1000']],
    );
  });

  it("show the product's own metrics split as asked", async () => {
    const { business } = drawn(await monitoring({ business: BUSINESS }));
    assert.deepEqual(
      business?.panels.map(({ fieldConfig, targets }) => [
        targets[0]?.expr.slice(0, 50),
        fieldConfig.defaults.unit,
      ]),
      [
        ['sum by (shape) (rate(patterns_total{namespace="sho', "reqps"],
        ["histogram_quantile(0.95, sum by (le) (rate(job_sec", "s"],
      ],
    );
  });

  it("are the same, letter for letter, each time they are made", async () => {
    const [one, other] = [await monitoring(), await monitoring()];
    for (const name of one.names().filter((each) => each.includes("dashboard")))
      assert.deepEqual(one.named(name).inputs, other.named(name).inputs);
  });

  it("have addresses that Grafana takes and no two share, however long a part's name", async () => {
    const long = "a".repeat(30);
    const parts = { [`${long}-one`]: SHOP.parts.api, [`${long}-two`]: SHOP.parts.api } as typeof SHOP.parts;
    const made = Object.values(drawn(await monitoring({ parts })));
    const uids = made.map(({ uid }) => uid);
    assert.equal(new Set(uids).size, uids.length);
    for (const uid of uids) assert.match(uid, /^[a-z0-9-]{1,40}$/);
  });

  it("are not made without anything to show, or when not wanted", async () => {
    assert.ok(!("business" in drawn(await monitoring())));
    assert.deepEqual(drawn(await monitoring({ dashboards: false })), {});
  });
});
