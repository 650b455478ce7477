// The bootstrap on machines that lack something: each case ends in a working machine or a clear sentence.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../toolchain/lib/paths";
import { link } from "./helpers/bare-path";
import { eventually } from "./helpers/services";

describe("./slipway on a machine that lacks something", () => {
  let home: string;
  let bin: string;
  let copy: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "slipway-boot-"));
    chmodSync(home, 0o777);
    bin = join(home, "bin");
    copy = join(home, "checkout");
    mkdirSync(bin);
    link(bin);
    fakeCheckout();
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it("uses the machine's Node when it is new enough, and installs the dependencies once", async () => {
    give("node", `exec ${process.execPath} "$@"`);
    npm();
    const first = await slipway("a", "b");
    assert.deepEqual([first.code, first.stdout], [0, "a b\n"], first.stderr);
    const second = await slipway();
    assert.equal(second.code, 0);
    assert.equal(second.stderr, "");
    assert.deepEqual(npmCalls(), ["ci"]);
  });

  it("installs the dependencies again when the lock file has changed", async () => {
    give("node", `exec ${process.execPath} "$@"`);
    npm();
    await slipway();
    writeFileSync(join(copy, "package-lock.json"), `{"changed": true}`);
    await slipway();
    assert.deepEqual(npmCalls(), ["ci", "ci"]);
  });

  it("fetches a Node where the machine's is too old, and says so", async () => {
    give("node", 'case "$1" in --version) echo v20.1.0 ;; -p) echo 20 ;; esac');
    npm();
    const { code, stderr, stdout } = await slipway("x");
    assert.deepEqual([code, stdout], [0, "x\n"], stderr);
    assert.match(stderr, /fetching Node \S+ \(this machine has v20\.1\.0\)/);
    assert.deepEqual(npmCalls(), ["pack", "ci"]);
  });

  it("fetches a Node where there is none", async () => {
    npm();
    const { code, stderr, stdout } = await slipway("x");
    assert.deepEqual([code, stdout], [0, "x\n"], stderr);
    assert.match(stderr, /fetching Node \S+ \(this machine has none\)/);
  });

  it("has Debian's npm installed where there is neither Node nor npm, and root", async function () {
    if (process.getuid?.() !== 0) this.skip();
    npm();
    renameSync(join(bin, "npm"), join(home, "npm-of-debian"));
    give("apt-get", `[ "$1" = update ] || mv ${join(home, "npm-of-debian")} ${join(bin, "npm")}`);
    const { code, stderr, stdout } = await slipway("x");
    assert.deepEqual([code, stdout], [0, "x\n"], stderr);
    assert.match(stderr, /npm is missing: installing Debian's/);
  });

  it("fetches one Node for two runs at once, and neither loses it", async () => {
    npm();
    const both = await Promise.all([slipway("one"), slipway("two")]);
    assert.deepEqual(
      both.map(({ code, stdout }) => [code, stdout]),
      [
        [0, "one\n"],
        [0, "two\n"],
      ],
    );
    assert.deepEqual(npmCalls(), ["pack", "ci"]);
  });

  it("installs afresh after an installation that was killed half-way", async () => {
    give("node", `exec ${process.execPath} "$@"`);
    give("npm", `mkdir -p node_modules/half; : >${join(home, "installing")}; exec sleep 600`);
    const child = spawn(join(copy, "slipway"), [], {
      detached: true,
      stdio: "ignore",
      env: { PATH: bin, HOME: home, SLIPWAY_CACHE: join(home, "cache") },
    });
    await eventually("the installation to begin", () => existsSync(join(home, "installing")));
    assert.ok(child.pid);
    process.kill(-child.pid, "SIGKILL");
    npm();
    const { code, stderr, stdout } = await slipway("whole");
    assert.deepEqual([code, stdout], [0, "whole\n"], stderr);
  });

  it("fetches again what an interrupted fetch left half-written", async () => {
    give("node", 'case "$1" in --version) echo v20.1.0 ;; -p) echo 20 ;; esac');
    npm();
    const version = /node_fetched=(\S+)/.exec(readFileSync(join(checkout, "slipway"), "utf8"))?.[1] ?? "";
    mkdirSync(join(home, "cache/node", version, "bin"), { recursive: true });
    writeFileSync(join(home, "cache/node", version, "bin/node"), "half");
    const { code, stderr } = await slipway();
    assert.equal(code, 0, stderr);
  });

  it("lets two runs at once both work, with one installation", async () => {
    give("node", `exec ${process.execPath} "$@"`);
    npm();
    const both = await Promise.all([slipway("one"), slipway("two")]);
    assert.deepEqual(
      both.map(({ code, stdout }) => [code, stdout]),
      [
        [0, "one\n"],
        [0, "two\n"],
      ],
    );
    assert.deepEqual(npmCalls(), ["ci"]);
  });

  it("says what to check when no registry answers", async () => {
    give(
      "npm",
      'echo "npm error network request to the registry failed, reason: getaddrinfo ENOTFOUND" >&2; exit 1',
    );
    const { code, stderr } = await slipway();
    assert.equal(code, 1);
    assert.match(stderr, /Node \S+ could not be fetched/);
    assert.match(stderr, /npm said: .*ENOTFOUND/);
    assert.match(stderr, /Check the network and free disk space/);
  });

  it("says what failed and where the log is when the dependencies do not install", async () => {
    give("node", `exec ${process.execPath} "$@"`);
    give("npm", 'echo "npm error code ENOSPC" >&2; exit 1');
    const { code, stderr } = await slipway();
    assert.equal(code, 1);
    assert.match(stderr, /dependencies could not be installed/);
    assert.match(stderr, /ENOSPC/);
    assert.match(stderr, /The log: \S+npm-ci\.log/);
    assert.ok(!existsSync(join(copy, "node_modules/.slipway-installed")));
  });

  it("says what to install where there is neither npm nor root", async function () {
    if (process.getuid?.() !== 0) this.skip();
    const { code, stderr } = await slipway.as(65534);
    assert.equal(code, 1);
    assert.match(stderr, /npm is missing, and only root on Debian or Ubuntu/);
    assert.match(stderr, /Install Node 22 or newer with npm/);
  });

  it("says which folder cannot be written", async () => {
    writeFileSync(join(home, "cache"), "a file where the folder should be");
    const { code, stderr } = await slipway();
    assert.equal(code, 1);
    assert.match(stderr, /cannot write the cache folder \S+cache/);
    assert.match(stderr, /SLIPWAY_CACHE/);
  });

  /** A checkout of the bootstrap alone; its main prints the arguments. */
  function fakeCheckout(): void {
    mkdirSync(join(copy, "tools"), { recursive: true });
    cpSync(join(checkout, "slipway"), join(copy, "slipway"));
    writeFileSync(join(copy, "package-lock.json"), "{}");
    writeFileSync(join(copy, "tools/main.ts"), "console.log(process.argv.slice(2).join(' '));");
  }

  function give(name: string, script: string): void {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** An npm whose registry has a Node (this one) and whose ci makes ts-node; it notes each call. */
  function npm(): void {
    const node = `sleep 0.2; mkdir -p package/bin && printf '#!/bin/sh\\nexec ${process.execPath} "$@"\\n' >package/bin/node && chmod +x package/bin/node && tar -czf node.tgz package && rm -r package`;
    const ci = `sleep 0.2; mkdir -p node_modules/ts-node/register && : >node_modules/ts-node/register/index.js`;
    give("npm", `echo "$1" >>${home}/npm-calls; case $1 in pack) ${node} ;; ci) ${ci} ;; esac`);
  }

  const npmCalls = () => readFileSync(join(home, "npm-calls"), "utf8").trim().split("\n");

  interface Answer {
    code: number | null;
    stdout: string;
    stderr: string;
  }
  const start = (uid: number | undefined, args: string[]) =>
    new Promise<Answer>((done, fail) => {
      const child = spawn(join(copy, "slipway"), args, {
        uid,
        env: { PATH: bin, HOME: home, SLIPWAY_CACHE: join(home, "cache") },
      });
      const answer: Answer = { code: null, stdout: "", stderr: "" };
      child.stdout.on("data", (text) => (answer.stdout += String(text)));
      child.stderr.on("data", (text) => (answer.stderr += String(text)));
      child.on("error", fail);
      child.on("close", (code) => done({ ...answer, code }));
    });
  const slipway = Object.assign((...args: string[]) => start(undefined, args), {
    as: (uid: number) => start(uid, []),
  });
});
