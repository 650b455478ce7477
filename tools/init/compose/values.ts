/** Compose's ways of writing numbers, times and lists, in the stack file's. */

/** A scalar as text; of a map or a list nothing. */
export function plain(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? `${value}`
    : "";
}

/** `512m`, `1g`, `2GB`, bytes: compose counts in 1024s whatever the letter. */
export function memoryOf(value: unknown): string | undefined {
  if (typeof value === "number") return `${Math.max(1, Math.round(value / 1024 ** 2))}Mi`;
  const [, number, unit = ""] = /^([\d.]+)\s*([kmgt]?)i?b?$/i.exec(plain(value)) ?? [];
  if (number === undefined) return undefined;
  const letter = unit.toLowerCase();
  if (letter === "") return memoryOf(Number(number));
  return `${number}${letter === "k" ? "Ki" : `${letter.toUpperCase()}i`}`;
}

/** `0.50` as cores. */
export function coresOf(value: unknown): string | undefined {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) return undefined;
  return Number.isInteger(number) ? String(number) : `${Math.round(number * 1000)}m`;
}

/** `1m30s`, `40s`, `500ms`; plain numbers are nothing to compose. */
export function durationOf(value: unknown): string | undefined {
  const text = plain(value);
  return /^(?:\d+(?:h|m|s|ms))+$/.test(text) ? text : undefined;
}

/** A command as words: a list, or a line for a shell's rules of quoting. */
export function wordsOf(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "string") return undefined;
  if (/[|&;<>`$*?]/.test(value)) return ["sh", "-c", value];
  return [...value.matchAll(/"((?:\\.|[^"])*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double?.replace(/\\(.)/g, "$1") ?? single ?? plain ?? "",
  );
}

/** A name Slipway takes: small letters, digits, dashes. */
export function slug(name: string, most = 28): string {
  const short = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, most)
    .replace(/-+$/, "");
  return short === "" ? "app" : short;
}

/** `db_password` as a secret's name. */
export function secretNameOf(name: string): string {
  const short = name
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return /^[A-Z]/.test(short) ? short : `SECRET_${short}`;
}
