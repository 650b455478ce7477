/** Who hears of which alert: channels by severity, in the Prometheus operator's words. */
import { type Alerts, formatDuration } from "../../config";
import type { SecretKey } from "../needs";
import type { Severity } from "./rules";

interface KeyOf {
  name: SecretKey["secret"];
  key: string;
}
interface Matcher {
  name: string;
  matchType: "=" | "=~";
  value: string;
}
interface Route {
  receiver: string;
  groupBy?: string[];
  groupWait?: string;
  groupInterval?: string;
  repeatInterval?: string;
  matchers?: Matcher[];
  muteTimeIntervals?: string[];
  continue?: boolean;
  routes?: Route[];
}
interface Receiver {
  name: string;
  pagerdutyConfigs?: { routingKey: KeyOf; severity: string; sendResolved: boolean; description: string }[];
  slackConfigs?: { apiURL: KeyOf; channel?: string; sendResolved: boolean; title: string; text: string }[];
  emailConfigs?: {
    to: string;
    from: string;
    smarthost: string;
    authUsername?: string;
    authPassword?: KeyOf;
    requireTLS: boolean;
    sendResolved: boolean;
  }[];
  webhookConfigs?: { urlSecret: KeyOf; sendResolved: boolean }[];
}
export interface AlertmanagerConfigSpec {
  route: Route;
  receivers: Receiver[];
  muteTimeIntervals: {
    name: string;
    timeIntervals: { times: { startTime: string; endTime: string }[]; weekdays?: string[] }[];
  }[];
  inhibitRules: { sourceMatch: Matcher[]; targetMatch: Matcher[]; equal: string[] }[];
}

type Channel = Alerts["channels"][string];

const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];
/** Channels that need no entry when their usual secrets are there. */
const USUAL: Readonly<Record<string, Channel>> = {
  pagerduty: { key: "PAGERDUTY_ROUTING_KEY", kind: "pagerduty" },
  slack: { kind: "slack", webhook: "SLACK_WEBHOOK_URL" },
};
const NOBODY = "nobody";
const TITLE =
  "{{ .CommonLabels.alertname }} ({{ .CommonLabels.severity }}): {{ .CommonAnnotations.summary }}";
const TEXT = "{{ range .Alerts }}{{ .Annotations.description }} {{ .Annotations.runbook_url }}\n{{ end }}";
const WEEKDAYS: Readonly<Record<string, string>> = {
  fri: "friday",
  mon: "monday",
  sat: "saturday",
  sun: "sunday",
  thu: "thursday",
  tue: "tuesday",
  wed: "wednesday",
};

/** Secrets the channels read, by the names the stack gives them. */
export function secretsOfChannels(alerts: Alerts): string[] {
  const used = usedChannels(alerts).map((name) => channelOf(alerts, name));
  return [
    ...new Set(
      used.flatMap((channel) => {
        switch (channel.kind) {
          case "pagerduty":
            return [channel.key];
          case "slack":
            return [channel.webhook];
          case "email":
            return channel.password === undefined ? [] : [channel.password];
          case "webhook":
            return [channel.url];
        }
      }),
    ),
  ];
}

/** Routes by severity, receivers by channel; `secret` says where a secret stands. */
export function routing(alerts: Alerts, secret: (name: string) => SecretKey): AlertmanagerConfigSpec {
  const names = usedChannels(alerts);
  return {
    // One failure, one message: the lesser alerts of a part stay silent while a critical one rings.
    inhibitRules: [
      {
        equal: ["namespace", "part"],
        sourceMatch: [{ matchType: "=", name: "severity", value: "critical" }],
        targetMatch: [{ matchType: "=~", name: "severity", value: "high|medium|low" }],
      },
    ],
    muteTimeIntervals: alerts.mute.map((window, index) => ({
      name: muteName(index),
      timeIntervals: spans(window.from, window.to).map((times) => ({
        times: [times],
        ...(window.days === undefined ? {} : { weekdays: window.days.map((day) => WEEKDAYS[day] ?? day) }),
      })),
    })),
    receivers: [{ name: NOBODY }, ...names.map((name) => receiverOf(name, channelOf(alerts, name), secret))],
    route: {
      groupBy: ["alertname", "part"],
      groupInterval: "5m",
      groupWait: "30s",
      receiver: NOBODY,
      repeatInterval: formatDuration(alerts.repeat.value, "go"),
      routes: [...ownRoutes(alerts), ...SEVERITIES.flatMap((severity) => severityRoutes(alerts, severity))],
    },
  };
}

/** Rules that name their own channels come first, and go no further. */
function ownRoutes(alerts: Alerts): Route[] {
  return Object.entries(alerts.rules).flatMap(([alert, { to, severity }]) =>
    (to ?? []).map((receiver, index, all) => ({
      continue: index < all.length - 1,
      matchers: [{ matchType: "=" as const, name: "alertname", value: alert }],
      receiver,
      ...muted(alerts, severity),
    })),
  );
}

function severityRoutes(alerts: Alerts, severity: Severity): Route[] {
  return (alerts[severity] ?? []).map((receiver) => ({
    continue: true,
    matchers: [{ matchType: "=" as const, name: "severity", value: severity }],
    receiver,
    ...muted(alerts, severity),
  }));
}

function muted(alerts: Alerts, severity: Severity): Pick<Route, "muteTimeIntervals"> {
  const names = alerts.mute.flatMap((window, index) =>
    window.severities.includes(severity) ? [muteName(index)] : [],
  );
  return names.length === 0 ? {} : { muteTimeIntervals: names };
}

function usedChannels(alerts: Alerts): string[] {
  const bySeverity = SEVERITIES.flatMap((severity) => alerts[severity] ?? []);
  const byRule = Object.values(alerts.rules).flatMap(({ to }) => to ?? []);
  return [...new Set([...bySeverity, ...byRule])];
}

function channelOf(alerts: Alerts, name: string): Channel {
  const channel = alerts.channels[name] ?? USUAL[name];
  if (channel === undefined) throw new Error(`alerts: no channel ${JSON.stringify(name)}`);
  return channel;
}

function receiverOf(name: string, channel: Channel, secret: (name: string) => SecretKey): Receiver {
  const at = (wanted: string): KeyOf => {
    const { secret: holder, key } = secret(wanted);
    return { key, name: holder };
  };
  switch (channel.kind) {
    case "pagerduty":
      return {
        name,
        pagerdutyConfigs: [
          {
            description: TITLE,
            routingKey: at(channel.key),
            sendResolved: true,
            severity: "{{ .CommonLabels.severity }}",
          },
        ],
      };
    case "slack":
      return {
        name,
        slackConfigs: [
          {
            apiURL: at(channel.webhook),
            ...(channel.channel === undefined ? {} : { channel: channel.channel }),
            sendResolved: true,
            text: TEXT,
            title: TITLE,
          },
        ],
      };
    case "email":
      return {
        emailConfigs: [
          {
            ...(channel.password === undefined ? {} : { authPassword: at(channel.password) }),
            ...(channel.username === undefined ? {} : { authUsername: channel.username }),
            from: channel.from,
            requireTLS: true,
            sendResolved: true,
            smarthost: channel.server,
            to: channel.to.join(", "),
          },
        ],
        name,
      };
    case "webhook":
      return { name, webhookConfigs: [{ sendResolved: true, urlSecret: at(channel.url) }] };
  }
}

function muteName(index: number): string {
  return `mute-${index + 1}`;
}

/** A span over midnight is two: Alertmanager's do not cross it. */
function spans(from: string, to: string): { startTime: string; endTime: string }[] {
  if (from < to) return [{ endTime: to, startTime: from }];
  return [
    { endTime: "24:00", startTime: from },
    { endTime: to, startTime: "00:00" },
  ].filter(({ startTime, endTime }) => startTime !== endTime);
}
