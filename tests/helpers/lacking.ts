/** Commands run on a machine that lacks something, by Linux namespaces: the lack is real, and nobody else notices. */
import { spawn } from "node:child_process";
import { checkout } from "../../toolchain/lib/paths";

export const namespacesMissing = () =>
  process.platform === "linux" && process.getuid?.() === 0 ? undefined : "namespaces need root on Linux";

/** The machine without something: words put before a command. */
export const without = {
  network: ["unshare", "--net"],
  /** Where Go is looked for besides PATH. */
  go: inMounts("for go in /usr/local/go /usr/lib/go; do [ ! -d $go ] || mount -t tmpfs none $go; done"),
  root: ["unshare", "--user"],
  disk: (folder: string, megabytes: number) =>
    inMounts(`mount -t tmpfs -o size=${megabytes}m none ${folder}`),
  inodes: (folder: string) => inMounts(`mount -t tmpfs -o nr_inodes=1 none ${folder}`),
};

function inMounts(command: string): string[] {
  return ["unshare", "--mount", "sh", "-c", `${command} && exec "$@"`, "sh"];
}

export type Environment = Record<string, string | undefined>;

export interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs it in the checkout; undefined takes a variable away. */
export function start(words: string[], env: Environment = {}): Promise<Answer> {
  return new Promise((done, fail) => {
    const [command = "", ...args] = words;
    const child = spawn(command, args, { cwd: checkout, env: { ...process.env, ...env } });
    const answer: Answer = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (text) => (answer.stdout += String(text)));
    child.stderr.on("data", (text) => (answer.stderr += String(text)));
    child.on("error", fail);
    child.on("close", (code) => done({ ...answer, code }));
  });
}

export const node = (...args: string[]) => [
  process.execPath,
  "-r",
  "ts-node/register/transpile-only",
  ...args,
];

export const slipway = (...words: string[]) => node("tools/main.ts", ...words);
