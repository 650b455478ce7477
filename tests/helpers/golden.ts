/** A stack's resource graph as a file that reviews well, and what a rename in it takes to be one. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Alias, Graph, Json, Registered } from "../../components/testing";

const FOLDER = join(__dirname, "../golden");
const SECRET = "[secret]";
const PROGRAM = "[program]";

/** One resource of a golden file. */
interface Entry {
  readonly inputs: Json;
  readonly after?: readonly string[];
  readonly protect?: true;
  readonly provider?: string;
}
export type Golden = Record<string, Entry>;

/** A graph by short URNs: types from the outermost component inwards, then the name. Sorted, secrets masked. */
export function goldenOf(graph: Graph): Golden {
  const short = shortener(graph);
  const entries = graph.resources
    .filter((one) => one.type !== "pulumi:pulumi:Stack")
    .map((one): [string, Entry] => [
      short(one.urn),
      {
        inputs: sorted(withoutPrograms(masked(one))) as Json,
        ...(one.after.length > 0 ? { after: one.after.map(short).sort() } : {}),
        ...(one.protect ? { protect: true } : {}),
        ...(one.provider === "" ? {} : { provider: short(one.provider) }),
      },
    ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The committed file of a stack; with UPDATE_GOLDEN=1 it is what the graph is now. */
export function committed(stack: string, now: Golden, folder = FOLDER, write = spread): Golden {
  const path = join(folder, `${stack}.json`);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path, write(now));
  if (!existsSync(path)) throw new Error(`${path} is missing: run again with UPDATE_GOLDEN=1 and review it`);
  return JSON.parse(readFileSync(path, "utf8")) as Golden;
}

/** One property a line, for stacks that are read closely. */
function spread(now: Golden): string {
  return `${JSON.stringify(now, undefined, 2)}\n`;
}

/** One resource a line: a diff says which changed, and `git diff --word-diff` how. For stacks there are many of. */
export function dense(now: Golden): string {
  const lines = Object.entries(now).map(([urn, entry]) => `${JSON.stringify(urn)}: ${JSON.stringify(entry)}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}

/**
 * Renames that would delete and create: a resource that is gone, one of its type that is new, and no alias that says
 * they are the same. Each with the option to add.
 */
export function renames(before: Golden, graph: Graph): string[] {
  const short = shortener(graph);
  const now = new Map(graph.resources.map((one) => [short(one.urn), one]));
  const known = new Set(
    [...now.values()].flatMap((one) => one.aliases.map((alias) => shortAlias(alias, short))),
  );
  const gone = Object.keys(before).filter((urn) => !now.has(urn) && !known.has(urn));
  const fresh = [...now.keys()].filter((urn) => !(urn in before) && !urn.startsWith("pulumi:pulumi:Stack"));
  return gone.flatMap((old) => {
    const heir = fresh.find((urn) => leaf(urn) === leaf(old));
    if (heir === undefined) return [];
    const [from, to] = [old.split("::")[1] ?? "", heir.split("::")[1] ?? ""];
    const moved = old.split("::")[0] === heir.split("::")[0] ? "" : `, parent: … of ${old}`;
    return [
      `${old} is gone and ${to} is new: it would be deleted and made anew. ` +
        `If it is the same, give ${to} aliases: [{ name: "${from}"${moved} }]`,
    ];
  });
}

/** The resource's own type, the last of the chain. */
function leaf(urn: string): string | undefined {
  return urn.split("::")[0]?.split("$").at(-1);
}

/** The mock monitor's URNs know a resource's parent but not its grandparents; the engine's know all. */
function shortener(graph: Graph): (urn: string) => string {
  const byUrn = new Map(graph.resources.map((one) => [one.urn, one]));
  const chain = (one: Registered): string => {
    const parent = byUrn.get(one.parent);
    return parent === undefined || parent.type === "pulumi:pulumi:Stack"
      ? one.type
      : `${chain(parent)}$${one.type}`;
  };
  return (urn) => {
    const one = byUrn.get(urn);
    return one === undefined ? urn : `${chain(one)}::${one.name}`;
  };
}

function shortAlias(alias: Alias, short: (urn: string) => string): string {
  if (alias.urn !== "") return alias.urn.split("::").slice(2).join("::");
  const parent = short(alias.parent).split("::")[0] ?? "";
  return parent === "" || parent === "pulumi:pulumi:Stack"
    ? `${alias.type}::${alias.name}`
    : `${parent}$${alias.type}::${alias.name}`;
}

function masked({ inputs, secrets }: Registered): Json {
  const copy = structuredClone(inputs);
  for (const path of secrets) {
    const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
    const last = steps.pop();
    const holder = steps.reduce<Json | undefined>((tree, step) => tree?.[step] as Json | undefined, copy);
    if (holder === undefined || last === undefined) throw new Error(`no secret at ${path}`);
    holder[last] = typeof holder[last] === "object" ? maskedTree(holder[last] as Json) : SECRET;
  }
  return copy;
}

/** The names of what is secret are not: they tell a reviewer which secrets there are. */
function maskedTree(tree: Json): Json {
  return Object.fromEntries(Object.keys(tree).map((key) => [key, SECRET]));
}

/** A bundled program is no text for reviewers: its sources are. */
function withoutPrograms(inputs: Json): Json {
  const { data } = inputs as { data?: Json };
  if (typeof data !== "object" || !Object.keys(data).some((key) => key.endsWith(".js"))) return inputs;
  const entries = Object.entries(data).map(([key, text]) => [key, key.endsWith(".js") ? PROGRAM : text]);
  return { ...inputs, data: Object.fromEntries(entries) as Json };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
