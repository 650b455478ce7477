// The cache never shows a broken artefact: not after a failure, an interruption, or two runs at once.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached, key, lastTime, obtain, treeInputs, withLock, type Recipe } from "../../toolchain/cache";
import { Failure } from "../../toolchain/lib/failure";
import { checkout } from "../../toolchain/lib/paths";
import { quiet } from "../../toolchain/lib/progress";

describe("the cache of built artefacts", () => {
  let folder: string;
  const before = process.env.SLIPWAY_CACHE;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "slipway-cache-"));
    process.env.SLIPWAY_CACHE = folder;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.SLIPWAY_CACHE;
    else process.env.SLIPWAY_CACHE = before;
    rmSync(folder, { recursive: true, force: true });
  });

  const recipe = (over: Partial<Recipe> = {}): Recipe => ({
    name: "tool",
    version: "1.2.3",
    inputs: ["a"],
    build: (into) => {
      writeFileSync(join(into, "tool"), "made");
      return Promise.resolve();
    },
    ...over,
  });

  it("makes an artefact once and answers the same folder afterwards", async () => {
    let made = 0;
    const counted = recipe({ build: async (into, step, log) => (made++, recipe().build(into, step, log)) });
    assert.equal(cached(counted), false);
    const first = await obtain(counted, quiet);
    assert.equal(await obtain(counted, quiet), first);
    assert.equal(made, 1);
    assert.equal(cached(counted), true);
    assert.equal(readFileSync(join(first, "tool"), "utf8"), "made");
    assert.ok((lastTime("tool") ?? -1) >= 0);
  });

  it("gives each name, version and input a key of its own, and no two inputs run together", () => {
    const keys = [
      recipe(),
      recipe({ name: "tool2" }),
      recipe({ version: "1.2.4" }),
      recipe({ inputs: ["b"] }),
      recipe({ inputs: ["a", "b"] }),
      recipe({ inputs: ["ab"] }),
    ].map(key);
    assert.equal(new Set(keys).size, keys.length);
    assert.match(key(recipe()), /^tool-1\.2\.3-[0-9a-f]{12}$/);
  });

  it("leaves nothing of a failed build, says where its log is, and builds again", async () => {
    let fails = true;
    const flaky = recipe({
      build: (into, _step, log) => {
        writeFileSync(join(into, "half"), "");
        writeFileSync(log, "the compiler's words");
        if (fails) throw new Failure("the compiler said no", { details: ["line 1"] });
        return Promise.resolve();
      },
    });
    await assert.rejects(obtain(flaky, quiet), (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.match(
        error.format(),
        /tool 1\.2\.3 could not be built: the compiler said no\n {2}line 1\n {2}the log: /,
      );
      assert.equal(readFileSync(error.log ?? "", "utf8"), "the compiler's words");
      return true;
    });
    assert.equal(cached(flaky), false);
    assert.deepEqual(readdirSync(join(folder, "work")), []);
    fails = false;
    assert.ok(existsSync(await obtain(flaky, quiet)));
  });

  it("starts afresh after a run that was killed half-way", async () => {
    const work = join(folder, "work", key(recipe()));
    mkdirSync(work, { recursive: true });
    writeFileSync(join(work, "half"), "left by the killed run");
    const made = await obtain(recipe(), quiet);
    assert.deepEqual(readdirSync(made), ["tool"]);
  });

  it("lets one of several processes build while the others wait for its result", async () => {
    const program = `
      const { obtain } = require(${JSON.stringify(join(checkout, "toolchain/cache"))});
      const { appendFileSync, writeFileSync } = require("node:fs");
      obtain({ name: "shared", version: "1", inputs: [], build: async (into) => {
        appendFileSync(${JSON.stringify(join(folder, "builds"))}, "x");
        await new Promise((done) => setTimeout(done, 300));
        writeFileSync(into + "/tool", "whole");
      } }, { note() {} }).then((made) => process.stdout.write(made));`;
    const runs = [1, 2, 3].map(async () => {
      const child = spawn(process.execPath, ["-r", "ts-node/register", "-e", program], {
        cwd: checkout,
        stdio: ["ignore", "pipe", "inherit"],
      });
      let made = "";
      child.stdout.on("data", (text) => (made += String(text)));
      await once(child, "close");
      return made;
    });
    const made = await Promise.all(runs);
    assert.equal(new Set(made).size, 1);
    assert.equal(readFileSync(join(made[0] ?? "", "tool"), "utf8"), "whole");
    assert.equal(readFileSync(join(folder, "builds"), "utf8"), "x");
  });

  it("gives the lock back when the work under it fails", async () => {
    await assert.rejects(
      withLock("some", quiet, () => Promise.reject(new Error("no"))),
      /no/,
    );
    assert.equal(await withLock("some", quiet, () => Promise.resolve("again")), "again");
  });

  it("hashes the files a recipe is made from, so that a changed byte is another key", () => {
    const tree = join(folder, "tree");
    mkdirSync(join(tree, "sub"), { recursive: true });
    writeFileSync(join(tree, "sub/a.go"), "1");
    writeFileSync(join(tree, "b.md"), "1");
    const keep = (path: string) => path.endsWith(".go");
    const one = treeInputs(tree, keep);
    assert.equal(one.length, 1);
    assert.match(one[0] ?? "", /^sub\/a\.go /);
    writeFileSync(join(tree, "b.md"), "2");
    assert.deepEqual(treeInputs(tree, keep), one);
    writeFileSync(join(tree, "sub/a.go"), "2");
    assert.notDeepEqual(treeInputs(tree, keep), one);
  });
});
