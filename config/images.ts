/** What a stack runs besides its own parts, where it names no image: the one place to raise those versions. */
import { pinned } from "./digests";

/** By major version: what `postgres.version` and `redis.version` stand for. */
const postgres: Readonly<Record<number, string>> = {
  14: "14.24-202608310817",
  15: "15.19-202608310817",
  16: "16.15-202608310817",
  17: "17.11-202608310816",
  18: "18.6-202608310817",
};
const redis: Readonly<Record<number, string>> = {
  6: "6.2.24-bookworm",
  7: "7.4.11-bookworm",
  8: "8.10.2",
};

/** The operator's own build of Postgres: its tag says when it was made, and so never moves. */
export const postgresImage = (version: number): string =>
  pinned(`ghcr.io/cloudnative-pg/postgresql:${postgres[version] ?? version}-standard-bookworm`);

export const redisImage = (version: number): string =>
  pinned(`docker.io/library/redis:${redis[version] ?? version}`);

export const redisExporterImage = pinned("docker.io/oliver006/redis_exporter:v1.90.0");

/** Grafana's agent, which sends a product's logs on. */
export const logsImage = pinned("docker.io/grafana/alloy:v1.10.2");

/** What runs the keeper: the program that rehearses restores. */
export const keeperImage = pinned("docker.io/library/node:24.21.0-bookworm-slim");

/** Barman as the plugin runs it beside each database. */
export const barmanImage = pinned("ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.13.0");

/** What carries copies from one bucket to another. */
export const rcloneImage = pinned("docker.io/rclone/rclone:1.74.4");
