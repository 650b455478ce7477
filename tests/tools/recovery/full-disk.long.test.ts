// A database whose disk is full under a writing client: it refuses rather than forgets, and goes on by itself when there is room.
import assert from "node:assert/strict";
import { Project } from "../../../tools/testing/project";
import { describeLive } from "../../helpers/live";
import { SmallDisk } from "../../program/small-disk";
import { ask, small } from "./product";
import { Acknowledged, writer, writing } from "./writer";

describeLive("a database whose disk is full", function () {
  this.timeout(900_000);
  const product = new Project("full-disk-test");
  const said = new Acknowledged(product);
  let disk: SmallDisk;

  before(async () => {
    disk = await SmallDisk.make(product.stack, "1Gi");
    await product.make();
    const { parts, postgres, ...rest } = small(product.stack) as Record<string, object>;
    await writing(product, said, {
      ...rest,
      parts: { ...parts, writer: writer() },
      postgres: { ...postgres, class: product.stack, storage: "1Gi" },
    });
  });
  after(async () => {
    await said.stop();
    await product.remove();
    await (disk as SmallDisk | undefined)?.remove();
  });

  const phase = () =>
    product.kubectl("get", "clusters.postgresql.cnpg.io", "postgres", "-o=jsonpath={.status.phase}");
  const answers = () =>
    ask(product, "postgres-1", "select 1").then(
      () => true,
      () => false,
    );

  it("acknowledges nothing that it cannot keep, says why it stands still, and has lost nothing with a larger disk", async () => {
    // Until it has given up, not only until one write has failed.
    await product.until(async () => {
      disk.fill();
      await ask(product, "postgres-1", "select pg_switch_wal()").catch(() => undefined);
      return !(await answers());
    });
    await product.until(async () => /disk space/i.test(await phase()));
    const stood = Date.now();
    await disk.grow("1536Mi");
    await said.more(20);
    process.stdout.write(
      `        writes again ${Math.round((Date.now() - stood) / 1000)} s after it was made larger\n`,
    );
    assert.deepEqual(await said.lost("postgres-1"), []);
    await product.until(async () => (await phase()).includes("healthy"));
  });

  it("archives what had to wait, and a backup of it is good", async () => {
    const waiting = "select count(*) from pg_ls_archive_statusdir() where name like '%.ready'";
    await product.until(async () => (await ask(product, "postgres-1", waiting)) === "0");
    const taken = await product.slipway(["backup"]);
    assert.equal(taken.code, 0, taken.stderr);
  });
});
