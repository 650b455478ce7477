/** A compose file as the beginnings of a stack file, with what became of each of its settings. */
import { type Draft, frame, type Frame } from "../draft";
import { type Neighbours, sourceOf, variablesOf } from "./environment";
import { type Kind, kindOf } from "./kinds";
import { READ, sayPlainKeys } from "./keys";
import { once } from "./once";
import { partFrom } from "./part";
import { type ComposeFile, isRecord, type Loose } from "./read";
import { Report, type Said } from "./report";
import { postgresOf, redisOf } from "./stores";
import { plain, secretNameOf, slug } from "./values";
import { mountsOf } from "./volumes";

export interface Converted {
  readonly draft: Draft;
  readonly said: readonly Said[];
}

export interface ConvertOptions extends Omit<Frame, "product" | "parts"> {
  readonly product?: string | undefined;
  readonly profiles: readonly string[];
  readonly registry?: string | undefined;
}

export function convert(file: ComposeFile, options: ConvertOptions): Converted {
  const report = new Report(file.lineOf);
  const product =
    options.product ?? slug(typeof file.root.name === "string" ? file.root.name : options.fallback);
  const services = chosen(file, options.profiles, report);
  const kinds = Object.fromEntries(Object.entries(services).map(([name, one]) => [name, kindOf(name, one)]));
  const neighbours = neighboursOf(kinds);

  const stores: Record<string, unknown> = {};
  const parts: Record<string, Record<string, unknown>> = {};
  const secrets = new Set<string>();
  for (const [name, service] of Object.entries(services)) {
    const path = ["services", name];
    const kind = kinds[name];
    if (kind === undefined) continue;
    if (kind.is === "postgres" || kind.is === "redis") {
      if (stores[kind.is] !== undefined) {
        report.leftOut(
          path,
          `a second ${kind.is}: a stack has one; a database of its own is a stack of its own`,
        );
        continue;
      }
      stores[kind.is] =
        kind.is === "postgres" ? postgresOf(service, path, report) : redisOf(service, path, report);
      unread(service, path, report);
    } else if ("instead" in kind) report.leftOut(path, kind.instead);
    else if (kind.is !== "migration" && kind.is !== "job") {
      const variables = variablesOf(service, path, file.folder, neighbours, report);
      for (const need of dependenciesOf(service, kinds)) variables.needs.add(need);
      const own = slug(name);
      const registry = options.registry ?? `ghcr.io/${product}`;
      parts[own] = partFrom(
        service,
        path,
        { kind: kind.is, name: own, others: othersWith(services, name), product, registry, variables },
        report,
      );
      for (const secret of (parts[own].secrets as string[] | undefined) ?? []) secrets.add(secret);
      sayPlainKeys(service, path, report);
    }
  }
  for (const [name, service] of Object.entries(file.root.services as Record<string, Loose>)) {
    if (service.extends !== undefined)
      report.changed(["services", name, "extends"], "what it leads to stands here");
  }
  const jobs = once(services, kinds, parts, report);
  sayTopLevel(file.root, report);
  for (const { name, path } of file.unset) {
    if (!report.knows(path)) report.leftOut(path, `${name} has neither a value nor a default`);
  }
  report.sweep({ ...file.root, services });

  const keys: Frame["keys"] = {
    ...(secrets.size === 0
      ? {}
      : {
          secrets: Object.fromEntries(
            [...secrets].sort().map((one) => [one, sourceOf(one, `${product}/${options.tier}`)]),
          ),
        }),
    ...stores,
    ...(Object.keys(jobs).length === 0 ? {} : { jobs }),
  };
  return {
    draft: frame({ ...options, keys: { ...keys, ...options.keys }, parts, product }),
    said: report.all(),
  };
}

/** Services without a profile, and those of the profiles asked for. */
function chosen(file: ComposeFile, profiles: readonly string[], report: Report): Record<string, Loose> {
  return Object.fromEntries(
    Object.entries(file.services).filter(([name, service]) => {
      const asked = Array.isArray(service.profiles) ? service.profiles.map(plain) : [];
      const path = ["services", name];
      if (asked.length === 0) return true;
      if (asked.some((one) => profiles.includes(one))) {
        report.changed([...path, "profiles"], "it is always there: a stack of its own is what a profile was");
        return true;
      }
      report.leftOut(
        path,
        `only with the profile ${asked.join(", ")}: take it in with --profile ${asked[0] ?? ""}`,
      );
      return false;
    }),
  );
}

function neighboursOf(kinds: Readonly<Record<string, Kind>>): Neighbours {
  const of = (is: Kind["is"]) => Object.keys(kinds).filter((name) => kinds[name]?.is === is);
  const listening = [...of("api"), ...of("web")];
  return {
    absent: Object.keys(kinds).filter((name) => "instead" in (kinds[name] ?? {})),
    parts: Object.fromEntries(listening.map((name) => [name, slug(name)])),
    postgres: of("postgres"),
    redis: of("redis"),
  };
}

/** Which other services mount a volume. */
function othersWith(services: Readonly<Record<string, Loose>>, own: string): (volume: string) => string[] {
  return (volume) =>
    Object.entries(services).flatMap(([name, service]) =>
      name !== own && mountsOf(service).some(({ source }) => source === volume) ? [name] : [],
    );
}

/** Stores it depends on. A part it depends on is needed only where a variable names its address. */
function dependenciesOf(service: Loose, kinds: Readonly<Record<string, Kind>>): string[] {
  const on = service.depends_on;
  const names = [
    ...(Array.isArray(on) ? on.map(plain) : isRecord(on) ? Object.keys(on) : []),
    ...(Array.isArray(service.links) ? service.links.map((one) => plain(one).split(":")[0] ?? "") : []),
  ];
  return names.flatMap((name) => {
    const is = kinds[name]?.is;
    return is === "postgres" || is === "redis" ? [is] : [];
  });
}

/** Keys of a store that none of its own words were about. */
function unread(service: Loose, path: readonly string[], report: Report): void {
  const plain = Object.fromEntries(
    Object.entries(service).filter(([key]) => !READ.has(key) && !report.knows([...path, key])),
  );
  sayPlainKeys(plain, path, report);
}

function sayTopLevel(root: Loose, report: Report): void {
  const volumes = isRecord(root.volumes) ? root.volumes : {};
  for (const name of Object.keys(volumes)) report.changed(["volumes", name], "a volume of whoever mounts it");
  if (root.networks !== undefined)
    report.changed(["networks"], "the network is closed but for what needs opens");
  for (const name of Object.keys(isRecord(root.secrets) ? root.secrets : {})) {
    report.changed(["secrets", name], `secrets.${secretNameOf(name)}: its value was not copied`);
  }
  if (root.configs !== undefined)
    report.leftOut(["configs"], "put the file into the image, or its values into env");
  if (root.version !== undefined) report.changed(["version"], "means nothing to compose either");
  if (root.name !== undefined) report.carried(["name"], "product");
  for (const key of Object.keys(root).filter((one) => one.startsWith("x-"))) {
    report.changed([key], "a note of the file's own; what refers to it has it");
  }
}
