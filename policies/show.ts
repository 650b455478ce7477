/** Values in findings: short, on one line, and never one that could be a secret. */
import { at } from "./unknown";

/** Where applications keep what nobody else should read: shown by place, never by value. */
const private_ =
  /(^|\.)(env|args|command|data|stringData|binaryData|annotations|dsn|url|connectionString)(\[|\.|$)/i;
const LONGEST = 80;

export function shown(object: unknown, property: string): string | undefined {
  return private_.test(property) ? undefined : render(at(object, property));
}

function render(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
