/** A service that runs the product's own program: a part of kind api, web or worker. */
import type { Variables } from "./environment";
import { health, probedPort } from "./health";
import { isRecord, type Loose } from "./read";
import type { Path, Report } from "./report";
import { coresOf, durationOf, memoryOf, plain, secretNameOf, wordsOf } from "./values";
import { hasDisk, volumes } from "./volumes";

export type Part = Record<string, unknown>;
export interface PartContext {
  readonly kind: "api" | "web" | "worker";
  readonly product: string;
  /** Registry and path built images go to: `ghcr.io/acme`. */
  readonly registry: string;
  readonly name: string;
  readonly variables: Variables;
  /** Other services that mount a volume. */
  readonly others: (volume: string) => readonly string[];
}

export function partFrom(service: Loose, path: Path, context: PartContext, report: Report): Part {
  const part: Part = { kind: context.kind };
  source(service, path, context, part, report);
  if (context.kind !== "worker") part.port = portOf(service, path, report);
  else if (service.ports !== undefined) report.leftOut([...path, "ports"], "a worker has no port");
  health(service, path, context.kind, part, report);
  words(service, path, part, report);
  const { env, from, needs, secrets } = context.variables;
  if (needs.size > 0) part.needs = [...needs].sort();
  if (Object.keys(env).length > 0) part.env = env;
  if (Object.keys(from).length > 0) part.from = from;
  const files = mountedSecrets(service, path, report);
  const all = [...new Set([...secrets, ...files])];
  if (all.length > 0) part.secrets = all;
  resources(service, path, part, report);
  volumes(service, path, context.others, part, report);
  user(service, path, part, report);
  stop(service, path, part, report);
  return part;
}

function source(
  service: Loose,
  path: Path,
  { name, product, registry }: PartContext,
  part: Part,
  report: Report,
): void {
  const { build, image } = service;
  if (build === undefined) {
    part.image = plain(image);
    report.carried([...path, "image"], `parts.${name}.image`);
    return;
  }
  const said = isRecord(build) ? build : { context: plain(build) };
  const at = [...path, "build"];
  const target =
    typeof image === "string" ? image.replace(/@.*$/, "") : `${registry}/${product}-${name}:main`;
  const made: Record<string, unknown> = { context: plain(said.context ?? "."), image: target };
  const known = ["context", "dockerfile", "target", "args", "platforms"];
  for (const key of ["dockerfile", "target"]) if (said[key] !== undefined) made[key] = plain(said[key]);
  const args = argumentsOf(said.args, [...at, "args"], report);
  if (Object.keys(args).length > 0) made.args = args;
  const platforms = (Array.isArray(said.platforms) ? said.platforms : []).filter((one) =>
    ["linux/amd64", "linux/arm64"].includes(plain(one)),
  );
  if (platforms.length > 0) made.platforms = platforms;
  for (const key of Object.keys(said).filter((one) => !known.includes(one))) {
    report.leftOut([...at, key], `build.${key}: the pipeline that builds can have it`);
  }
  for (const key of known.filter((one) => one in said && one !== "args")) {
    report.carried([...at, key], `parts.${name}.build.${key}`);
  }
  if (!isRecord(build)) report.carried(at, `parts.${name}.build.context`);
  if (typeof image === "string") report.carried([...path, "image"], `parts.${name}.build.image`);
  else report.note(at, `pushed as ${target}: say where else with --registry`);
  part.build = made;
}

function argumentsOf(args: unknown, at: Path, report: Report): Record<string, string> {
  const pairs = Array.isArray(args)
    ? args.map((line: unknown, index) => {
        const [name = "", ...value] = plain(line).split("=");
        return { name, value: value.length === 0 ? undefined : value.join("="), where: index };
      })
    : isRecord(args)
      ? Object.entries(args).map(([name, value]) => ({
          name,
          value: value === null ? undefined : plain(value),
          where: name,
        }))
      : [];
  const kept = pairs.filter(({ name, value, where }) => {
    const secret = /(?:PASSWORD|SECRET|TOKEN|KEY)$/i.test(name);
    const known = value !== undefined && !value.includes("${");
    if (known && !secret) report.carried([...at, where], `build.args.${name}`);
    else if (secret)
      report.leftOut([...at, where], `${name} would stay in the image: mount it while building`);
    else report.leftOut([...at, where], `${name} has no value here`);
    return known && !secret;
  });
  return Object.fromEntries(kept.map(({ name, value }) => [name, value ?? ""]));
}

/** The first port inside the container; the others are said. */
function portOf(service: Loose, path: Path, report: Report): number {
  const ports = Array.isArray(service.ports) ? (service.ports as unknown[]) : [];
  const ranges = ports.map((one) => /(\d+)(?:-(\d+))?(?:\/(?:tcp|udp))?$/.exec(plain(one)) ?? []);
  const inside = ports.map((one, index) => Number(isRecord(one) ? one.target : ranges[index]?.[1]));
  const exposed = (Array.isArray(service.expose) ? service.expose : []).map((one) =>
    Number.parseInt(plain(one), 10),
  );
  const port = inside.find((one) => one > 0) ?? exposed.find((one) => one > 0) ?? probedPort(service) ?? 8080;
  if (port < 1024)
    report.note(path, `port ${port}: parts are not root; let the program listen on one from 1024 on`);
  inside.forEach((one, index) => {
    const at = [...path, "ports", index];
    const protocol = isRecord(ports[index])
      ? ports[index].protocol
      : /\/(udp)$/.exec(plain(ports[index]))?.[1];
    if (protocol === "udp") report.leftOut(at, "udp: routes are http");
    else if (one === port) {
      report.carried(at, `port: ${port}; from outside by its route`);
      const last = ranges[index]?.[2];
      if (last !== undefined) report.leftOut(at, `up to ${last}: a part has one port`);
    } else report.leftOut(at, `${one}: a part has one port`);
  });
  return port;
}

function words(service: Loose, path: Path, part: Part, report: Report): void {
  const command = wordsOf(service.command);
  const entrypoint = wordsOf(service.entrypoint);
  if (entrypoint !== undefined) {
    part.command = entrypoint;
    report.carried([...path, "entrypoint"], "command: what Kubernetes calls the entry point");
  }
  if (command === undefined) return;
  // Compose's command are arguments to the entry point, of which an image may have one.
  part.args = command;
  const reloads = command.some((word) => /--reload|nodemon|watch/.test(word));
  report.carried([...path, "command"], reloads ? "args; it looks like one for developers" : "args");
}

function mountedSecrets(service: Loose, path: Path, report: Report): string[] {
  if (!Array.isArray(service.secrets)) return [];
  return service.secrets.map((one: unknown, index) => {
    const source = isRecord(one) ? plain(one.source ?? one.target) : plain(one);
    const name = secretNameOf(source);
    report.changed(
      [...path, "secrets", index],
      `the variable ${name} instead of the file /run/secrets/${source}`,
    );
    return name;
  });
}

function resources(service: Loose, path: Path, part: Part, report: Report): void {
  const deploy = isRecord(service.deploy) ? service.deploy : {};
  const asked = isRecord(deploy.resources) ? deploy.resources : {};
  const limits = isRecord(asked.limits) ? asked.limits : {};
  const reservations = isRecord(asked.reservations) ? asked.reservations : {};
  const pair = (limit: string | undefined, request: string | undefined) =>
    limit === undefined && request === undefined
      ? undefined
      : limit !== undefined && request !== undefined && limit !== request
        ? { request, limit }
        : (limit ?? request);
  const cpu = pair(coresOf(limits.cpus ?? service.cpus), coresOf(reservations.cpus));
  const memory = pair(
    memoryOf(limits.memory ?? service.mem_limit ?? ""),
    memoryOf(reservations.memory ?? service.mem_reservation ?? ""),
  );
  if (cpu !== undefined) part.cpu = cpu;
  if (memory !== undefined) part.memory = memory;
  for (const key of ["cpus", "mem_limit", "mem_reservation"]) {
    if (service[key] !== undefined) report.carried([...path, key], key === "cpus" ? "cpu" : "memory");
  }
  const replicas = Number(deploy.replicas ?? service.scale);
  const alone = hasDisk(service);
  if (alone) part.scale = 1;
  else if (replicas > 0) part.scale = replicas;
  const sayScale = (at: Path) =>
    alone && replicas > 1
      ? report.changed(at, `scale: 1 instead of ${replicas}: its disk is one replica's`)
      : report.carried(at, `scale: ${replicas}`);
  if (service.scale !== undefined) sayScale([...path, "scale"]);
  for (const key of Object.keys(deploy)) {
    const at = [...path, "deploy", key];
    if (key === "replicas") sayScale(at);
    else if (key === "resources") {
      for (const side of Object.keys(deploy.resources as object)) {
        for (const what of Object.keys((deploy.resources as Record<string, object>)[side] ?? {})) {
          const where = [...at, side, what];
          if (what === "cpus" || what === "memory")
            report.carried(where, `${what === "cpus" ? "cpu" : "memory"} of the part`);
          else report.leftOut(where, "parts have cpu and memory");
        }
      }
    } else if (key === "update_config" || key === "rollback_config" || key === "restart_policy") {
      report.changed(at, "an update never has fewer replicas than before; what fails is started again");
    } else report.leftOut(at, "the cluster spreads replicas by itself");
  }
}

function user(service: Loose, path: Path, part: Part, report: Report): void {
  if (service.user === undefined) return;
  const number = Number(plain(service.user).split(":")[0]);
  if (number > 0) {
    part.user = number;
    report.carried([...path, "user"], `user: ${number}`);
  } else
    report.leftOut([...path, "user"], "a number from 1: no part runs as root, and names are the image's own");
}

function stop(service: Loose, path: Path, part: Part, report: Report): void {
  const grace = durationOf(service.stop_grace_period);
  if (grace !== undefined) {
    part.grace = grace;
    report.carried([...path, "stop_grace_period"], `grace: ${grace}`);
  }
  const platform = /^linux\/(amd64|arm64)/.exec(plain(service.platform ?? ""))?.[1];
  if (platform !== undefined) {
    part.architectures = [platform];
    report.carried([...path, "platform"], `architectures: [${platform}]`);
  }
}
