/** The passphrase that encrypts secrets of stacks kept on this machine: random, made once, readable by its owner only. */
import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { stateDir } from "./lib/paths";

export function passphraseFile(): string {
  const file = stateDir("passphrase");
  if (existsSync(file)) return file;
  mkdirSync(stateDir(), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, randomBytes(32).toString("base64url"), { mode: 0o600 });
  try {
    linkSync(temporary, file); // fails when another run was first: then its passphrase counts
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  return file;
}
