/** Alerts reach somebody, rules are about something that exists, secrets that are named are there. */
import { SIGNALS } from "../condition";
import type { Problem } from "../problems";
import { SEVERITIES } from "../schema/watching";
import type { Settings } from "../settings";
import { type Check, partsOf, problem, repeated, unknownName } from "./check";
import { missingSecret } from "./needs";

export const alerts: Check = (settings) => {
  const { alerts: watch } = settings;
  const known = Object.keys(watch.channels);
  const found: Problem[] = [];
  const channels = (path: string, names: readonly string[] | undefined) => {
    for (const name of names ?? []) {
      if (!known.includes(name))
        found.push(
          unknownName(
            path,
            name,
            "an entry of alerts.channels",
            [...new Set([...known, "pagerduty", "slack"])],
            `declare it: alerts.channels.${name}: {kind: ...}`,
          ),
        );
    }
  };
  for (const severity of SEVERITIES) channels(`alerts.${severity}`, watch[severity]);
  channels("alerts.escalate.to", watch.escalate?.to);
  for (const [name, rule] of Object.entries(watch.rules)) {
    const path = `alerts.rules.${name}`;
    channels(`${path}.to`, rule.to);
    if (rule.to === undefined && watch[rule.severity] === undefined) {
      found.push(
        problem(
          `${path}.severity`,
          `"${rule.severity}", which no channel hears`,
          "a severity with a channel",
          `write alerts.${rule.severity}: and a channel`,
        ),
      );
    }
    found.push(...about(settings, path, rule.when.signal, rule.when.metric, rule.of));
  }
  for (const [name, channel] of Object.entries(watch.channels))
    found.push(...channelSecrets(settings, `alerts.channels.${name}`, channel));
  if (watch.deadman !== undefined) found.push(...missingSecret(settings, "alerts.deadman", watch.deadman));
  watch.mute.forEach(({ from, to }, index) => {
    if (from === to)
      found.push(
        problem(
          `alerts.mute[${index}].to`,
          `"${to}", as from`,
          "another time",
          'for a whole day, write from: "00:00", to: "23:59"',
        ),
      );
  });
  return found;
};

function about(
  settings: Settings,
  path: string,
  signal: keyof typeof SIGNALS | "metric",
  metric: string | undefined,
  of: string | undefined,
): Problem[] {
  const found: Problem[] = [];
  const names = Object.keys(settings.parts);
  if (of !== undefined && !names.includes(of)) found.push(unknownName(`${path}.of`, of, "a part", names));
  if (signal === "metric") {
    const declared = partsOf(settings).flatMap(
      ({ part }) => part.metrics?.business.map((one) => one.metric) ?? [],
    );
    if (metric !== undefined && !declared.includes(metric)) {
      found.push(
        unknownName(`${path}.when`, metric, "a metric that a part declares in metrics.business", declared),
      );
    }
    return found;
  }
  const subject = SIGNALS[signal].of;
  if ((subject === "postgres" || subject === "redis") && settings[subject] === undefined) {
    found.push(
      problem(
        `${path}.when`,
        `"${signal}" without ${subject}`,
        `it together with ${subject}`,
        "take the rule out",
      ),
    );
  }
  if (of !== undefined && subject !== "part") {
    found.push(
      problem(
        `${path}.of`,
        `a part for "${signal}", which is about ${subject === "stack" ? "the whole stack" : subject}`,
        "a part for signals of parts",
        "take it out",
      ),
    );
  }
  return found;
}

function channelSecrets(
  settings: Settings,
  path: string,
  channel: Settings["alerts"]["channels"][string],
): Problem[] {
  switch (channel.kind) {
    case "pagerduty":
      return missingSecret(settings, `${path}.key`, channel.key);
    case "slack":
      return missingSecret(settings, `${path}.webhook`, channel.webhook);
    case "webhook":
      return missingSecret(settings, `${path}.url`, channel.url);
    case "email":
      return channel.password === undefined
        ? []
        : missingSecret(settings, `${path}.password`, channel.password);
  }
}

/** Secrets that are named outside parts and alerts. */
export const references: Check = (settings) => {
  const { postgres, registry, sentry, otel, access } = settings;
  const named: [string, string | undefined][] = [
    ["sentry.dsn", sentry?.dsn],
    ["otel.headers", otel?.headers],
    ["registry.password", registry.password],
    ...partsOf(settings).map(({ part, path }): [string, string | undefined] => [
      `${path}.sentry`,
      part.sentry === false ? undefined : part.sentry,
    ]),
    ...passwords("access.basicAuth", access?.basicAuth),
    ...settings.routes.flatMap((route, index) =>
      passwords(`routes[${index}].access.basicAuth`, route.access?.basicAuth),
    ),
    ...(postgres?.mode === "external"
      ? (["url", "readUrl", "directUrl", "ca"] as const).map((key): [string, string | undefined] => [
          `postgres.${key}`,
          postgres[key],
        ])
      : []),
  ];
  const found = named.flatMap(([path, name]) =>
    name === undefined ? [] : missingSecret(settings, path, name),
  );
  const login = [registry.server, registry.username, registry.password];
  if (login.some((one) => one !== undefined) && login.includes(undefined)) {
    found.push(
      problem("registry", "half a login", "server, username and password together", "add what is missing"),
    );
  }
  found.push(...registries(settings));
  found.push(
    ...repeated(settings.waivers, ({ rule, resource }) => `${rule} ${resource}`).map(({ item }) =>
      problem("waivers", `${item.rule} for ${item.resource} twice`, "each waiver once", "take one out"),
    ),
  );
  return found;
};

function passwords(
  path: string,
  asked: string | Readonly<Record<string, string>> | undefined,
): [string, string][] {
  if (asked === undefined) return [];
  if (typeof asked === "string") return [[path, asked]];
  return Object.entries(asked).map(([user, secret]) => [`${path}.${user}`, secret]);
}

function registries(settings: Settings): Problem[] {
  const { allowed } = settings.registry;
  if (allowed.length === 0) return [];
  return partsOf(settings).flatMap(({ part, path }) => {
    const image = part.image ?? part.build?.image;
    if (image === undefined) return [];
    const full = `${image.registry}/${image.repository}`;
    const within = allowed.some(
      (prefix) => full === prefix || full.startsWith(`${prefix.replace(/\/$/, "")}/`),
    );
    const where = part.image === undefined ? `${path}.build.image` : `${path}.image`;
    return within
      ? []
      : [
          problem(
            where,
            `an image from ${full}`,
            `registry.allowed (${allowed.join(", ")})`,
            "push it there, or allow it",
          ),
        ];
  });
}
