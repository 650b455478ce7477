/**
 * Long values, made short by structure and never cut: text that is JSON or YAML is compared leaf by leaf, text of
 * several lines by its changed lines, one long line by the part that differs.
 */
import { structuredPatch } from "diff";
import { parse } from "yaml";
import { differences, type Difference } from "./leaves";
import { isObject, show } from "./values";

/** Longer single lines are shown by the part that differs. */
const LINE = 120;
/** What is shown around that part. */
const AROUND = 16;

/** Inner differences of two texts that are both JSON or YAML documents; undefined when they are not. */
export function innerDifferences(before: unknown, after: unknown): Difference[] | undefined {
  const [old, now] = [document(before), document(after)];
  if (old === undefined || now === undefined) return undefined;
  const found = differences(old, now);
  return found.length === 0 ? undefined : found;
}

function document(text: unknown): unknown {
  if (typeof text !== "string" || !/\n|^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = text.trimStart().startsWith("{")
      ? JSON.parse(text)
      : parse(text, { logLevel: "silent" });
    return isObject(value) || Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // not a document, then: it is compared as text
  }
}

/** The changed lines of a text of several lines, each with its `+`, `-` or space; undefined for other values. */
export function changedLines(before: unknown, after: unknown): string[] | undefined {
  const old = before ?? "";
  const now = after ?? "";
  if (typeof old !== "string" || typeof now !== "string" || !/\n./.test(old + now)) return undefined;
  const patch = structuredPatch("", "", old, now, undefined, undefined, { context: 1 });
  return patch.hunks.flatMap((hunk, index) => [
    ...(index === 0 ? [] : ["  ⋯"]),
    ...hunk.lines.filter((line) => !line.startsWith("\\")),
  ]);
}

/** Both values as one line each; where they are long, only what differs and a little around it. */
export function shortPair(before: unknown, after: unknown): { before?: string; after?: string } {
  const old = before === undefined ? undefined : shortDigest(show(before));
  const now = after === undefined ? undefined : shortDigest(show(after));
  if (old === undefined || now === undefined) {
    return {
      ...(old === undefined ? {} : { before: short(old) }),
      ...(now === undefined ? {} : { after: short(now) }),
    };
  }
  // A number that becomes the same number as text looks the same until it is quoted.
  if (old === now) return { before: short(JSON.stringify(before)), after: short(JSON.stringify(after)) };
  if (old.length <= LINE && now.length <= LINE) return { before: old, after: now };
  const a = Array.from(old);
  const b = Array.from(now);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++;
  return { before: around(a, start, end), after: around(b, start, end) };
}

/** Enough of an image's digest to tell it from another. */
const shortDigest = (text: string) => text.replace(/@sha256:([0-9a-f]{12})[0-9a-f]{52}\b/g, "@sha256:$1…");

function around(text: string[], start: number, end: number): string {
  const from = Math.max(0, start - AROUND);
  const to = Math.min(text.length, text.length - end + AROUND);
  if (to - from > 2 * LINE) return `(${text.length} characters)`;
  return `${from > 0 ? "…" : ""}${text.slice(from, to).join("")}${to < text.length ? "…" : ""}`;
}

/** One value alone. */
export function short(value: string): string {
  const text = shortDigest(value);
  const length = Array.from(text).length;
  if (length <= LINE && !text.includes("\n")) return text;
  const lines = text.trimEnd().split("\n").length;
  return lines > 1 ? `(${lines} lines)` : `(${length} characters)`;
}
