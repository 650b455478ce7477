// The promise of all backups, in one go: a table is dropped, and is back; and the next run of the engine finds nothing to do.
import { describeLive } from "../../helpers/live";
import { Project } from "../../../tools/testing/project";
import { drop, restored, small } from "./product";

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
    const { took } = await restored(product, await drop(product));
    process.stdout.write(`        restored in ${Math.round(took / 1000)} s\n`);
    await product.unchanged();
  });
});
