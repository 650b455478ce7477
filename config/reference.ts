/** The reference in docs/configure.md: every key with what it allows, its default, an example and what it is for. */
import { stringify } from "yaml";
import { CONDITION_FORMS, SIGNALS } from "./condition";
import { type JsonSchema, settingsSchema } from "./json-schema";

const BEGIN = "<!-- reference: written by `npm run generate`, change config/schema instead -->";
const END = "<!-- /reference -->";

/** A page with its reference brought up to date: what stands between the two marks is replaced. */
export function withReference(page: string): string {
  const start = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (start < 0 || end < start)
    throw new Error(`the page has no place for the reference: ${BEGIN} ... ${END}`);
  return `${page.slice(0, start + BEGIN.length)}\n\n${reference()}\n${page.slice(end)}`;
}

/** The reference by itself. */
export function reference(): string {
  const { properties = {}, required = [] } = settingsSchema();
  const sections = Object.entries(properties).map(([key, schema]) =>
    section(key, schema, required.includes(key)),
  );
  return [...sections, signals()].join("\n");
}

function section(key: string, schema: JsonSchema, required: boolean): string {
  const facts = [
    `Allowed: ${allowed(schema)}.`,
    required
      ? "Must be there."
      : schema.default === undefined || isEmpty(schema.default)
        ? ""
        : `Default: ${code(schema.default)}.`,
  ].filter((fact) => fact !== "");
  const example = schema.examples?.[0];
  const snippet =
    example === undefined
      ? []
      : [
          "",
          "```yaml",
          stringify({ [`slipway:${key}`]: example }, { flowCollectionPadding: true }).trimEnd(),
          "```",
        ];
  const below = rows(schema, key);
  const table =
    below.length === 0
      ? []
      : [
          "",
          "| Key | Allowed | Default | Example | What for |",
          "| --- | --- | --- | --- | --- |",
          ...below.map(row),
        ];
  return [
    `### \`${key}\``,
    "",
    `${schema.description ?? ""}.`,
    "",
    facts.join(" "),
    ...snippet,
    ...table,
    "",
  ].join("\n");
}

interface Row {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
  /** Forms of the map that have the key, when not all: `kind: web`. */
  readonly only: readonly string[];
}

/** Every key below a place, in the order of the schema. */
function rows(schema: JsonSchema, path: string): Row[] {
  const maps = forms(schema).filter((form) => form.properties !== undefined);
  const seen = new Map<string, Row>();
  for (const map of maps) {
    const form = formName(map);
    for (const [key, below] of Object.entries(map.properties ?? {})) {
      const known = seen.get(key);
      const only = [...(known?.only ?? []), ...(form === undefined ? [] : [form])];
      const required = map.required?.includes(key) ?? false;
      seen.set(
        key,
        known === undefined
          ? { path: `${path}.${key}`, schema: below, required, only }
          : { ...known, schema: merged(known.schema, below), only },
      );
    }
  }
  const named = maps.filter((map) => formName(map) !== undefined).length;
  const own = [...seen.values()].flatMap((one) => [
    { ...one, only: one.only.length === named ? [] : one.only },
    ...rows(one.schema, one.path),
  ]);
  const records = forms(schema).flatMap(({ additionalProperties: below }) =>
    typeof below === "object" ? rows(below, `${path}.<name>`) : [],
  );
  const lists = forms(schema).flatMap(({ items }) => (items === undefined ? [] : rows(items, `${path}[]`)));
  return [...own, ...records, ...lists];
}

/** The forms a value may have. */
function forms(schema: JsonSchema): JsonSchema[] {
  const several = schema.anyOf ?? schema.oneOf;
  return several === undefined ? [schema] : several.flatMap(forms);
}

function formName({ properties = {} }: JsonSchema): string | undefined {
  const [key, schema] = Object.entries(properties).find(([, below]) => below.const !== undefined) ?? [];
  return key === undefined ? undefined : `${key}: ${String(schema?.const)}`;
}

/** The same key of two forms of a map: its constants become the words to choose from. */
function merged(a: JsonSchema, b: JsonSchema): JsonSchema {
  if (b.const !== undefined) {
    return {
      ...a,
      const: undefined,
      enum: [...(a.enum ?? [a.const]), b.const],
      default: a.default ?? b.default,
    };
  }
  if (JSON.stringify(a) === JSON.stringify(b)) return a;
  const { description, default: initial, examples } = a;
  return { description, default: initial, examples, anyOf: [a, b] };
}

function row({ path, schema, required, only }: Row): string {
  const initial = required ? "must be there" : schema.default === undefined ? "" : code(schema.default);
  const example = schema.examples?.[0] === undefined ? "" : code(schema.examples[0]);
  const note = only.length === 0 ? "" : ` Only with ${only.map((form) => `\`${form}\``).join(", ")}.`;
  const what = schema.description === undefined ? note.trim() : `${schema.description}.${note}`;
  return `| ${[`\`${path}\``, allowed(schema), initial, example, what].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** What may stand there, in words. */
function allowed(schema: JsonSchema): string {
  if (schema.allowed !== undefined) return schema.allowed.replaceAll("<", "&lt;");
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${String(word)}\``).join(", ");
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return [...new Set(several.map(allowed))].join(", or ");
  if (schema.type === "array")
    return schema.items === undefined ? "a list" : `a list; each ${allowed(schema.items)}`;
  if (schema.type === "object")
    return typeof schema.additionalProperties === "object" && schema.properties === undefined
      ? "a map by name"
      : "a map";
  if (schema.type === "boolean") return "`true`, `false`";
  if (schema.type === "number" || schema.type === "integer") return numbers(schema);
  return schema.type === "string" ? "a text" : "anything";
}

function numbers({ minimum, maximum }: JsonSchema): string {
  const bounds = [
    minimum === undefined ? "" : `from ${String(minimum)}`,
    maximum === undefined ? "" : `to ${String(maximum)}`,
  ];
  return ["a number", ...bounds].filter((word) => word !== "").join(" ");
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function code(value: unknown): string {
  const text = stringify(value, {
    collectionStyle: "flow",
    flowCollectionPadding: false,
    lineWidth: 0,
  }).trimEnd();
  return `\`${text}\``;
}

function signals(): string {
  const lines = Object.entries(SIGNALS).map(
    ([name, { unit, means, of }]) => `| \`${name}\` | ${means} | ${unit} | ${of} |`,
  );
  return [
    "### Signals of alert rules",
    "",
    `\`alerts.rules.<name>.when\` is ${CONDITION_FORMS.replaceAll("<", "&lt;")}. A \`metric\` is one that a part declares in \`metrics.business\`; a histogram is compared by the time within which 95 of 100 are done, a counter by its rate a second.`,
    "",
    "| Signal | Is | Its number | Exists for |",
    "| --- | --- | --- | --- |",
    ...lines,
    "",
  ].join("\n");
}
