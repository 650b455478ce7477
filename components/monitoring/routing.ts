/** Who hears of which alert: channels by severity, what silences what, and when, in the Prometheus operator's words. */
import { type Alerts, formatDuration } from "../../config";
import type { SecretKey } from "../needs";
import { type CausesArgs, type Matcher, SEVERITIES, type Silence, silences } from "./causes";
import { type Span, spans } from "./mute";
import { type Channel, type Receiver, receiverOf, secretsOf, signOfLife } from "./receivers";
import type { Severity } from "./rules/rule";
import { ALIVE } from "./rules/stack";

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
export interface Routing {
  route: Route;
  receivers: Receiver[];
  muteTimeIntervals: { name: string; timeIntervals: Span[] }[];
  inhibitRules: Silence[];
}

/** Channels that need no entry when their usual secrets are there. */
const USUAL: Readonly<Record<string, Channel>> = {
  pagerduty: { key: "PAGERDUTY_ROUTING_KEY", kind: "pagerduty" },
  slack: { kind: "slack", webhook: "SLACK_WEBHOOK_URL" },
};
const NOBODY = "nobody";
/** No channel's name: those have small letters only. */
const DEADMAN = "Deadman";
/** Severities that somebody must act upon soon: they escalate. */
const PRESSING: readonly Severity[] = ["critical", "high"];
/** Secrets the channels read, by the names the stack gives them. */
export function secretsOfChannels(alerts: Alerts): string[] {
  const used = usedChannels(alerts).flatMap((name) => secretsOf(channelOf(alerts, name)));
  return [...new Set([...used, ...(alerts.deadman === undefined ? [] : [alerts.deadman])])];
}

/** Routes by severity, receivers by channel; `secret` says where a secret stands. */
export function routing(alerts: Alerts, causes: CausesArgs, secret: (name: string) => SecretKey): Routing {
  const names = usedChannels(alerts);
  return {
    inhibitRules: silences(causes),
    muteTimeIntervals: alerts.mute.map((window, index) => ({
      name: muteName(index),
      timeIntervals: spans(window),
    })),
    receivers: [
      { name: NOBODY },
      ...names.map((name) => receiverOf(name, channelOf(alerts, name), secret)),
      ...(alerts.deadman === undefined ? [] : [signOfLife(DEADMAN, secret(alerts.deadman))]),
    ],
    route: {
      groupBy: ["alertname", "part"],
      groupInterval: "5m",
      // Long enough for what one failure sets off at once; whatever waits longer is late.
      groupWait: "10s",
      receiver: NOBODY,
      repeatInterval: formatDuration(alerts.repeat.value, "go"),
      routes: [
        ...deadman(alerts),
        ...escalation(alerts),
        ...ownRoutes(alerts),
        ...SEVERITIES.flatMap((severity) => severityRoutes(alerts, severity)),
      ],
    },
  };
}

/** The sign of life, once a minute, and to nobody else. */
function deadman({ deadman: address }: Alerts): Route[] {
  if (address === undefined) return [];
  return [
    {
      groupInterval: "1m",
      groupWait: "0s",
      matchers: [{ matchType: "=", name: "alertname", value: ALIVE }],
      receiver: DEADMAN,
      repeatInterval: "1m",
    },
  ];
}

/**
 * A group that waits this long before it is said for the first time is only said of what still lasts then. What is
 * silenced by its cause, or in a muted hour, does not escalate either.
 */
function escalation(alerts: Alerts): Route[] {
  const { escalate } = alerts;
  if (escalate === undefined) return [];
  return PRESSING.flatMap((severity) =>
    escalate.to.map((receiver) => ({
      continue: true,
      groupWait: formatDuration(escalate.after.value, "go"),
      matchers: [{ matchType: "=" as const, name: "severity", value: severity }],
      receiver,
      ...muted(alerts, severity),
    })),
  );
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
  return [...new Set([...bySeverity, ...byRule, ...(alerts.escalate?.to ?? [])])];
}

function channelOf(alerts: Alerts, name: string): Channel {
  const channel = alerts.channels[name] ?? USUAL[name];
  if (channel === undefined) throw new Error(`alerts: no channel ${JSON.stringify(name)}`);
  return channel;
}

function muteName(index: number): string {
  return `mute-${index + 1}`;
}
