/** Stack files that are wrong, with the exact message: alerts, rules and waivers. */
import type { BadStack } from "./bad-stack";
import { GONE } from "../stacks";

export const alerts: readonly BadStack[] = [
  {
    name: "an unknown channel",
    changes: { "alerts.high": "slak" },
    lines: [
      'alerts.high: found "slak"; allowed: an entry of alerts.channels (pagerduty, email, slack); did you mean "slack"?',
    ],
  },
  {
    name: "a channel without its secret",
    changes: { "secrets.SLACK_WEBHOOK_URL": GONE },
    lines: [
      "alerts.channels.slack.webhook: found \"SLACK_WEBHOOK_URL\"; allowed: the name of an entry in secrets; run: pulumi config set --secret --path 'slipway:secrets.SLACK_WEBHOOK_URL'",
    ],
  },
  {
    name: "a mail channel without addresses",
    changes: { "alerts.channels.email.to": [] },
    lines: ["alerts.channels.email.to: found an empty list; allowed: at least one e-mail address"],
  },
  {
    name: "a channel of an unknown kind",
    changes: { "alerts.channels.email.kind": "fax" },
    lines: ['alerts.channels.email.kind: found "fax"; allowed: pagerduty, slack, email or webhook'],
  },
  {
    name: "a rule nobody hears",
    changes: { "alerts.rules": { Disk: { when: "disk > 80%", severity: "low" } } },
    lines: [
      'alerts.rules.Disk.severity: found "low", which no channel hears; allowed: a severity with a channel; write alerts.low: and a channel',
    ],
  },
  {
    name: "a rule to an unknown channel",
    changes: { "alerts.rules": { Disk: { when: "disk > 80%", severity: "high", to: "phone" } } },
    lines: [
      'alerts.rules.Disk.to: found "phone"; allowed: an entry of alerts.channels (pagerduty, slack, email); declare it: alerts.channels.phone: {kind: ...}',
    ],
  },
  {
    name: "a rule about an unknown part",
    changes: { "alerts.rules": { Slow: { when: "p95 > 500ms", severity: "high", of: "ap" } } },
    lines: ['alerts.rules.Slow.of: found "ap"; allowed: a part (api, web, worker); did you mean "api"?'],
  },
  {
    name: "a rule about a part where there is none",
    changes: { "alerts.rules": { Disk: { when: "disk > 80%", severity: "high", of: "api" } } },
    lines: [
      'alerts.rules.Disk.of: found a part for "disk", which is about the whole stack; allowed: a part for signals of parts; take it out',
    ],
  },
  {
    name: "a rule about a database that is not there",
    changes: {
      postgres: GONE,
      "targets.rpo": GONE,
      "targets.rto": GONE,
      "parts.api.needs": ["redis"],
      "parts.worker.needs": ["redis"],
      "parts.api.migrate": GONE,
      "alerts.rules": { Late: { when: "backup-age > 7h", severity: "high" } },
    },
    lines: [
      'alerts.rules.Late.when: found "backup-age" without postgres; allowed: it together with postgres; take the rule out',
    ],
  },
  {
    name: "a rule about a metric nobody exposes",
    changes: {
      "parts.api.metrics": { business: [{ metric: "app_crash_rate", title: "Crashes" }] },
      "alerts.rules": { Crashes: { when: "metric app_crash_rat > 2%", severity: "high" } },
    },
    lines: [
      'alerts.rules.Crashes.when: found "app_crash_rat"; allowed: a metric that a part declares in metrics.business (app_crash_rate); did you mean "app_crash_rate"?',
    ],
  },
  {
    name: "a rule's name in small letters",
    changes: { "alerts.rules": { slow: { when: "p95 > 500ms", severity: "high" } } },
    lines: ['alerts.rules: found the name "slow"; allowed: a name in capitals such as HighErrorRate'],
  },
  {
    name: "an escalation to nobody",
    changes: { "alerts.escalate": { after: "15m", to: "boss" } },
    lines: [
      'alerts.escalate.to: found "boss"; allowed: an entry of alerts.channels (pagerduty, slack, email); declare it: alerts.channels.boss: {kind: ...}',
    ],
  },
  {
    name: "a window without an end",
    changes: { "alerts.mute": [{ name: "night", from: "02:00", to: "02:00" }] },
    lines: [
      'alerts.mute[0].to: found "02:00", as from; allowed: another time; for a whole day, write from: "00:00", to: "23:59"',
    ],
  },
  {
    name: "a sign of life to an address that is not there",
    changes: { "alerts.deadman": "DEADMAN_URL" },
    lines: [
      "alerts.deadman: found \"DEADMAN_URL\"; allowed: the name of an entry in secrets; run: pulumi config set --secret --path 'slipway:secrets.DEADMAN_URL'",
    ],
  },
  {
    name: "a waiver twice",
    changes: {
      waivers: [1, 2].map(() => ({
        rule: "read-only-root",
        resource: "api",
        owner: "maria",
        reason: "the vendor's licence file",
        expires: "2027-02-28",
      })),
    },
    lines: ["waivers: found read-only-root for api twice; allowed: each waiver once; take one out"],
  },
];
