/** The JSON Schema of stack files, made from the schema itself: editors complete and check with it. */
import { z } from "zod";
import { stack } from "./schema/stack";
import { NAMESPACE } from "./source";

export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: string | number | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  /** Not of JSON Schema: what a leaf allows, in words. Left out of the file for editors. */
  readonly allowed?: string;
}

/** The settings of a stack, without the file around them. Keeps `allowed`, for the reference. */
export function settingsSchema(): JsonSchema {
  const schema = z.toJSONSchema(stack, {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    // Zod drops the examples of whatever transforms, since they might be of what comes out. Ours are of what goes in.
    override: ({ zodSchema, jsonSchema }) => {
      const examples = z.globalRegistry.get(zodSchema)?.examples;
      if (Array.isArray(examples)) jsonSchema.examples = examples as typeof jsonSchema.examples;
    },
  }) as JsonSchema;
  return tidy(schema) as JsonSchema;
}

/** The whole stack file: what Pulumi keeps in it, and our keys below `config`. */
export function stackFileSchema(): JsonSchema {
  const { properties = {}, required = [], definitions } = withoutAllowed(settingsSchema()) as JsonSchema;
  const ours = (key: string) => `${NAMESPACE}:${key}`;
  const text = { type: "string" };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A Slipway stack file",
    description: "Written by `npm run generate` from config/schema: change it there.",
    type: "object",
    required: ["config"],
    additionalProperties: false,
    properties: {
      config: {
        type: "object",
        description: "Settings of the stack; docs/configure.md explains every key",
        properties: Object.fromEntries(
          Object.entries(properties).map(([key, schema]) => [ours(key), schema]),
        ),
        required: required.map(ours),
        // Other namespaces are other programs' business; an unknown key of ours is a slip.
        propertyNames: {
          anyOf: [{ enum: Object.keys(properties).map(ours) }, { not: { pattern: `^${NAMESPACE}:` } }],
        },
      },
      secretsprovider: { ...text, description: "Kept by Pulumi: what encrypts the secrets" },
      encryptionsalt: { ...text, description: "Kept by Pulumi" },
      encryptedkey: { ...text, description: "Kept by Pulumi" },
      environment: { description: "Kept by Pulumi: ESC environments" },
    },
    ...(definitions === undefined ? {} : { definitions }),
  };
}

/** A key with a default may be left out, also one that says which of several forms a map has. */
function tidy(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(tidy);
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node).filter(
    ([keyword]) => keyword !== "$schema" && keyword !== "~standard",
  );
  const tidied = Object.fromEntries(
    entries.map(([keyword, below]) => [keyword, DATA.has(keyword) ? below : tidy(below)]),
  ) as JsonSchema;
  if (tidied.required === undefined || tidied.properties === undefined) return tidied;
  const { required: needed, ...rest } = tidied;
  const required = needed.filter((key) => tidied.properties?.[key]?.default === undefined);
  return required.length === 0 ? rest : { ...rest, required };
}

/** Keywords whose values are data, not schemas. */
const DATA = new Set(["default", "examples", "const", "enum", "required"]);

function withoutAllowed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutAllowed);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).flatMap(([keyword, below]) =>
      keyword === "allowed" && typeof below === "string"
        ? []
        : [[keyword, DATA.has(keyword) ? below : withoutAllowed(below)]],
    ),
  );
}
