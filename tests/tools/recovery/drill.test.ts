import assert from "node:assert/strict";
import { parseSettings, type OperatedPostgres } from "../../../config";
import { SHARES, throwaway } from "../../../config/rehearsal";
import { freshDrill, keepDrill, lastDrill } from "../../../tools/recovery/drill-record";
import type { Drilled } from "../../../tools/recovery/rehearsal";
import { fakeKube } from "../release/cluster";
import { says } from "../release/says";
import { settingsOf } from "./product";

const HOUR = 3600e3;
const now = Date.parse("2026-11-21T12:00:00Z");
const report = (more: Partial<Drilled> = {}): Drilled => ({
  ...{ stack: "prod", ok: true, when: "2026-11-21T10:00:00.000Z", backup: "20261121T020000" },
  ...{ restored: 60_000, lost: 1000, checks: [] },
  ...more,
});
const settings = parseSettings(
  { ...settingsOf("shop"), release: { drill: true } },
  { where: "Pulumi.prod.yaml" },
);
const fresh = (kube = fakeKube(), at = now) => freshDrill(kube, settings, "prod", "there", at);

describe("the gate of drills", () => {
  it("lets a deployment through after a good one in time", async () => {
    const kube = fakeKube();
    await keepDrill(kube, "shop", report());
    assert.equal(await fresh(kube), "2h old");
  });

  it("refuses without any, and says how to run one", async () => {
    await assert.rejects(fresh(), says(/was ever rehearsed[^]*slipway drill prod/));
  });

  it("refuses when the last good one is late, however young a bad one is, with why it was bad", async () => {
    const kube = fakeKube();
    await keepDrill(kube, "shop", report());
    const later = now + 30 * 24 * HOUR;
    const bad = report({ ok: false, when: new Date(later).toISOString(), why: ["users are there: 0"] });
    await keepDrill(kube, "shop", bad);
    await assert.rejects(fresh(kube, later), says(/last good drill of prod[^]*users are there: 0/));
    assert.equal((await lastDrill(kube, "shop")).good, Date.parse("2026-11-21T10:00:00.000Z"));
  });

  it("refuses when restoring took longer than the stack promises", async () => {
    const kube = fakeKube();
    await keepDrill(kube, "shop", report({ restored: HOUR }));
    await assert.rejects(fresh(kube), says(/took 1h to restore[^]*targets.rto promises 10m/));
  });

  it("asks for nothing before the first deployment, or where the stack does not want it", async () => {
    assert.equal(await freshDrill(fakeKube(), settings, "prod", "new", now), "there is no database yet");
    const without = { ...settings, release: { ...settings.release, drill: false } };
    assert.equal(await freshDrill(fakeKube(), without, "prod", "there", now), "none is asked for");
  });
});

describe("the throwaway database of a drill", () => {
  const spec = {
    instances: 3,
    imageName: "postgres:17",
    plugins: [{ name: "barman" }],
    priorityClassName: "shop-high",
    storage: { size: "1Gi", storageClass: "fast" },
    postgresql: { parameters: { max_connections: "100" }, synchronous: { number: 1 } },
  };
  const said = { ...(settings.postgres as OperatedPostgres), cpu: { text: "4", value: 4000 } };
  const made = throwaway(spec, said);

  it("is one instance on its share of a core, that waits for no replica and goes before anybody's pod", () => {
    assert.equal(made.instances, 1);
    assert.equal((made.resources as { limits: { cpu: string } }).limits.cpu, "500m");
    assert.equal(SHARES.database + SHARES.fetching + SHARES.program, 1000);
    assert.deepEqual(made.postgresql, { parameters: { max_connections: "100" } });
    assert.ok(!("priorityClassName" in made));
  });

  it("archives nowhere: the bucket is the live one's", () => assert.ok(!("plugins" in made)));

  it("has a disk of the live one's class, as large as it or as the drill says", () => {
    assert.deepEqual(made.storage, { size: "1Gi", storageClass: "fast" });
    assert.ok(said.drill);
    const drill = { ...said.drill, storage: { text: "5Gi", value: 5 * 1024 ** 3 } };
    assert.deepEqual(throwaway(spec, { ...said, drill }).storage, { size: "5Gi", storageClass: "fast" });
  });
});
