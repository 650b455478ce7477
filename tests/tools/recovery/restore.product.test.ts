// The promise of all backups, in one go: a table is dropped, and is back; and the next run of the engine finds nothing to do.
import assert from "node:assert/strict";
import { describeLive } from "../../helpers/live";
import type { Restored } from "../../../tools/recovery/restore";
import { Project } from "../../../tools/testing/project";
import { ask, drop, small } from "./product";

describeLive("a dropped table", function () {
  this.timeout(300_000);
  const product = new Project("recovery-test");

  before(async () => {
    await product.make();
    const { postgres, ...rest } = small(product.stack) as { postgres: object };
    // As much of a core as a database gets that asks for nothing.
    await product.commit({ ...rest, postgres: { ...postgres, cpu: "500m" } });
    await product.pulumi("stack", "init");
    await product.pulumi("up", "--yes", "--skip-preview");
  });
  after(() => product.remove());

  it("is back after a restore to the moment before, and the engine has nothing more to do", async () => {
    const moment = await drop(product);
    const answer = await product.slipway(["restore", "--to", moment, "--json"]);
    assert.equal(answer.code, 0, answer.stderr);
    const { database, took } = JSON.parse(answer.stdout) as Restored;
    process.stdout.write(`        restored in ${Math.round(took / 1000)} s\n`);
    assert.equal(await ask(product, `${database}-1`, "select count(*) from precious"), "100");
    await product.unchanged();
  });
});
