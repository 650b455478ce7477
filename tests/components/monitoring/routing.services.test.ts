/** Who hears of what, by Alertmanager itself: its checker, its router, and a real one with channels on this machine. */
import assert from "node:assert/strict";
import { causesOf } from "../../../components/monitoring/causes";
import { routing } from "../../../components/monitoring/routing";
import { type Alerts, stackDefaults } from "../../../config";
import { time } from "../../helpers/product";
import { eventually } from "../../helpers/services";
import { type Alertmanager, amtool, nativeConfig, startAlertmanager } from "./alertmanager";
import { Channels } from "./channels";
import { ownRule, SHOP } from "./shop";

const ALERTS: Alerts = {
  ...stackDefaults().alerts,
  channels: {
    hook: { kind: "webhook", url: "HOOK_URL" },
    team: {
      from: "alerts@example.com",
      kind: "email",
      password: "SMTP_PASSWORD",
      server: "smtp.example.com:587",
      to: ["a@example.com", "b@example.com"],
      username: "alerts",
    },
  },
  critical: ["pagerduty", "slack"],
  deadman: "DEADMAN_URL",
  escalate: { after: time("15m"), to: ["hook"] },
  high: ["slack"],
  medium: ["team"],
  mute: [
    {
      days: ["sun"],
      from: "22:00",
      name: "Sundays",
      severities: ["medium"],
      to: "04:00",
      zone: "Europe/Berlin",
    },
  ],
  rules: { Mine: { ...ownRule("errors > 1%", "5m", "high"), to: ["team"] } },
};
const CAUSES = causesOf({ ...SHOP, rules: ALERTS.rules });
const spec = (alerts = ALERTS) => routing(alerts, CAUSES, (key) => ({ key, secret: "channels" }));
const secretOf = (key: string) => (key.endsWith("_URL") ? `https://example.com/${key}` : `secret-${key}`);

describe("the routing, in Alertmanager's eyes", function () {
  this.timeout(60_000);
  const config = nativeConfig(spec(), "shop", secretOf);

  it("is without fault", async () => {
    const { code, stderr, stdout } = await amtool(config, (file) => ["check-config", file]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`- ${spec().inhibitRules.length} inhibit rules`));
    assert.match(stdout, /- 6 receivers/);
  });

  it("would not be with a receiver that is not there", async () => {
    const wrong = config.replace("receiver: slack", "receiver: slak");
    const { code, stderr, stdout } = await amtool(wrong, (file) => ["check-config", file]);
    assert.equal(code, 1);
    assert.match(`${stdout}${stderr}`, /slak/);
  });

  for (const [labels, expected] of [
    ["alertname=Any severity=critical", "hook,pagerduty,slack"],
    ["alertname=Any severity=high", "hook,slack"],
    ["alertname=Any severity=medium", "team"],
    ["alertname=Any severity=low", "nobody"],
    ["alertname=Mine severity=high", "hook,team"],
    ["alertname=AlertingWorks severity=none", "Deadman"],
  ] as const) {
    it(`sends ${labels} to ${expected}`, async () => {
      const { stdout } = await amtool(config, (file) => [
        "config",
        "routes",
        "test",
        `--config.file=${file}`,
        "namespace=shop",
        ...labels.split(" "),
      ]);
      assert.equal(stdout.trim(), expected);
    });
  }
});

describe("alerts at their channels", function () {
  this.timeout(60_000);
  let channels: Channels;
  let alertmanager: Alertmanager;

  before(async () => {
    channels = await Channels.open();
    const own: Readonly<Record<string, string>> = {
      DEADMAN_URL: channels.url("deadman"),
      HOOK_URL: channels.url("hook"),
      SLACK_WEBHOOK_URL: channels.url("slack"),
    };
    const config = nativeConfig(
      spec(),
      "shop",
      (key) => own[key] ?? secretOf(key),
      (native) => {
        // The real thing in a hurry, to this machine.
        native.global = { pagerduty_url: channels.url("pagerduty"), resolve_timeout: "1h" };
        const route = native.route as {
          group_wait: string;
          group_interval: string;
          routes: Record<string, string>[];
        };
        route.group_wait = "100ms";
        route.group_interval = "500ms";
        for (const one of route.routes) if (one.group_wait === "15m") one.group_wait = "3s";
        for (const { email_configs: mails } of native.receivers as {
          email_configs?: Record<string, unknown>[];
        }[]) {
          for (const mail of mails ?? []) {
            Object.assign(mail, { require_tls: false, smarthost: channels.mail });
            delete mail.auth_username;
            delete mail.auth_password;
          }
        }
      },
    );
    alertmanager = await startAlertmanager(config);
  });
  after(async () => {
    await alertmanager.stop();
    channels.close();
  });

  const arrived = (place: string, what: RegExp) =>
    eventually(`${place} hears ${what.source}`, () => channels.at(place).find((body) => what.test(body)), {
      detail: () => JSON.stringify(channels.heard, undefined, 1).slice(0, 4000),
    });

  it("reach PagerDuty and Slack in their own words, and say when it is over", async () => {
    const ringing = [{ alertname: "BackupTooOld", part: "postgres", severity: "critical" }];
    await alertmanager.ring(ringing);
    const event = JSON.parse(
      await arrived(
        "/pagerduty",
        /BackupTooOld.*"event_action":"trigger"|"event_action":"trigger".*BackupTooOld/,
      ),
    ) as {
      routing_key: string;
      dedup_key: string;
      payload: { severity: string; summary: string };
    };
    assert.equal(event.routing_key, "secret-PAGERDUTY_ROUTING_KEY");
    assert.equal(event.payload.severity, "critical");
    assert.equal(event.payload.summary, "[critical] shop: postgres has BackupTooOld");
    const message = JSON.parse(await arrived("/slack", /BackupTooOld/)) as {
      attachments: { title: string; text: string; color: string }[];
    };
    assert.equal(message.attachments[0]?.title, "[critical] shop: postgres has BackupTooOld");
    assert.match(message.attachments[0].text, /BackupTooOld lasts/);
    assert.equal(message.attachments[0].color, "danger");
    await alertmanager.ring(ringing, true);
    const over = JSON.parse(await arrived("/pagerduty", /"event_action":"resolve"/)) as { dedup_key: string };
    assert.equal(over.dedup_key, event.dedup_key);
    await arrived("/slack", /\[mended\] shop: postgres has BackupTooOld/);
  });

  it("reach people by mail, with a subject that says it all", async () => {
    await alertmanager.ring([{ alertname: "CpuThrottled", part: "web", severity: "medium" }]);
    const mail = await arrived("mail", /CpuThrottled/);
    assert.match(mail, /^Subject: .*shop: web has CpuThrottled/m);
    assert.match(mail, /^To: a@example\.com, b@example\.com/m);
    assert.match(mail, /CpuThrottled lasts/);
  });

  it("give a sign of life to whoever waits for it", async () => {
    await alertmanager.ring([{ alertname: "AlertingWorks", part: "cluster", severity: "none" }]);
    await arrived("/deadman", /"status":"firing".*AlertingWorks/);
  });

  it("escalate when they last, and not when they are mended before", async () => {
    const short = [{ alertname: "JobFailed", part: "cleanup", severity: "high" }];
    await alertmanager.ring(short);
    await arrived("/slack", /cleanup has JobFailed/);
    await alertmanager.ring(short, true);
    await arrived("/slack", /\[mended\] shop: cleanup has JobFailed/);
    await alertmanager.ring([{ alertname: "RolloutStuck", part: "worker", severity: "high" }]);
    await arrived("/hook", /RolloutStuck/);
    assert.deepEqual(
      channels.at("/hook").filter((body) => body.includes("JobFailed")),
      [],
    );
  });

  it("stay silent while their cause rings", async () => {
    await alertmanager.ring([
      { alertname: "PostgresDown", part: "postgres", severity: "critical" },
      { alertname: "ReplicaBehind", part: "postgres", severity: "high" },
      { alertname: "ErrorBudgetBurns", part: "api", route: "api-all", severity: "critical" },
      { alertname: "NoReplicaAvailable", part: "api", severity: "critical" },
      { alertname: "Mine", part: "api", severity: "high" },
      { alertname: "QueueStands", part: "worker", severity: "high" },
      { alertname: "VolumeFillsUp", part: "cluster", severity: "high" },
    ]);
    const states = await alertmanager.states();
    const held = Object.keys(states).filter((name) => states[name] === "suppressed");
    // The worker needs no Postgres, and a volume fills up for reasons of its own.
    assert.deepEqual(held.sort(), [
      "ErrorBudgetBurns api",
      "Mine api",
      "NoReplicaAvailable api",
      "ReplicaBehind postgres",
    ]);
    assert.equal(states["QueueStands worker"], "active");
    assert.equal(states["VolumeFillsUp cluster"], "active");
  });

  it("of one budget only the worst, of a part that is down only that", async () => {
    const worse = { alertname: "ErrorBudgetBurns", part: "web", route: "app-all" };
    await alertmanager.ring([
      { ...worse, severity: "high" },
      { alertname: "ErrorsAboveTarget", part: "web", route: "app-all", severity: "medium" },
      { alertname: "NoReplicaAvailable", part: "worker", severity: "critical" },
      { alertname: "QueueTooOld", part: "worker", severity: "high" },
    ]);
    const states = await alertmanager.states();
    assert.equal(states["ErrorsAboveTarget web"], "suppressed");
    assert.equal(states["QueueTooOld worker"], "suppressed");
    assert.equal(states["NoReplicaAvailable worker"], "active");
  });
});
