/** What goes into an image: the same bytes from the same sources, and nothing needed beside it but Node. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { partNames } from "../../demo/build";
import { bundle, demoFolder } from "../helpers/demo";

function digests(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  return Object.fromEntries(
    files.sort().map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]),
  );
}

describe("demo build", function () {
  this.timeout(30_000);

  it("gives the same bytes twice", async () => {
    const [one, other] = [await bundle(...partNames), await bundle(...partNames)];
    assert.deepEqual(digests(one.folder), digests(other.folder));
    one.remove();
    other.remove();
  });

  it("needs nothing beside it: every part starts in a bare folder and asks for its environment in words", async () => {
    const made = await bundle("api", "worker");
    for (const part of ["api", "worker"]) {
      const { status, stderr } = spawnSync(process.execPath, ["main.js"], {
        cwd: join(made.folder, part),
        env: {},
        encoding: "utf8",
      });
      assert.equal(status, 2, stderr);
      assert.match(stderr, /^The environment is not complete:\n {2}DATABASE_URL is missing/);
    }
    made.remove();
  });

  for (const part of partNames)
    it(`${part}'s Dockerfile pins its base, runs as a number that is not root, and starts no shell`, () => {
      const text = readFileSync(join(demoFolder, part, "Dockerfile"), "utf8");
      assert.match(text, /^ARG NODE_BASE=node:\d+\.\d+\.\d+-[a-z-]+$/m);
      assert.match(text, /^USER [1-9]\d*:[1-9]\d*$/m);
      assert.match(text, /^ENTRYPOINT \["node", "main.js"\]$/m);
      assert.equal(
        [...text.matchAll(/^FROM \$\{NODE_BASE\}/gm)].length,
        2,
        "built in one stage, run in another",
      );
      for (const [, source] of text.matchAll(/^COPY (?!--from)(\S+) /gm))
        assert.ok(statSync(join(demoFolder, source ?? "")), "every file it copies is there");
    });
});
