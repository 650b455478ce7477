// The primary gone under load, with a replica that must have each transaction: who was told that it is written was told the truth.
import assert from "node:assert/strict";
import { describeLive } from "../../helpers/live";
import { Project } from "../../../tools/testing/project";
import { ask, small } from "./product";
import { Acknowledged, writer } from "./writer";

describeLive("a primary that is lost under load", function () {
  this.timeout(900_000);
  const product = new Project("failover-test");
  const said = new Acknowledged(product);

  before(async () => {
    await product.make();
    const { postgres, parts, ...rest } = small(product.stack) as { postgres: object; parts: object };
    await product.commit({
      ...rest,
      parts: { ...parts, writer: writer() },
      postgres: { ...postgres, instances: 3, synchronous: { replicas: 1 } },
    });
    await product.pulumi("stack", "init");
    await product.pulumi("up", "--yes", "--skip-preview");
    said.listen();
    await whole();
    await said.more(20);
  });
  after(async () => {
    await said.stop();
    await product.remove();
  });

  const status = (path: string) =>
    product.kubectl("get", "clusters.postgresql.cnpg.io", "postgres", `-o=jsonpath={.status.${path}}`);
  const primary = () => status("currentPrimary");
  /** All three of it well, and waited for. */
  const whole = () =>
    product.until(
      async () => (await status("readyInstances")) === "3" && (await status("phase")).includes("healthy"),
    );

  async function nothingLost(what: string, from: number): Promise<void> {
    await said.more(20);
    const gap = said.longest(from);
    process.stdout.write(
      `        ${what}: writes again after ${(gap / 1000).toFixed(1)} s, ${said.rows.size} acknowledged\n`,
    );
    await whole();
    assert.deepEqual(await said.lost(await primary()), []);
  }

  it("has lost nothing that was acknowledged when its pod is killed", async () => {
    const before = await primary();
    const from = Date.now();
    await product.kubectl("delete", "pod", before, "--force", "--grace-period=0");
    await product.until(async () => (await primary()) !== before);
    await nothingLost("primary killed", from);
  });

  it("has lost nothing that was acknowledged when its disk goes too, and is whole again with another", async () => {
    const before = await primary();
    const from = Date.now();
    await product.kubectl("delete", "persistentvolumeclaim", before, "--wait=false");
    await product.kubectl("delete", "pod", before, "--force", "--grace-period=0");
    await product.until(async () => (await primary()) !== before);
    await nothingLost("primary's disk deleted", from);
    assert.equal(await ask(product, await primary(), "select count(*) from pg_stat_replication"), "2");
  });
});
