import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { releaseDeadLocks } from "../../../tools/lib/dead-locks";

describe("locks of a stack kept in a folder", () => {
  let backend: string, locks: string;
  beforeEach(() => {
    backend = mkdtempSync(join(tmpdir(), "slipway-locks-"));
    locks = join(backend, ".pulumi", "locks", "organization", "shop", "local");
    mkdirSync(locks, { recursive: true });
  });
  afterEach(() => rmSync(backend, { recursive: true }));

  const gone = () => spawnSync("true").pid;
  const write = (name: string, lock: object) => writeFileSync(join(locks, name), JSON.stringify(lock));
  const release = () => releaseDeadLocks(`file://${backend}`, "shop", "local");

  it("go when the process that wrote them is gone", () => {
    write("a.json", { pid: gone(), hostname: hostname() });
    assert.equal(release(), 1);
    assert.deepEqual(readdirSync(locks), []);
  });

  it("go when another program has the number now", () => {
    write("a.json", { pid: process.pid, hostname: hostname() });
    assert.equal(release(), 1);
  });

  it("stay when another machine wrote them: nobody can look there", () => {
    write("a.json", { pid: gone(), hostname: `not-${hostname()}` });
    assert.equal(release(), 0);
    assert.deepEqual(readdirSync(locks), ["a.json"]);
  });

  it("are none where there is no such folder or another kind of backend", () => {
    assert.equal(releaseDeadLocks(`file://${backend}`, "shop", "other"), 0);
    assert.equal(releaseDeadLocks("s3://bucket", "shop", "local"), 0);
    assert.equal(releaseDeadLocks(undefined, "shop", "local"), 0);
  });
});
