// A team's week with releases, on a real cluster: good ones, the way back, and a smoke test that fails, with visitors on the routes.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeLive } from "../../helpers/live";
import { outcomeOf, Week } from "./week";

describeLive("releases on a cluster", function () {
  this.timeout(180_000);
  const week = new Week();

  before(() => week.product.make());
  after(async function () {
    this.timeout(300_000);
    await week.product.remove();
  });

  it("deploys for the first time, asks every route, and records the release", async () => {
    const commit = await week.product.write({ say: "one" });
    const answer = await week.deploy();
    assert.equal(answer.code, 0, answer.stderr);
    const outcome = outcomeOf(answer);
    week.release = outcome.release?.number ?? 0;
    assert.equal(week.release, 1);
    assert.equal(outcome.release?.commit, commit);
    assert.deepEqual(
      outcome.smoke.map(({ name, ok }) => [name.replace(/^GET https:\/\/[^/]+/, ""), ok]).sort(),
      [
        ["/", true],
        ["/health", true],
        ["/steady", true],
      ],
    );
    const record = await week.product.kubectl("get", "configmap", "slipway-release-1", "-o=jsonpath={.data}");
    assert.match(record, new RegExp(commit));
    await week.seen("one");
  });

  it("says that nothing changed the second time, and makes no release of it", async () => {
    const outcome = outcomeOf(await week.deploy());
    assert.equal(outcome.outcome, "unchanged");
    assert.equal((await week.releases()).releases.length, 1);
  });

  it("takes the next release without a failed request", async () => {
    const { load } = await week.product.during("/", week.good({ say: "two", wants: "two" }));
    assert.deepEqual(load.failures, {});
    await week.seen("two");
  });

  it("goes back on request, and forward again", async () => {
    const { answer, load } = await week.product.during("/", week.product.slipway(["rollback", "--json"]));
    assert.equal(answer.code, 0, answer.stderr);
    assert.deepEqual(load.failures, {});
    await week.seen("one");
    const { releases: all, running } = await week.releases();
    assert.deepEqual([all[0]?.kind, all[0]?.of, running], ["rollback", 1, 3]);
    await week.good({ say: "two", wants: "two" });
    await week.seen("two");
  });

  it("undoes a version that fails the smoke test", async () => {
    const { stderr, outcome } = await week.undone({ say: "three", wants: "four" });
    assert.match(stderr, /✘ says the right thing: its answer does not contain "four"/);
    assert.match(stderr, /No migration ran/);
    assert.deepEqual(
      outcome.smoke.filter(({ ok }) => !ok),
      [],
      "after the way back all is well",
    );
  });

  it("refuses what is not committed", async () => {
    writeFileSync(join(week.product.folder, "README.md"), "new");
    const { code, stderr } = await week.deploy();
    assert.equal(code, 1);
    assert.match(stderr, /not committed[^]*README\.md/);
  });

  it("asks the routes on request", async () => {
    const text = await week.says();
    await week.product.write({ say: text, wants: text }); // what runs, whatever ran before
    const { code, stdout, stderr } = await week.product.slipway(["smoke", "--json"]);
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as { ok: boolean }).ok, true);
  });
});
