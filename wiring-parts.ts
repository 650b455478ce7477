/** From a stack's parts and jobs to what their components are told: images, needs, variables, secrets, ways out. */
import type * as pulumi from "@pulumi/pulumi";
import type { LogsArgs } from "./components/logs";
import type { HeldSecret, Needed } from "./components/needs";
import type { Place as Reach } from "./components/network";
import type { Part } from "./components/part";
import type { PartArgs } from "./components/part-args";
import type { TaskArgs } from "./components/task";
import { traefik } from "./components/traefik";
import type { ApiSettings, PartSettings, Settings, WebSettings } from "./config";
import { classOf, type Get, type Place } from "./wiring";

/** What all kinds of parts are told. */
export function partOf(
  name: string,
  part: PartSettings,
  image: pulumi.Input<string> | undefined,
  there: Readonly<Record<string, Needed | undefined>>,
  earlier: readonly Part[],
  { cloud, cluster, secret, settings, space }: Place,
): PartArgs {
  if (image === undefined) throw new Error(`parts.${name}: neither an image nor a build`);
  const migrated = part.needs.includes("postgres") ? earlier.flatMap(({ migrations }) => migrations) : [];
  return {
    after: migrated,
    architectures: part.architectures,
    args: part.args,
    command: part.command,
    cpu: part.cpu,
    deadline: part.deadline,
    drain: part.drain,
    egress: egressOf(part, settings),
    env: envOf(name, part, settings),
    from: part.from,
    grace: part.grace,
    image,
    memory: part.memory,
    metrics: part.metrics,
    migrate: part.migrate,
    needs: part.needs.map((need) => there[need]).filter((needed) => needed !== undefined),
    priority: part.priority,
    scale: part.scale,
    secrets: secretsOf(part, settings, secret),
    space,
    storageClass: classOf(undefined, cluster, cloud),
    user: part.user,
    volumes: part.volumes,
  };
}

/** What parts with a port are told beside: who comes in through the gateway. */
export function listening(name: string, part: ApiSettings | WebSettings, { settings }: Place) {
  const routed = settings.routes.some((route) => route.to === name);
  return { health: part.health, ingress: routed ? [traefik.from(part.port)] : [], port: part.port };
}

/** A job, with the image, needs and variables of its part. */
export function taskOf(
  job: Settings["jobs"][string],
  image: pulumi.Input<string> | undefined,
  there: Readonly<Record<string, Needed | undefined>>,
  earlier: readonly Part[],
  here: Place,
): TaskArgs {
  const part = here.settings.parts[job.part];
  if (part === undefined) throw new Error(`jobs: no part ${job.part}`);
  const {
    after = [],
    needs = [],
    secrets = {},
    ...args
  } = partOf(job.part, part, image, there, earlier, here);
  return {
    after,
    architectures: args.architectures,
    command: job.command,
    cpu: job.cpu,
    egress: args.egress ?? [],
    env: { ...args.env, ...job.env },
    from: part.from,
    every: job.every,
    image: args.image,
    memory: job.memory,
    needs,
    overlap: job.overlap,
    retries: job.retries,
    secrets,
    space: here.space,
    timeout: job.timeout,
    user: part.user,
  };
}

/** The way of all parts' logs to Loki. */
export function logsOf(loki: string, { settings, space }: Place): LogsArgs {
  return { at: placeOf(loki), environment: settings.tier, loki, space };
}

/** Parts in an order in which each comes after those it needs. */
export function inOrder(parts: Settings["parts"]): [string, PartSettings][] {
  const placed = new Map<string, PartSettings>();
  const place = (name: string): void => {
    const part = parts[name];
    if (part === undefined || placed.has(name)) return;
    part.needs.forEach(place);
    placed.set(name, part);
  };
  // Those that migrate first: whoever shares their database starts on its new shape.
  const migrating = Object.keys(parts).filter((name) => parts[name]?.migrate !== undefined);
  [...migrating, ...Object.keys(parts)].forEach(place);
  return [...placed];
}

/** The part's own variables, over the stack's, over those of error tracking and tracing. */
function envOf(name: string, part: PartSettings, settings: Settings): Record<string, string> {
  const { otel, sentry, tier } = settings;
  const tracked = sentry !== undefined && part.sentry !== false;
  return {
    ...(tracked
      ? {
          SENTRY_ENVIRONMENT: sentry.environment,
          SENTRY_RELEASE: releaseOf(part),
          SENTRY_TRACES_SAMPLE_RATE: String(sentry.traces),
        }
      : {}),
    ...(otel === undefined
      ? {}
      : {
          OTEL_EXPORTER_OTLP_ENDPOINT: otel.endpoint,
          OTEL_RESOURCE_ATTRIBUTES: `deployment.environment=${tier},service.namespace=${settings.product}`,
          OTEL_SERVICE_NAME: name,
          OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
          OTEL_TRACES_SAMPLER_ARG: String(otel.sample),
        }),
    ...settings.env,
    ...part.env,
  };
}

/** The part's secrets, and those of error tracking and tracing, by variable. */
function secretsOf(part: PartSettings, settings: Settings, get: Get): Record<string, HeldSecret> {
  const { otel, sentry } = settings;
  const dsn = part.sentry === false || sentry === undefined ? undefined : (part.sentry ?? sentry.dsn);
  const named = {
    ...(dsn === undefined ? {} : { SENTRY_DSN: dsn }),
    ...(otel?.headers === undefined ? {} : { OTEL_EXPORTER_OTLP_HEADERS: otel.headers }),
    ...part.secrets,
  };
  return Object.fromEntries(Object.entries(named).map(([variable, name]) => [variable, get(name)]));
}

/** Where the part may go beyond its needs. */
function egressOf(part: PartSettings, settings: Settings): Reach[] {
  const { otel, sentry } = settings;
  const said = part.egress.map(({ to, namespace, port }): Reach => {
    const ports = port === undefined ? [] : [port];
    return namespace === undefined ? { ports, range: to } : { namespace, ports };
  });
  const places: Reach[] = [...said];
  if (sentry !== undefined && part.sentry !== false) places.push({ ports: [443], range: "internet" });
  if (otel !== undefined) places.push(placeOf(otel.endpoint));
  return places;
}

/** `http://collector.monitoring:4318` is in the namespace monitoring; a name with more to it is outside. */
export function placeOf(address: string): Reach {
  const url = new URL(address);
  const port = url.port === "" ? (url.protocol === "http:" ? 80 : 443) : Number(url.port);
  const [, namespace, ...more] = url.hostname.split(".");
  const inside = namespace !== undefined && (more.length === 0 || more[0] === "svc");
  return inside ? { namespace, ports: [port] } : { ports: [port], range: "internet" };
}

/** What error tracking calls this version: the image's digest, or its tag. */
function releaseOf(part: PartSettings): string {
  const image = part.image ?? part.build?.image;
  return image?.digest ?? image?.tag ?? "latest";
}
