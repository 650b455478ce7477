/** What each tier insists on. Production may not be careless, and staging may not be open by accident. */
import type { Problem } from "../problems";
import type { Settings } from "../settings";
import { type Check, partsOf, problem } from "./check";

export const tier: Check = (settings) => {
  const found = [...moving(settings), ...open(settings)];
  return settings.tier === "production" ? [...found, ...production(settings)] : found;
};

/** `latest` means something else tomorrow: nothing that others use may depend on it. */
function moving(settings: Settings): Problem[] {
  if (settings.tier === "local") return [];
  return partsOf(settings).flatMap(({ part: { image }, path }) => {
    if (image === undefined || image.digest !== undefined) return [];
    if (image.tag !== undefined && image.tag !== "latest") return [];
    const found = image.tag === undefined ? "an image without a tag" : "an image tagged latest";
    return [
      problem(
        `${path}.image`,
        found,
        `images with a version in ${settings.tier}`,
        "write the version, and the digest with it",
      ),
    ];
  });
}

function open(settings: Settings): Problem[] {
  const { access, routes } = settings;
  if (access?.public === true && (access.allow !== undefined || access.basicAuth !== undefined)) {
    return [problem("access", "public beside allow or basicAuth", "one of them", "take one out")];
  }
  const guarded = access?.public === true || access?.allow !== undefined || access?.basicAuth !== undefined;
  if (settings.tier !== "staging" || guarded || routes.length === 0) return [];
  return [
    problem(
      "access",
      "a staging stack open to everyone",
      "allow, basicAuth or public: true",
      "write access: {allow: [your network]}, or {public: true} if it is meant",
    ),
  ];
}

function production(settings: Settings): Problem[] {
  const { postgres, tls, alerts, monitoring, clusters, headers } = settings;
  const found = partsOf(settings).flatMap(({ part, path }) => [
    ...(part.scale.min === 1 && part.scale.queue === undefined
      ? [
          problem(
            `${path}.scale.min`,
            "1 replica",
            "at least 2 in production",
            "write scale: 2: one replica is an outage in waiting",
          ),
        ]
      : []),
    ...(part.image !== undefined &&
    part.image.digest === undefined &&
    part.image.tag !== undefined &&
    part.image.tag !== "latest"
      ? [
          problem(
            `${path}.image`,
            "an image without a digest",
            "images pinned by digest in production",
            `write ${part.image.text}@sha256:...`,
          ),
        ]
      : []),
  ]);
  if (postgres?.mode === "operator") {
    if (postgres.instances < 2)
      found.push(
        problem("postgres.instances", String(postgres.instances), "at least 2 in production", "write 3"),
      );
    if (postgres.backup === undefined)
      found.push(
        problem("postgres.backup", "nothing", "backups in production", "write backup: {bucket: ...}"),
      );
  }
  if (tls.issuer === "local" || tls.issuer === "letsencrypt-staging") {
    found.push(
      problem(
        "tls.issuer",
        `"${tls.issuer}", which browsers do not trust`,
        "a trusted issuer in production",
        "write letsencrypt",
      ),
    );
  }
  if (!tls.redirect) found.push(problem("tls.redirect", "false", "true in production", "take it out"));
  if (headers.hsts === false)
    found.push(problem("headers.hsts", "false", "Strict-Transport-Security in production", "take it out"));
  if (!monitoring.enabled)
    found.push(problem("monitoring.enabled", "false", "true in production", "take it out"));
  if (alerts.critical === undefined)
    found.push(
      problem("alerts.critical", "nothing", "a channel in production", "write alerts: {critical: pagerduty}"),
    );
  for (const [name, { cloud }] of Object.entries(clusters)) {
    if (cloud === "local")
      found.push(
        problem(
          `clusters.${name}.cloud`,
          '"local"',
          "a cluster that outlives this machine in production",
          "write tier: local, or name the cloud",
        ),
      );
  }
  return found;
}
