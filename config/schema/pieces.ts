/** What parts and jobs are made of: image builds, scale, resources, health, volumes, variables. */
import { z } from "zod";
import { FACT_FORMS, parseFact } from "../facts";
import { LONGEST } from "../names";
import {
  absolutePath,
  bytes,
  cidr,
  command,
  duration,
  envName,
  image,
  key,
  name,
  nonEmpty,
  oneOf,
  port,
  schedule,
  secretName,
  whole,
} from "./types";

const MOST_REPLICAS = 500;
const replicas = () => whole(0, MOST_REPLICAS);
export const ARCHITECTURES = ["amd64", "arm64"] as const;
/** A name of a store (postgres, redis) or of another part. */
export const need = () => name(LONGEST.part, "part, or postgres or redis");

export const envMap = () =>
  z.record(
    envName(),
    z
      .union([z.string(), z.number(), z.boolean()], { error: () => "a text, a number, true or false" })
      .transform(String),
    { error: () => "a map from names to values" },
  );

/** `[JWT_SECRET]`, or `{ENV_NAME: SECRET}` where the program wants another name. */
export const secretMap = () =>
  z
    .union([z.array(secretName()), z.record(envName(), secretName())], {
      error: () => "a list of secrets such as [JWT_SECRET], or a map such as {TOKEN_KEY: JWT_SECRET}",
    })
    .transform((names) =>
      Array.isArray(names) ? Object.fromEntries(names.map((one) => [one, one])) : names,
    );

/** `{DB_HOST: postgres.host}`. */
export const fromMap = () =>
  z.record(
    envName(),
    z.string({ error: () => FACT_FORMS }).transform((text, context) => {
      const parsed = parseFact(text);
      if (parsed === undefined) context.addIssue({ code: "custom", message: FACT_FORMS });
      return parsed ?? z.NEVER;
    }),
    { error: () => "a map from variables to what is asked of a need, such as {DB_HOST: postgres.host}" },
  );

export const build = z.strictObject({
  context: key(nonEmpty("a folder such as ./api"), "Folder the image is built from", "./api"),
  dockerfile: key(
    nonEmpty("a file such as Dockerfile").optional(),
    "Dockerfile, below `context`",
    "Dockerfile",
  ),
  target: key(
    nonEmpty("a stage's name").optional(),
    "Stage of a multi-stage Dockerfile to build",
    "production",
  ),
  args: key(envMap().prefault({}), "Build arguments. Never secrets: they stay in the image", {
    NODE_ENV: "production",
  }),
  platforms: key(
    z.array(oneOf("linux/amd64", "linux/arm64")).min(1).prefault(["linux/amd64"]),
    "Architectures to build for",
  ),
  image: key(
    image(),
    "Repository and tag to push to; the part is deployed by the digest of the push",
    "ghcr.io/acme/api:main",
  ),
});

const queueScaler = z.strictObject({
  redis: key(
    nonEmpty("a Redis key", 256),
    "Redis list (or stream) whose length counts the waiting jobs",
    "jobs",
  ),
  depth: key(whole(1, 1_000_000), "Waiting jobs for each replica", 50),
});

const scaleObject = z.strictObject({
  min: key(
    replicas().optional(),
    "Least replicas; 2 in staging and production, 1 in local, when not said",
    3,
  ),
  max: key(replicas().optional(), "Most replicas; when not said, `min`, and nothing scales", 10),
  cpu: key(
    percentInt().optional(),
    "Average CPU use, in per cent of the request, above which replicas are added",
    70,
  ),
  memory: key(
    percentInt().optional(),
    "Average memory use, in per cent of the request, above which replicas are added",
    80,
  ),
  queue: key(queueScaler.optional(), "Scale by the length of a queue instead of by load"),
  settle: key(
    duration(0, 3600e3, "a duration up to 1h").prefault("5m"),
    "How long load must stay low before replicas are removed",
  ),
});
function percentInt() {
  return whole(1, 100);
}
export const scale = z
  .union([replicas(), scaleObject], { error: () => "a number of replicas, or a map with min and max" })
  .transform((value) => (typeof value === "number" ? scaleObject.parse({ min: value, max: value }) : value));

export const amount = <T extends z.ZodType<unknown, string | number>>(leaf: T, allowed: string) =>
  z
    .union([leaf, z.strictObject({ request: key(leaf, "Reserved"), limit: key(leaf, "Never exceeded") })], {
      error: () => allowed,
    })
    .transform((value) => {
      type Leaf = z.output<T>;
      const both = value as { request: Leaf; limit: Leaf } | Leaf;
      return typeof both === "object" && both !== null && "request" in both
        ? both
        : { request: both, limit: both };
    }) as unknown as z.ZodType<
    { request: z.output<T>; limit: z.output<T> },
    z.input<T> | { request: z.input<T>; limit: z.input<T> }
  >;

export const health = z.strictObject({
  live: key(absolutePath().prefault("/health"), "Path that answers 200 while the process is worth keeping"),
  ready: key(
    absolutePath().optional(),
    "Path that answers 200 while traffic may come; when not said, `live`",
    "/ready",
  ),
  command: key(command().optional(), "For parts without a port: a command that exits 0 while all is well", [
    "node",
    "healthy.js",
  ]),
  interval: key(duration(1e3, 3600e3).prefault("10s"), "Time between two probes"),
  timeout: key(duration(1e3, 3600e3).prefault("5s"), "Time a probe may take"),
  failures: key(whole(1, 100).prefault(3), "Failed probes before a restart, or before traffic stops"),
  startup: key(duration(0, 3600e3).prefault("60s"), "Time to start before failed probes count"),
});

/** A worker has no port of its own for others: its probes ask a command, or a port that only they use. */
export const workerHealth = health.extend({
  live: key(absolutePath().optional(), "Path that answers 200 while the process is worth keeping", "/health"),
  port: key(port().optional(), "Port of those paths; when not said, the one of `metrics`", 9000),
});

export const volume = z.strictObject({
  path: key(absolutePath("a path that starts with / such as /data"), "Where it is mounted", "/data"),
  size: key(bytes(1024 ** 2, 64 * 1024 ** 4, "a size from 1Mi to 64Ti"), "How large it is", "10Gi"),
  kind: key(
    oneOf("disk", "shared", "scratch", "memory").prefault("disk"),
    "`disk` keeps its data (one pod), `shared` keeps it for many pods, `scratch` lives as long as the pod, `memory` is scratch in RAM",
  ),
  class: key(nonEmpty("a storage class").optional(), "Storage class; when not said, the cloud's usual one"),
  snapshots: key(
    z
      .strictObject({
        every: key(schedule(), "When a snapshot is taken", "daily"),
        keep: key(duration(3600e3), "How long snapshots are kept", "30d"),
      })
      .optional(),
    "Volume snapshots, where the cloud has them",
  ),
});
/** `prometheus.monitoring:9090`: a Service of another namespace, and its pods' port. */
const NEIGHBOUR = /^[a-z][a-z0-9-]{0,62}\.([a-z][a-z0-9-]{0,62}):(\d{1,5})$/;

export function egress() {
  const allowed =
    "internet, internet:PORT, a range with an optional port such as 10.0.0.0/8:5432, or a neighbour in the cluster such as prometheus.monitoring:9090";
  return z.string({ error: () => allowed }).transform((text, context) => {
    const [, namespace, door] = NEIGHBOUR.exec(text) ?? [];
    if (namespace !== undefined && Number(door) >= 1 && Number(door) <= 65535) {
      return { text, to: undefined, namespace, port: Number(door) };
    }
    const [, place = "", , written] = /^(internet|.+?\/\d+)(:(\d{1,5}))?$/.exec(text) ?? [];
    const number = written === undefined ? undefined : Number(written);
    const range = place === "internet" ? undefined : cidr().safeParse(place).data;
    const bad = place === "" || (place !== "internet" && range === undefined);
    if (bad || (number !== undefined && (number < 1 || number > 65535))) {
      context.addIssue({ code: "custom", message: allowed });
      return z.NEVER;
    }
    return {
      text,
      to: range ?? ("internet" as const),
      namespace: undefined,
      port: number ?? (place === "internet" ? 443 : undefined),
    };
  });
}

export const healthOf = z
  .union([absolutePath(), health], { error: () => "a path such as /health, or a map" })
  .transform((value) => (typeof value === "string" ? health.parse({ live: value }) : value));
