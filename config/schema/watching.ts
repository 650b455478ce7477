/** `alerts`, `monitoring`, `sentry`, `otel`, `costs`, `runbook`, `waivers`: who hears of what, and what is forgiven. */
import { z } from "zod";
import { parseCondition, CONDITION_FORMS } from "../condition";
import { LONGEST } from "../names";
import { duration, key, name, nonEmpty, oneForm, oneOf, secretName, url, whole, yesOrNo } from "./types";

export const SEVERITIES = ["critical", "high", "medium", "low"] as const;
const severity = () => oneOf(...SEVERITIES);
const channelName = () => name(24, "channel");

const channel = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: key(z.literal("pagerduty"), "What sort of channel it is"),
      key: key(secretName().prefault("PAGERDUTY_ROUTING_KEY"), "Secret with the integration's routing key"),
    }),
    z.strictObject({
      kind: key(z.literal("slack"), "What sort of channel it is"),
      webhook: key(secretName().prefault("SLACK_WEBHOOK_URL"), "Secret with the incoming webhook's address"),
      channel: key(
        z
          .string()
          .regex(/^[#@]\S{1,79}$/, { error: () => "a channel such as #alerts, quoted" })
          .optional(),
        "Slack channel",
        "#alerts",
      ),
    }),
    z.strictObject({
      kind: key(z.literal("email"), "What sort of channel it is"),
      to: key(
        z
          .array(z.email({ error: () => "an e-mail address" }))
          .min(1, { error: () => "at least one e-mail address" }),
        "Who gets it",
        ["team@example.com"],
      ),
      from: key(z.email({ error: () => "an e-mail address" }), "Sender", "alerts@example.com"),
      server: key(
        z
          .string()
          .regex(/^[a-z0-9.-]+:\d{1,5}$/, { error: () => "a mail server such as smtp.example.com:587" }),
        "Mail server and port",
        "smtp.example.com:587",
      ),
      username: key(nonEmpty("a user name").optional(), "User at the mail server"),
      password: key(secretName().optional(), "Secret with its password", "SMTP_PASSWORD"),
    }),
    z.strictObject({
      kind: key(z.literal("webhook"), "What sort of channel it is"),
      url: key(secretName(), "Secret with the address", "ALERT_WEBHOOK_URL"),
    }),
  ],
  {
    error: oneForm(
      "pagerduty, slack, email or webhook",
      "a map with kind pagerduty, slack, email or webhook",
    ),
  },
);

const channels = () =>
  z
    .union([channelName(), z.array(channelName()).min(1)], {
      error: () => "a channel, or a list of channels",
    })
    .transform((value) => (typeof value === "string" ? [value] : value));

const rule = z.strictObject({
  when: key(
    z.string({ error: () => CONDITION_FORMS }).transform((text, context) => {
      const parsed = parseCondition(text);
      if (parsed === undefined) context.addIssue({ code: "custom", message: CONDITION_FORMS });
      return parsed ?? z.NEVER;
    }),
    "What is wrong: a signal, a comparison, a number",
    "errors > 1%",
  ),
  for: key(duration(0, 7 * 86_400e3).prefault("5m"), "How long it must last", "5m"),
  severity: key(severity(), "Who hears of it", "critical"),
  to: key(channels().optional(), "Channels, when other than the severity's", ["slack"]),
  of: key(
    name(LONGEST.part, "part").optional(),
    "Only this part; when not said, each one the signal exists for",
    "api",
  ),
  summary: key(nonEmpty("a sentence", 300).optional(), "What the message says, when not the usual sentence"),
});

const window = z.strictObject({
  name: key(nonEmpty("a name", 80), "What it is for", "Sunday maintenance"),
  days: key(
    z
      .array(oneOf("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
      .min(1)
      .optional(),
    "Days; when not said, all",
    ["sun"],
  ),
  from: key(clock(), "Start, 24-hour clock", "02:00"),
  to: key(clock(), "End; before `from` when it is on the next day", "04:00"),
  zone: key(
    z
      .string()
      .refine(isZone, { error: () => "a time zone such as UTC or Europe/Berlin" })
      .prefault("UTC"),
    "Time zone",
    "Europe/Berlin",
  ),
  severities: key(z.array(severity()).min(1).prefault(["high", "medium", "low"]), "What stays silent"),
});
function clock() {
  const allowed = "a time such as 02:00, quoted";
  return z.string({ error: () => allowed }).regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: () => allowed });
}
function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).format(0) !== "";
  } catch {
    return false; // Intl's way of saying that it knows no such zone
  }
}

export const alerts = z.strictObject({
  critical: key(channels().optional(), "Channels of critical alerts: someone must act now", "pagerduty"),
  high: key(channels().optional(), "Channels of high alerts: someone must act today", "slack"),
  medium: key(channels().optional(), "Channels of medium alerts: someone must act this week", "email"),
  low: key(channels().optional(), "Channels of low alerts: good to know"),
  channels: key(
    z.record(channelName(), channel).prefault({}),
    "Channels by name. `pagerduty` and `slack` need no entry when their usual secrets are there",
    { oncall: { kind: "pagerduty" } },
  ),
  rules: key(
    z
      .record(
        z
          .string()
          .regex(/^[A-Z][A-Za-z0-9]{0,62}$/, { error: () => "a name in capitals such as HighErrorRate" }),
        rule,
      )
      .prefault({}),
    "Alerts of your own, beside those that follow from `targets`",
    { HighErrorRate: { when: "errors > 1%", for: "5m", severity: "critical" } },
  ),
  mute: key(z.array(window).prefault([]), "Times in which alerts stay silent"),
  repeat: key(duration(60e3).prefault("4h"), "Say it again while it lasts"),
  escalate: key(
    z
      .strictObject({
        after: key(duration(60e3, 86_400e3), "When nobody has mended it by then", "15m"),
        to: key(channels(), "Tell these as well", "pagerduty"),
      })
      .optional(),
    "What follows when an alert of severity high or above lasts",
  ),
  deadman: key(
    secretName().optional(),
    "Secret with an address that is called while alerting works, and whose owner rings when it stops",
    "DEADMAN_URL",
  ),
  runbook: key(
    url().optional(),
    "Where the generated runbook is published",
    "https://runbooks.example.com/shop",
  ),
});

export const monitoring = z.strictObject({
  enabled: key(
    yesOrNo().optional(),
    "Rules, dashboards and scrapes; true in staging and production, false in local, when not said",
  ),
  interval: key(duration(5e3, 3600e3).prefault("30s"), "Time between two readings"),
  labels: key(
    z.record(z.string(), z.string()).prefault({}),
    "Labels the cluster's Prometheus looks for on monitors and rules",
    { release: "kube-prometheus-stack" },
  ),
  dashboards: key(yesOrNo().prefault(true), "Grafana dashboards, as ConfigMaps for its sidecar"),
  logs: key(
    z.strictObject({ loki: key(url(), "Address of Loki", "http://loki.monitoring:3100") }).optional(),
    "Where logs are collected",
  ),
});

export const sentry = z.strictObject({
  dsn: key(secretName().prefault("SENTRY_DSN"), "Secret with the DSN"),
  environment: key(nonEmpty("a name", 64).optional(), "Environment shown there; when not said, the tier"),
  traces: key(
    z
      .number({ error: () => "a number from 0 to 1" })
      .min(0, { error: () => "a number from 0 to 1" })
      .max(1, { error: () => "a number from 0 to 1" })
      .prefault(0.1),
    "Share of requests that are traced",
  ),
});

export const otel = z.strictObject({
  endpoint: key(url(), "OTLP address", "http://otel-collector.monitoring:4318"),
  headers: key(
    secretName().optional(),
    "Secret with headers, as OTEL_EXPORTER_OTLP_HEADERS has them",
    "OTEL_HEADERS",
  ),
  sample: key(
    z
      .number({ error: () => "a number from 0 to 1" })
      .min(0, { error: () => "a number from 0 to 1" })
      .max(1, { error: () => "a number from 0 to 1" })
      .prefault(0.1),
    "Share of traces that are kept",
  ),
});

const price = () => z.number({ error: () => "an amount from 0" }).min(0, { error: () => "an amount from 0" });
export const costs = z.strictObject({
  currency: key(
    z
      .string()
      .regex(/^[A-Z]{3}$/, { error: () => "a currency such as EUR" })
      .prefault("USD"),
    "Currency",
  ),
  cpu: key(price(), "A core for a month", 24),
  memory: key(price(), "A GiB of memory for a month", 3.2),
  storage: key(price(), "A GiB of disk for a month", 0.1),
});

export const runbook = z.strictObject({
  contacts: key(
    z
      .array(
        z.strictObject({
          name: key(nonEmpty("a name", 120), "Who", "On-call"),
          how: key(nonEmpty("how to reach them", 200), "How to reach them", "PagerDuty, schedule shop"),
        }),
      )
      .prefault([]),
    "Whom the runbook names",
  ),
  statusPage: key(url().optional(), "Where users are told", "https://status.example.com"),
  escalateAfter: key(duration(60e3).prefault("15m"), "When to call the next one"),
});

export const waiver = z.strictObject({
  rule: key(nonEmpty("a policy rule's name", 120), "Rule that is waived", "read-only-root"),
  resource: key(nonEmpty("a resource's name", 253), "Resource it is waived for", "legacy-deployment"),
  owner: key(nonEmpty("who answers for it", 120), "Who answers for it", "maria@example.com"),
  reason: key(
    z
      .string({ error: () => "a reason of at least 10 letters" })
      .min(10, { error: () => "a reason of at least 10 letters" })
      .max(500),
    "Why",
    "Writes its licence file; vendor fix due in March",
  ),
  expires: key(z.iso.date({ error: () => 'a day such as "2027-03-31"' }), "Last day it holds", "2027-03-31"),
});

export const release = z.strictObject({
  keep: key(whole(1, 100).prefault(10), "Releases that can be gone back to"),
  backup: key(duration(60e3).optional(), "Deploy only when the newest backup is younger", "24h"),
  drill: key(
    yesOrNo().optional(),
    "Deploy only when the last good drill is not late; true in production with a drill, when not said",
  ),
  wait: key(duration(10e3, 6 * 3600e3).prefault("10m"), "Time a deploy may take before it counts as failed"),
});
