/** How the engine writes what it will not or cannot say: secrets, values not known yet, assets. And how we show values. */

import { isUnknown } from "../../policies/unknown";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSETS = new Set(["c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"]);
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";

export const SECRET_SHOWN = "[secret]";
export const UNKNOWN_SHOWN = "[known after deploy]";

export type Properties = Record<string, unknown>;

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Secrets as the engine writes them, and as it masks them. */
export function isSecret(value: unknown): boolean {
  return value === SECRET_SHOWN || (isObject(value) && value[SIGNATURE] === SECRET);
}

/** Whole, in one line where it is one: strings as they are unless that would mislead, the rest as JSON. */
export function show(value: unknown): string {
  if (isSecret(value)) return SECRET_SHOWN;
  if (isUnknown(value)) return UNKNOWN_SHOWN;
  if (typeof value === "string") return looksLikeAnother(value) ? JSON.stringify(value) : value;
  if (isObject(value)) {
    const signature = value[SIGNATURE];
    if (typeof signature === "string" && ASSETS.has(signature)) return "[file]";
    if (signature === RESOURCE) return typeof value.urn === "string" ? value.urn : "[resource]";
  }
  return value === undefined ? "" : JSON.stringify(plain(value));
}

/** Empty text, text with spaces at its ends, and text that reads as a boolean or null is quoted. */
function looksLikeAnother(text: string): boolean {
  return text === "" || text.trim() !== text || /^(true|false|null)$/.test(text);
}

/** The same value with every mark of the engine's replaced by the words people read. */
export function plain(value: unknown): unknown {
  if (isSecret(value)) return SECRET_SHOWN;
  if (isUnknown(value)) return UNKNOWN_SHOWN;
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (SIGNATURE in value) return show(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
