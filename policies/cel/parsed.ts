/**
 * Parsed expressions, kept from run to run: parsing a hundred texts took as long as all evaluations of a preview. What is
 * kept is only read by the same version of the library.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { parse } from "@bufbuild/cel";
import keeping from "../../start/kept";

export type Parsed = ReturnType<typeof parse>;

/** The library exports no package.json: it lies three folders above what it does export. */
const about = join(dirname(require.resolve("@bufbuild/cel")), "../../package.json");
const { version } = JSON.parse(readFileSync(about, "utf8")) as { version: string };
const { keep, read } = keeping("policies");
const file = `cel-${version}.bin`;
/** Old texts of rules that have changed since go once there are this many. */
const MOST = 1000;

const used = new Map<string, Parsed>();
let kept: Map<string, Parsed> | undefined;
let fresh = false;

export function parsed(text: string): Parsed {
  let known = used.get(text) ?? (kept ??= load()).get(text);
  if (known === undefined) {
    known = parse(text);
    fresh = true;
  }
  used.set(text, known);
  return known;
}

function load(): Map<string, Parsed> {
  const bytes = read(file);
  if (bytes === undefined) return new Map();
  try {
    return deserialize(bytes) as Map<string, Parsed>;
  } catch {
    return new Map(); // another version of Node wrote it in another way: parsed anew, and kept again
  }
}

/** Keeps what had to be parsed. */
export function keepParsed(): void {
  if (!fresh) return;
  const earlier = kept === undefined || kept.size + used.size > MOST ? [] : kept;
  keep(file, serialize(new Map([...earlier, ...used])));
  fresh = false;
}
