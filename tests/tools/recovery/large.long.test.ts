// A database of a gigabyte: a table of it is dropped, and is back. How long it took is printed.
import assert from "node:assert/strict";
import { Project } from "../../../tools/testing/project";
import { describeLive } from "../../helpers/live";
import { ask, backedUp, drop, restored, small } from "./product";

const GIGABYTE = 1024 ** 3;
const ROWS = 3_400_000;

describeLive("a dropped table of a large database", function () {
  this.timeout(1_800_000);
  const product = new Project("large-test");

  before(async () => {
    await product.make();
    const { postgres, ...rest } = small(product.stack) as { postgres: object };
    const larger = { cpu: "500m", memory: "512Mi", storage: "8Gi" };
    await product.commit({
      ...rest,
      postgres: { ...postgres, ...larger },
      targets: { rpo: "1m", rto: "30m" },
    });
    await product.pulumi("stack", "init");
    await product.pulumi("up", "--yes", "--skip-preview");
    await backedUp(product);
    // What nothing can compress away: nine random hexadecimals a row.
    const text = Array(9).fill("md5(random()::text)").join(" || ");
    await ask(
      product,
      "postgres-1",
      `create table large as select n, ${text} as text from generate_series(1, ${ROWS}) n`,
    );
    const taken = await product.slipway(["backup"]);
    assert.equal(taken.code, 0, taken.stderr);
  });
  after(() => product.remove());

  it("is back after a restore to the moment before, with every row of the others", async () => {
    const size = Number(await ask(product, "postgres-1", "select pg_database_size(current_database())"));
    assert.ok(size > GIGABYTE, `${size} bytes are no gigabyte`);
    const { database, took } = await restored(product, await drop(product));
    process.stdout.write(
      `        ${(size / GIGABYTE).toFixed(2)} GiB restored in ${Math.round(took / 1000)} s\n`,
    );
    assert.equal(await ask(product, `${database}-1`, "select count(*) from large"), String(ROWS));
  });
});
