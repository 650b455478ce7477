/**
 * The last guard before anything is shown: known secrets (decrypted from the stack's config and state, held in
 * memory only) in every form they take, and what looks like a credential whoever it belongs to.
 */
import { isObject, isSecret, SECRET_SHOWN, type Properties } from "./values";

export type Scrub = (text: string) => string;

/** Shorter secrets cannot be looked for: they would be found in every word. The engine's own masks still hide them. */
const SHORTEST = 4;

/** Never secret by themselves: they would be masked all over the page. */
const PUBLIC = /^(?:true|false|null|undefined|localhost|\d{1,5})$/;

/** What nobody means to publish. The group `keep`, where there is one, stays. */
const LOOKS_SECRET: RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}/g,
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{15,}|pul-[0-9a-f]{32,}|xox[abprs]-[\w-]{10,}|sk_live_\w{10,}|AKIA[0-9A-Z]{16})/g,
  /(?<keep>\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'`]*:)[^\s@"'`]+(?=@)/gi,
  /(?<keep>\b(?:authorization|bearer|token|password|passwd|secret|api[-_]?key)\b["']?\s*[:=]\s*["']?(?:(?:basic|bearer|token)\s+)?)[^\s"',;&]{4,}/gi,
  /\$(?:2[aby]|argon2id?|6|5|apr1)\$[\w./$=,-]{20,}/g,
];

/**
 * A function that removes these secrets, and all that looks like one, from any text. Words that are public anyway (names of
 * resources, `true`, a port) are no secrets even when they stand in one: a connection secret holds the word `postgres`.
 */
export function scrubber(secrets: Iterable<string>, publicWords: ReadonlySet<string> = new Set()): Scrub {
  const forms = new Set<string>();
  for (const secret of secrets) {
    const bare = secret.trim();
    if (bare.length < SHORTEST || bare === SECRET_SHOWN || PUBLIC.test(bare) || publicWords.has(bare))
      continue;
    for (const form of formsOf(secret)) if (form.length >= SHORTEST) forms.add(form);
  }
  // Longest first: a secret that contains another one goes whole.
  const known = [...forms].sort((a, b) => b.length - a.length).map(escapeRegExp);
  const knownPattern = known.length === 0 ? undefined : new RegExp(known.join("|"), "g");
  const clean: Scrub = (text) => {
    const without = knownPattern === undefined ? text : text.replace(knownPattern, SECRET_SHOWN);
    return LOOKS_SECRET.reduce(
      (current, pattern) => current.replace(pattern, (...found) => `${keptPart(found)}${SECRET_SHOWN}`),
      without,
    );
  }; // The same names and values come again and again in a stack.
  const done = new Map<string, string>();
  return (text) => {
    const known = done.get(text) ?? clean(text);
    done.set(text, known);
    return known;
  };
}

function keptPart(found: unknown[]): string {
  const groups = found.at(-1);
  return isObject(groups) && typeof groups.keep === "string" ? groups.keep : "";
}

/** A secret as it may stand in a text: as it is, without spaces at its ends, each of its lines, base64, URL, JSON. */
function formsOf(secret: string): string[] {
  const trimmed = secret.trim();
  const lines = trimmed.includes("\n")
    ? trimmed.split("\n").filter((line) => line.trim().length >= 12 && !line.startsWith("-----"))
    : [];
  return [secret, trimmed, ...lines].flatMap((form) => [
    form,
    Buffer.from(form).toString("base64"),
    Buffer.from(form).toString("base64url"),
    encodeURIComponent(form),
    JSON.stringify(form).slice(1, -1),
  ]);
}

const escapeRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Every text in a value, whatever its depth. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (isObject(value)) return Object.values(value).flatMap(textsIn);
  return [];
}

/** Names of properties whose value is never shown, even when nobody marked it as a secret. */
const SECRET_NAME =
  /(^|[._\-[\]])[\w-]*(?:password|passwd|passphrase|secret[-_]?key|private[-_]?key|api[-_]?key|access[-_]?key|credentials?|client[-_]?secret|auth[-_]?token|access[-_]?token)$/i;
/** Variables of a container, by the names such variables have. */
const SECRET_VARIABLE = /\benv\[\w*(?:SECRET|TOKEN|PASSWORD|PASSWD|PRIVATE|KEY|CREDENTIAL|DSN)\w*\]\.value$/i;

/**
 * Hashes: of a secret they let a guess be checked, of anything else they tell nothing.
 * An image's digest is not one: it names what runs.
 */
const HASH_NAME = /(checksum|(^|[-_./])(hash|sha256|digest))([-_./\w]*)$/i;
const HASH = /\b(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{128})\b/i;

/** Whether what stands at this path of this kind of resource must not be shown: `secret`, `hash`, or neither. */
export function hides(type: string, path: string, value: unknown): "secret" | "hash" | undefined {
  if (isSecret(value)) return "secret";
  if (type.startsWith("kubernetes:core/v1:Secret") && /^(data|stringData)(\.|$)/.test(path)) return "secret";
  if (typeof value === "object" && value !== null) return undefined;
  // There it is the name that the fetched value gets.
  if (type.endsWith(":ExternalSecret") && path.endsWith(".secretKey")) return undefined;
  if ((SECRET_NAME.test(path) || SECRET_VARIABLE.test(path)) && typeof value === "string") return "secret";
  if (HASH_NAME.test(path) && !/image|version/i.test(path)) return "hash";
  if (typeof value === "string" && HASH.test(value) && !/@sha256:[0-9a-f]{64}/.test(value)) return "hash";
  return undefined;
}

/** A Secret's name often ends in a hash of what it holds: that end is a hash like any other. */
export const withoutHashEnd = (name: string) => name.replace(/-(?=[0-9a-f]*\d)[0-9a-f]{6,64}$/, "-[hash]");

/** The texts marked as secret in a value whose secrets are decrypted (`stack export --show-secrets`). */
export function secretsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (!isObject(value)) return [];
  if (isSecret(value)) return openSecret(value);
  return Object.values(value).flatMap(secretsIn);
}

function openSecret(secret: Properties): string[] {
  if (typeof secret.plaintext !== "string") return [];
  try {
    return textsIn(JSON.parse(secret.plaintext));
  } catch {
    return [secret.plaintext]; // older engines wrote the bare text
  }
}
