/** The recorded previews: which there are, and how a test reads one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { review, type Source } from "../../../tools/review/collect";
import { parseEvents } from "../../../tools/review/events";
import type { StackReview } from "../../../tools/review/model";

/** The secret of the recorded stack's config: it must show nowhere. */
export const SECRET = "sup3r-s3cret-jwt/+=";

export interface Scenario {
  name: string;
  /** What was deployed before. */
  base: "base" | "nothing" | "manybase";
  /** A policy pack beside the recorder. */
  pack?: string;
  config?: Record<string, string>;
}

export const recordings: Scenario[] = [
  { name: "first", base: "nothing" },
  { name: "base", base: "base" },
  { name: "create", base: "base" },
  { name: "update", base: "base" },
  { name: "replace", base: "base" },
  { name: "delete", base: "base" },
  { name: "secret", base: "base" },
  { name: "failure", base: "base" },
  { name: "hostile", base: "base" },
  { name: "unicode", base: "base" },
  { name: "many", base: "manybase" },
  { name: "policy", base: "base", pack: "pack" },
  { name: "advice", base: "base", pack: "pack" },
];

export interface Recording {
  code: number;
  stderr: string;
  text: string;
}

export function recording(name: string): Recording {
  const text = gunzipSync(readFileSync(join(__dirname, "recordings", `${name}.jsonl.gz`))).toString("utf8");
  const end = text.indexOf("\n");
  return { ...(JSON.parse(text.slice(0, end)) as Omit<Recording, "text">), text: text.slice(end + 1) };
}

/** The review of a recorded preview. */
export function reviewed(name: string, more: Partial<Source> = {}): StackReview {
  const { code, stderr, text } = recording(name);
  return review({
    project: "shop",
    stack: "production",
    events: parseEvents(text, name),
    code,
    stderr,
    folder: "/product",
    secrets: [SECRET],
    ...more,
  });
}
