import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { stackFileOf } from "../../../tools/testing/project";
import { rendered } from "../../../tools/review/rendered";
import { checkout } from "../../../toolchain/lib/paths";
import { quiet } from "../../../toolchain/lib/progress";
import { small } from "../recovery/product";

describe("a stack that is rendered without its cluster", function () {
  this.timeout(120_000);
  const stack = "rendered-test";
  const folder = mkdtempSync(join(tmpdir(), "slipway-rendered-"));

  before(() => {
    for (const name of readdirSync(checkout).filter((one) => !/^\.|^Pulumi\..+\.yaml$/.test(one))) {
      symlinkSync(join(checkout, name), join(folder, name));
    }
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), stringify(stackFileOf(small(stack))));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is shown with its backups, though the keys of their bucket are only to be read there", async () => {
    const manifests = await rendered(folder, stack, quiet);
    const kinds = manifests.map(({ object }) => (object as { kind: string }).kind);
    for (const kind of ["Cluster", "ObjectStore", "ScheduledBackup"]) assert.ok(kinds.includes(kind), kind);
  });
});
