/** Each part by itself: image, scale, resources, probes, volumes. */
import { clouds } from "../../clouds";
import type { Problem } from "../problems";
import type { PartSettings, Settings } from "../settings";
import { type Check, partsOf, problem, repeated } from "./check";

export const parts: Check = (settings) => {
  if (Object.keys(settings.parts).length === 0) {
    return [
      problem("parts", "no part", "at least one part", "such as api: {kind: api, image: ..., port: 8000}"),
    ];
  }
  const each = partsOf(settings).flatMap(({ part, path }) => [
    ...source(part, path),
    ...scale(settings, part, path),
    ...resources(part, path),
    ...probes(part, path),
    ...times(part, path),
    ...volumes(settings, part, path),
    ...database(part, path),
  ]);
  return [...each, ...oneMigration(settings)];
};

function source(part: PartSettings, path: string): Problem[] {
  if (part.image !== undefined && part.build !== undefined) {
    return [problem(path, "both image and build", "one of them", "take one out")];
  }
  if (part.image === undefined && part.build === undefined) {
    return [
      problem(path, "neither image nor build", "one of them", "write image: registry/name:tag@sha256:..."),
    ];
  }
  if (part.build?.image.digest !== undefined) {
    return [
      problem(
        `${path}.build.image`,
        "an image with a digest",
        "a repository and tag",
        "the digest comes from the build; take it off",
      ),
    ];
  }
  return [];
}

function scale(settings: Settings, part: PartSettings, path: string): Problem[] {
  const { min, max, cpu, memory, queue } = part.scale;
  const found: Problem[] = [];
  if (min > max) {
    found.push(
      problem(`${path}.scale.max`, String(max), `at least scale.min (${min})`, `write ${min} or more`),
    );
  } else if (min === max && (cpu !== undefined || memory !== undefined || queue !== undefined)) {
    found.push(
      problem(
        `${path}.scale`,
        `a scaler with min and max both ${min}`,
        "a max above min",
        `write max: ${2 * Math.max(min, 1)}, or take the scaler out`,
      ),
    );
  } else if (min < max && cpu === undefined && memory === undefined && queue === undefined) {
    found.push(
      problem(
        `${path}.scale`,
        `min ${min}, max ${max} and nothing to scale by`,
        "cpu, memory or queue with them",
        "write cpu: 70",
      ),
    );
  }
  if (queue !== undefined && (cpu !== undefined || memory !== undefined)) {
    found.push(
      problem(
        `${path}.scale`,
        "queue beside cpu or memory",
        "either queue, or cpu and memory",
        "take one out",
      ),
    );
  }
  if (min === 0 && max > 0 && queue === undefined) {
    found.push(problem(`${path}.scale.min`, "0", "at least 1, or 0 with scale.queue", "write 1"));
  }
  if (max === 0) found.push(problem(`${path}.scale.max`, "0", "at least 1", "take the part out instead"));
  if (queue !== undefined && !part.needs.includes("redis")) {
    found.push(
      problem(
        `${path}.scale.queue`,
        "a part that does not need redis",
        "parts that need redis",
        "write needs: [redis]",
      ),
    );
  } else if (queue !== undefined && settings.redis?.role === "cache") {
    found.push(
      problem(
        `${path}.scale.queue`,
        "a queue in a Redis whose role is cache, which evicts jobs",
        "redis.role queue",
        "write redis: {role: queue}",
      ),
    );
  }
  return found;
}

function resources(part: PartSettings, path: string): Problem[] {
  return (["cpu", "memory"] as const)
    .filter((kind) => part[kind].request.value > part[kind].limit.value)
    .map((kind) => {
      const { request, limit } = part[kind];
      return problem(
        `${path}.${kind}.limit`,
        limit.text,
        `at least the request (${request.text})`,
        `write ${request.text} or more`,
      );
    });
}

function probes(part: PartSettings, path: string): Problem[] {
  const { health } = part;
  if (health === undefined) return [];
  const found: Problem[] = [];
  if (health.timeout.value > health.interval.value) {
    found.push(
      problem(
        `${path}.health.timeout`,
        health.timeout.text,
        `at most health.interval (${health.interval.text})`,
        `write ${health.interval.text} or less`,
      ),
    );
  }
  if (part.kind !== "worker" || part.health === undefined) return found;
  const { live, command, port } = part.health;
  if ((live === undefined) === (command === undefined)) {
    found.push(
      problem(
        `${path}.health`,
        live === undefined ? "neither live nor command" : "both live and command",
        "one of them",
        "write live: /health and a port, or command: [...]",
      ),
    );
  } else if (live !== undefined && port === undefined && part.metrics?.port === undefined) {
    found.push(
      problem(`${path}.health.port`, "nothing", "the port that answers live", "write port: and its number"),
    );
  }
  return found;
}

function times(part: PartSettings, path: string): Problem[] {
  const found: Problem[] = [];
  if (part.drain.value >= part.grace.value) {
    found.push(
      problem(
        `${path}.drain`,
        part.drain.text,
        `less than grace (${part.grace.text})`,
        "shorten it, or lengthen grace: draining is part of it",
      ),
    );
  }
  const startup = part.health?.startup;
  if (startup !== undefined && startup.value >= part.deadline.value) {
    found.push(
      problem(
        `${path}.deadline`,
        part.deadline.text,
        `longer than health.startup (${startup.text})`,
        "lengthen it: a slow start would count as a failed update",
      ),
    );
  }
  return found;
}

const KERNEL_PATHS = ["/", "/proc", "/sys", "/dev", "/etc", "/var/run/secrets"];

function volumes(settings: Settings, part: PartSettings, path: string): Problem[] {
  const all = Object.entries(part.volumes).map(([name, volume]) => ({
    ...volume,
    where: `${path}.volumes.${name}`,
  }));
  const found = repeated(all, (volume) => volume.path.replace(/\/+$/, "")).map(({ item, first }) =>
    problem(`${item.where}.path`, `"${item.path}", as ${first.where} has`, "a path of its own", "change one"),
  );
  for (const { where, ...volume } of all) {
    const clean = volume.path.replace(/\/+$/, "") || "/";
    if (KERNEL_PATHS.includes(clean)) {
      found.push(problem(`${where}.path`, `"${volume.path}"`, "a folder of the part's own", "such as /data"));
    }
    if (volume.kind === "disk" && part.scale.max > 1) {
      found.push(
        problem(
          `${where}.kind`,
          `a disk for up to ${part.scale.max} replicas`,
          "disk for one replica, shared for several",
          "write kind: shared, or scale: 1",
        ),
      );
    }
    if (volume.snapshots !== undefined && (volume.kind === "scratch" || volume.kind === "memory")) {
      found.push(
        problem(
          `${where}.snapshots`,
          `snapshots of kind ${volume.kind}`,
          "snapshots of disk and shared",
          "take them out",
        ),
      );
    }
    if (volume.class !== undefined) continue;
    for (const [name, cluster] of Object.entries(settings.clusters)) {
      const cloud = clouds[cluster.cloud];
      if (volume.kind === "shared" && !("sharedStorageClass" in cloud)) {
        found.push(
          problem(
            `${where}.class`,
            `no class for a shared volume on clusters.${name} (${cluster.cloud})`,
            "a storage class that many pods can mount",
            "name one: class: nfs",
          ),
        );
      }
      if (volume.snapshots !== undefined && volume.kind === "disk" && !("volumeSnapshotClass" in cloud)) {
        found.push(
          problem(
            `${where}.snapshots`,
            `snapshots on clusters.${name} (${cluster.cloud}), which comes without them`,
            "clouds with a snapshot class",
            "take them out, or use another cloud",
          ),
        );
      }
    }
  }
  return found;
}

function database(part: PartSettings, path: string): Problem[] {
  if (part.needs.includes("postgres")) return [];
  return (["migrate", "pool"] as const)
    .filter((key) => part[key] !== undefined)
    .map((key) =>
      problem(
        `${path}.${key}`,
        "a part that does not need postgres",
        "parts that need postgres",
        "write needs: [postgres]",
      ),
    );
}

function oneMigration(settings: Settings): Problem[] {
  const migrating = partsOf(settings).filter(({ part }) => part.migrate !== undefined);
  const [first, ...others] = migrating;
  const found = others.map(({ path }) =>
    problem(
      `${path}.migrate`,
      `a second migration, beside ${first?.path ?? ""}.migrate`,
      "one part that migrates the database",
      "take one out",
    ),
  );
  for (const { part, path } of migrating) {
    const { postgres } = settings;
    if (
      part.migrate?.backup !== undefined &&
      postgres?.mode === "operator" &&
      postgres.backup === undefined
    ) {
      found.push(
        problem(
          `${path}.migrate.backup`,
          "a wait for a backup that is never taken",
          "it together with postgres.backup",
          "declare postgres.backup",
        ),
      );
    }
  }
  return found;
}
