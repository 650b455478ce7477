/** Which keys the schema knows at a place: for "did you mean", looked up only once something is wrong. */
import { z } from "zod";

/** The keys that may stand at a path; empty where any may, or none. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[], raw: unknown): readonly string[] {
  return [
    ...new Set(
      walk(schema, path, raw).flatMap((type) => (type instanceof z.ZodObject ? Object.keys(type.shape) : [])),
    ),
  ];
}

/** Where else among the forms of a place a key may stand: `with kind: web`; undefined when nowhere. */
export function elsewhere(
  schema: z.ZodType,
  path: readonly PropertyKey[],
  raw: unknown,
  key: string,
): string | undefined {
  const forms = walk(schema, path, raw, true).filter(
    (type) => type instanceof z.ZodObject && key in type.shape,
  );
  const words = forms.flatMap((type) => {
    const shape = (type as z.ZodObject).shape as Record<string, z.ZodType>;
    const [field, literal] = Object.entries(shape).find(([, below]) => below instanceof z.ZodLiteral) ?? [];
    return literal instanceof z.ZodLiteral ? [`${field ?? ""}: ${String(literal.value)}`] : [];
  });
  return words.length === 0 ? undefined : `that key stands with ${words.join(" or ")}`;
}

/** The object types a path can mean: several where the schema allows several forms. */
function walk(schema: unknown, path: readonly PropertyKey[], raw: unknown, everyForm = false): unknown[] {
  const [step, ...rest] = path;
  if (step === undefined) return open(schema, everyForm ? undefined : raw);
  const types = open(schema, raw);
  const below =
    typeof raw === "object" && raw !== null ? (raw as Record<PropertyKey, unknown>)[step] : undefined;
  return types.flatMap((type) => {
    if (type instanceof z.ZodObject) {
      const next: unknown = (type.shape as Record<PropertyKey, unknown>)[step];
      return next === undefined ? [] : walk(next, rest, below, everyForm);
    }
    if (type instanceof z.ZodRecord) return walk(type.valueType, rest, below, everyForm);
    if (type instanceof z.ZodArray) return walk(type.element, rest, below, everyForm);
    return [];
  });
}

/** Takes off defaults, options and transforms, and picks the branch of a union that the value is of. */
function open(schema: unknown, raw: unknown): unknown[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return open(schema.unwrap(), raw);
  }
  if (schema instanceof z.ZodPipe) {
    if (!(schema.in instanceof z.ZodTransform)) return open(schema.in, raw);
    return open(schema.out, schema.in.safeParse(raw).data ?? raw);
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const field = schema.def.discriminator;
    const said =
      typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>)[field] : undefined;
    const options = schema.options.filter((option) => option instanceof z.ZodObject);
    const meant = options.filter(
      (option) => (option.shape as Record<string, z.ZodType>)[field]?.safeParse(said).success,
    );
    return meant.length > 0 ? meant : options;
  }
  return schema instanceof z.ZodUnion ? schema.options.flatMap((option) => open(option, raw)) : [schema];
}
