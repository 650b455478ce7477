/** What became of test alerts: for each severity and channel, whether the message was taken. */
import type { Routed, Sent } from "./alertmanager";

export interface Heard {
  readonly severity: string;
  readonly channel: string;
  /** `lost`: Alertmanager does not know that this channel is to hear of it. */
  readonly came: "told" | "failed" | "quiet" | "waiting" | "lost";
  why?: string | undefined;
}

/**
 * Alertmanager counts messages by receiver, not by alert: a channel of several severities has been told when as many
 * messages were taken as there are severities that it hears of now.
 */
export function outcomes(
  wanted: Readonly<Record<string, readonly string[]>>,
  routes: readonly Routed[],
  before: Readonly<Record<string, Sent>>,
  after: Readonly<Record<string, Sent>>,
): Heard[] {
  const routed = new Map(routes.map((route) => [route.severity, route]));
  const pairs = Object.entries(wanted).flatMap(([severity, channels]) =>
    channels.map((channel) => ({ channel, severity })),
  );
  const expected = (channel: string) =>
    pairs.filter((pair) => pair.channel === channel && routed.get(pair.severity)?.quiet === undefined).length;
  return pairs.map(({ channel, severity }): Heard => {
    const route = routed.get(severity);
    if (route === undefined) return { came: "waiting", channel, severity };
    if (!route.receivers.includes(channel)) {
      return {
        came: "lost",
        channel,
        severity,
        why: "Alertmanager knows of no such receiver: is the stack up?",
      };
    }
    if (route.quiet !== undefined) return { came: "quiet", channel, severity, why: route.quiet };
    const failed = (after[channel]?.failed ?? 0) - (before[channel]?.failed ?? 0);
    const taken = (after[channel]?.tried ?? 0) - (before[channel]?.tried ?? 0) - failed;
    if (taken >= expected(channel)) return { came: "told", channel, severity };
    return { came: failed > 0 ? "failed" : "waiting", channel, severity };
  });
}

const WORDS: Readonly<Record<Heard["came"], string>> = {
  failed: "did not take it",
  lost: "is not known",
  quiet: "hears nothing now",
  told: "has taken it",
  waiting: "has not been heard of",
};

export function heardLines(heard: readonly Heard[]): string[] {
  const wide = Math.max(...heard.map(({ channel }) => channel.length));
  return heard.map(
    ({ came, channel, severity, why }) =>
      `  ${severity.padEnd(9)}${channel.padEnd(wide)}  ${WORDS[came]}${why === undefined ? "" : `: ${why}`}`,
  );
}
