/** The work itself: pure, so that doing it twice does no harm. */
import { createHash } from "node:crypto";
import { setImmediate as breathe, setTimeout as sleep } from "node:timers/promises";
import type { JobInput } from "../shared/work";

export async function perform(input: JobInput): Promise<object> {
  if (input.pauseMs > 0) await sleep(input.pauseMs);
  switch (input.kind) {
    case "fingerprint":
      return fingerprint(input.text, input.rounds);
    case "words":
      return words(input.text);
    case "wrap":
      return { lines: wrap(input.text, input.width) };
  }
}

/** SHA-256 of SHA-256 of ... of the text. Pauses between slices: a worker that cannot renew its locks loses its jobs. */
async function fingerprint(text: string, rounds: number): Promise<object> {
  let digest = createHash("sha256").update(text).digest();
  for (let round = 1; round < rounds; round++) {
    digest = createHash("sha256").update(digest).digest();
    if (round % 2_000 === 0) await breathe();
  }
  return { sha256: digest.toString("hex"), rounds };
}

function words(text: string): object {
  const found = text.toLowerCase().match(/[\p{L}\p{N}'’-]+/gu) ?? [];
  const counts = new Map<string, number>();
  for (const word of found) counts.set(word, (counts.get(word) ?? 0) + 1);
  const top = [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)).slice(0, 5);
  return { words: found.length, distinct: counts.size, top: top.map(([word, count]) => ({ word, count })) };
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
