/** Channels as receivers, in the Prometheus operator's words; their secrets by reference. */
import type { Alerts } from "../../config";
import type { SecretKey } from "../needs";

interface KeyOf {
  name: SecretKey["secret"];
  key: string;
}
export interface Receiver {
  name: string;
  pagerdutyConfigs?: {
    routingKey: KeyOf;
    severity: string;
    sendResolved: boolean;
    description: string;
    details: { key: string; value: string }[];
  }[];
  slackConfigs?: {
    apiURL: KeyOf;
    channel?: string;
    sendResolved: boolean;
    title: string;
    text: string;
    color: string;
  }[];
  emailConfigs?: {
    to: string;
    from: string;
    smarthost: string;
    authUsername?: string;
    authPassword?: KeyOf;
    requireTLS: boolean;
    sendResolved: boolean;
    headers: { key: string; value: string }[];
    text: string;
  }[];
  webhookConfigs?: { urlSecret: KeyOf; sendResolved: boolean }[];
}

export type Channel = Alerts["channels"][string];

const STATE = '{{ if eq .Status "firing" }}{{ .CommonLabels.severity }}{{ else }}mended{{ end }}';
const TITLE = `[${STATE}] {{ .CommonLabels.product }}: {{ .CommonAnnotations.summary }}`;
const TEXT =
  "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n{{ .Annotations.runbook_url }}\n{{ end }}";
/** PagerDuty knows these four. */
const PAGERDUTY_SEVERITY =
  '{{ if eq .CommonLabels.severity "high" }}error{{ else if eq .CommonLabels.severity "medium" }}warning' +
  '{{ else if eq .CommonLabels.severity "low" }}info{{ else }}critical{{ end }}';

/** Secrets a channel reads, by the names the stack gives them. */
export function secretsOf(channel: Channel): string[] {
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
}

/** A webhook that is only told that alerting works. */
export function signOfLife(name: string, address: SecretKey): Receiver {
  return { name, webhookConfigs: [{ sendResolved: false, urlSecret: keyOf(address) }] };
}

function keyOf({ key, secret }: SecretKey): KeyOf {
  return { key, name: secret };
}

export function receiverOf(name: string, channel: Channel, secret: (name: string) => SecretKey): Receiver {
  const at = (wanted: string) => keyOf(secret(wanted));
  switch (channel.kind) {
    case "pagerduty":
      return {
        name,
        pagerdutyConfigs: [
          {
            description: TITLE,
            details: [{ key: "what", value: TEXT }],
            routingKey: at(channel.key),
            sendResolved: true,
            severity: PAGERDUTY_SEVERITY,
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
            color: '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}',
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
            headers: [{ key: "Subject", value: TITLE }],
            requireTLS: true,
            sendResolved: true,
            smarthost: channel.server,
            text: TEXT,
            to: channel.to.join(", "),
          },
        ],
        name,
      };
    case "webhook":
      return { name, webhookConfigs: [{ sendResolved: true, urlSecret: at(channel.url) }] };
  }
}
