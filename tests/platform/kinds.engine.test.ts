// The types of custom resources are those of the releases that the platform installs.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { generatedKinds, KINDS_FOLDER } from "../../platform/kinds";

describe("the types of custom resources", function () {
  this.timeout(300_000);

  it("are what `npm run kinds` makes of the pinned releases, and nothing more", async () => {
    const files = await generatedKinds();
    assert.deepEqual(
      readdirSync(KINDS_FOLDER).sort(),
      Object.keys(files)
        .map((path) => basename(path))
        .sort(),
    );
    for (const [path, text] of Object.entries(files)) assert.equal(readFileSync(path, "utf8"), text, path);
  });
});
