/** A PATH with little on it: for what must work, or end in a clear sentence, on a machine that lacks things. */
import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";

/** What every machine has. */
const usual =
  "sh env dirname readlink uname tr cksum cat mkdir mktemp mv rm tar gzip grep head id flock sleep chmod";

/** Puts this machine's programs into a folder, by links. */
export function link(folder: string, names: readonly string[] = usual.split(" ")): void {
  for (const name of names) {
    const program = execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    symlinkSync(program, join(folder, name));
  }
}
