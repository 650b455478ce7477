/**
 * A product whose alerts arrive on this machine: its channels' real payloads, by the cluster's own Alertmanager. The
 * receivers listen at the address pods know this machine by; where they listen is said in a Secret that the routing is
 * pointed to, as it would be to PagerDuty's own.
 */
import { network } from "../../toolchain/cluster/layout";
import { Channels } from "../components/monitoring/channels";
import type { Live } from "./live";

const SECRET = "ears";
type Tree = Record<string, unknown>;

/** The stack's half: critical to PagerDuty, high to Slack, medium by mail, all of it to a webhook too; signs of life. */
export const alertsTo = (mail: string): Tree => ({
  channels: {
    hook: { kind: "webhook", url: "HOOK_URL" },
    team: { from: "alerts@example.com", kind: "email", server: mail, to: ["team@example.com"] },
  },
  critical: ["pagerduty", "hook"],
  deadman: "DEADMAN_URL",
  high: ["slack", "hook"],
  low: "hook",
  medium: ["team", "hook"],
});

const KEYS: Readonly<Record<string, (ears: Channels) => string>> = {
  DEADMAN_URL: (ears) => ears.url("alive"),
  HOOK_URL: (ears) => ears.url("hook"),
  PAGERDUTY_ROUTING_KEY: () => "0123456789abcdef0123456789abcdef",
  SLACK_WEBHOOK_URL: (ears) => ears.url("slack"),
};

export const secretsOfAlerts = (): Tree =>
  Object.fromEntries(Object.keys(KEYS).map((key) => [key, { generate: { length: 32 } }]));

export const listen = (): Promise<Channels> => Channels.open(network.node);

/** Points the product's routing here; to be done again after each of its ups. */
export async function pointHere(live: Live, ears: Channels): Promise<void> {
  const stringData = Object.fromEntries(Object.entries(KEYS).map(([key, value]) => [key, value(ears)]));
  await live.apply({ apiVersion: "v1", kind: "Secret", metadata: { name: SECRET }, stringData });
  const [routing] = await live.items<{ spec: { receivers: Tree[] } }>("alertmanagerconfigs");
  if (routing === undefined) throw new Error(`${live.name} has no routing`);
  const receivers = routing.spec.receivers.map((receiver) => redirected(receiver, ears));
  const patch = JSON.stringify({ spec: { receivers } });
  await live.kubectl("patch", "alertmanagerconfig", "monitoring", "--type=merge", `--patch=${patch}`);
}

function redirected(value: Tree, ears: Channels): Tree {
  const change = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(change);
    if (typeof inner !== "object" || inner === null) return inner;
    const tree = inner as Tree;
    if (typeof tree.key === "string" && typeof tree.name === "string" && tree.key in KEYS)
      return { ...tree, name: SECRET };
    const changed = Object.fromEntries(Object.entries(tree).map(([name, one]) => [name, change(one)]));
    if ("routingKey" in changed) changed.url = ears.url("pagerduty");
    if ("smarthost" in changed) changed.requireTLS = false;
    return changed;
  };
  return change(value) as Tree;
}

/** A severity's own channel, beside the webhook that hears of everything. */
export const CHANNEL: Readonly<Record<string, string>> = {
  critical: "/pagerduty",
  high: "/slack",
  medium: "mail",
};

/** A message that something is over, in any channel's words. */
export const OVER = /\[mended\]|"(status|event_action)":"resolved?"/;

export interface Told {
  /** `Name part severity`. */
  readonly alert: string;
  readonly status: "firing" | "resolved";
  readonly when: number;
}

/** All that the webhook was told, oldest first. */
export function told(ears: Channels): Told[] {
  return ears.heard
    .filter(({ at }) => at === "/hook")
    .flatMap(({ body, when }) => {
      const { alerts } = JSON.parse(body) as {
        alerts: { labels: Record<string, string>; status: Told["status"] }[];
      };
      return alerts.map(({ labels, status }) => ({
        alert: `${labels.alertname} ${labels.part} ${labels.severity}`,
        status,
        when,
      }));
    });
}
