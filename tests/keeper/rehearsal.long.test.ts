// The restore that the cluster rehearses by itself, for real: good, killed half-way, and with checks that fail.
import assert from "node:assert/strict";
import { rehearsalHome } from "../../config/rehearsal";
import type { Drilled } from "../../tools/recovery/rehearsal";
import { Project } from "../../tools/testing/project";
import { describeLive } from "../helpers/live";
import { ask, small } from "../tools/recovery/product";

const jobName = "batch.kubernetes.io/job-name";

interface Lease {
  metadata: { annotations: Record<string, string> };
  spec: { renewTime?: string };
}

describeLive("the drill that the cluster holds", function () {
  this.timeout(600_000);
  const product = new Project("keeper-test");
  const home = rehearsalHome(product.stack);
  const inHome = (...words: string[]) => product.kubectl("--namespace", home, ...words);

  const settings = (least: number) => {
    const { postgres, ...rest } = small(product.stack) as { postgres: object };
    const check = {
      name: "what was written is there",
      sql: "select count(*) from precious",
      expect: `>= ${least}`,
    };
    const drill = { checks: [check], image: "slipway.local/demo-api:dev" };
    return { ...rest, postgres: { ...postgres, drill } };
  };
  const first = settings(100);
  // The same folder of the bucket, whatever else changes.
  const failing = { ...first, postgres: { ...first.postgres, drill: settings(1000).postgres.drill } };

  const start = (job: string) => inHome("create", "job", job, "--from=cronjob/drill");
  const ended = async (job: string): Promise<string> => {
    let how = "";
    await product.until(async () => {
      const said = await inHome(
        "get",
        "job",
        job,
        "-o=jsonpath={range .status.conditions[*]}{.type}={.status} {end}",
      );
      how = /\b(Complete|Failed)=True/.exec(said)?.[1] ?? "";
      return how !== "";
    });
    return how;
  };
  const lease = async () => {
    const { metadata, spec } = JSON.parse(
      await product.kubectl("get", "lease", "slipway-drill", "--output=json"),
    ) as Lease;
    return {
      good: spec.renewTime,
      report: JSON.parse(metadata.annotations["slipway.dev/report"] ?? "") as Drilled,
    };
  };
  /** Nothing is left of a database, nor of what it was restored with. */
  const left = async () => {
    const kinds =
      "clusters.postgresql.cnpg.io,objectstores.barmancloud.cnpg.io,persistentvolumeclaims,secrets,services";
    return (await inHome("get", kinds, "--output=name")).trim();
  };
  const logs = (job: string) => inHome("logs", `--selector=${jobName}=${job}`, "--tail=-1");

  before(async function () {
    this.timeout(900_000);
    await product.make();
    await product.commit(first);
    await product.pulumi("stack", "init");
    await product.pulumi("up", "--yes", "--skip-preview");
    await ask(product, "postgres-1", "create table precious as select * from generate_series(1, 100)");
    const taken = await product.slipway(["backup"]);
    assert.equal(taken.code, 0, taken.stderr);
  });
  after(() => product.remove());

  it("restores, checks, leaves its report on the Lease and nothing in its namespace; its log tells no secret", async () => {
    await start("drill-good");
    assert.equal(await ended("drill-good"), "Complete", await logs("drill-good"));
    const { good, report } = await lease();
    assert.deepEqual([report.ok, report.stack, report.why], [true, product.stack, undefined]);
    assert.equal(Date.parse(good ?? ""), Date.parse(report.when));
    assert.deepEqual(
      report.checks.map(({ value, ok }) => [value, ok]),
      [
        ["100", true],
        ["0", true],
      ],
    );
    assert.ok(report.restored > 0 && report.lost !== undefined && report.lost >= 0);
    assert.equal(await left(), "");
    const said = await logs("drill-good");
    const login = await product.kubectl("get", "secret", "postgres-login", "-o=jsonpath={.data.password}");
    for (const secret of [login, Buffer.from(login, "base64").toString("utf8")])
      assert.ok(!said.includes(secret));
  });

  it("killed half-way, is held again and is good, and nothing is left of either", async () => {
    const before = await lease();
    await start("drill-killed");
    const pods = () => inHome("get", "pods", "--selector=cnpg.io/cluster=throwaway", "--output=name");
    await product.until(async () => (await pods()) !== "");
    await inHome("delete", "pod", `--selector=${jobName}=drill-killed`, "--grace-period=0", "--force");
    assert.equal(await ended("drill-killed"), "Complete", await logs("drill-killed"));
    const { good, report } = await lease();
    assert.ok(report.ok && Date.parse(good ?? "") > Date.parse(before.good ?? ""));
    assert.equal(await left(), "");
  });

  it("fails once with its checks, says why, and keeps the time of the last good one", async () => {
    const before = await lease();
    await product.commit(failing);
    await product.pulumi("up", "--yes", "--skip-preview");
    await start("drill-bad");
    assert.equal(await ended("drill-bad"), "Failed");
    const { good, report } = await lease();
    assert.equal(good, before.good);
    assert.deepEqual([report.ok, report.why], [false, ["what was written is there: 100, wanted >= 1000"]]);
    assert.equal(await left(), "");
    const tries = await inHome("get", "pods", `--selector=${jobName}=drill-bad`, "--output=name");
    assert.equal(tries.trim().split("\n").length, 1, tries);
  });

  it("is held from outside as before, in a namespace that is gone afterwards", async () => {
    await product.commit(first);
    const answer = await product.slipway(["drill", "--json"]);
    assert.equal(answer.code, 0, answer.stderr);
    assert.ok((JSON.parse(answer.stdout) as Drilled).ok);
    const namespaces = await product.kubectl("get", "namespaces", "--output=name");
    assert.ok(!namespaces.includes(`${home}-now`));
    assert.ok((await lease()).report.ok);
  });
});
