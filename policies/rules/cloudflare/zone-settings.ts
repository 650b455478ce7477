import { pages } from "../../frameworks";
import { resourceRule, stackRule } from "../../rule";
import type { Resource } from "../../resource";

const isSetting = (resource: Resource) => resource.type === "cloudflare:index/zoneSetting:ZoneSetting";

/** The settings that TLS depends on, and their safe values. */
const safe: Readonly<Record<string, { values: readonly string[]; message: string }>> = {
  ssl: { values: ["strict", "full_strict"], message: "Cloudflare does not check who answers behind it" },
  min_tls_version: { values: ["1.2", "1.3"], message: "Cloudflare takes versions of TLS that are broken" },
  always_use_https: { values: ["on"], message: "Cloudflare passes plain HTTP on" },
};

export const cloudflareTls = resourceRule({
  name: "cloudflare-is-strict",
  title: "A Cloudflare zone's TLS settings are the safe ones.",
  severity: "critical",
  applies: isSetting,
  check: (resource, report) => {
    const { settingId, value } = resource.props as { settingId: string; value: unknown };
    const known = safe[settingId];
    if (known === undefined || known.values.includes(String(value))) return;
    report(resource, {
      property: "value",
      wanted: `${known.values.join(" or ")} for ${settingId}`,
      message: known.message,
    });
  },
  fix: "Set ssl to strict, min_tls_version to 1.2 or 1.3, and always_use_https to on.",
  url: pages.cloudflareTls,
});

export const cloudflareComplete = stackRule({
  name: "cloudflare-zones-set-tls",
  title: "Whoever keeps a zone's settings keeps the ones that TLS depends on.",
  severity: "high",
  check: (stack, report) => {
    const zones = new Map<string, { first: Resource; settings: Set<string> }>();
    stack.each(stack.resources.filter(isSetting), (resource) => {
      const { settingId, zoneId } = resource.props as { settingId: string; zoneId: string };
      const zone = zones.get(zoneId) ?? { first: resource, settings: new Set<string>() };
      zones.set(zoneId, zone);
      zone.settings.add(settingId);
    });
    for (const { first, settings } of zones.values()) {
      const missing = Object.keys(safe).filter((name) => !settings.has(name));
      if (missing.length === 0) continue;
      report(first, {
        property: "settingId",
        found: [...settings].sort().join(", "),
        wanted: `${missing.join(", ")} besides`,
        message: "the zone leaves to chance what TLS depends on",
      });
    }
  },
  fix: "Add a ZoneSetting for each of ssl, min_tls_version and always_use_https.",
  url: pages.cloudflareMinimum,
});
