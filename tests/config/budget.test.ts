import assert from "node:assert/strict";
import fc from "fast-check";
import { connectionBudget, type Settings, tune } from "../../config";
import { mostPods } from "../../config/budget";
import { connectionsFor } from "../../config/tuning";
import { changed, settingsOf, SHOP } from "./stacks";

const MI = 1024 ** 2;
const budget = (settings: Settings) => {
  const sums = connectionBudget(settings);
  assert.ok(sums !== undefined);
  return sums;
};

describe("the connection budget", () => {
  it("counts every client at its worst moment", () => {
    const { direct, asked, granted } = budget(settingsOf(SHOP));
    assert.deepEqual(
      direct.map(({ path, connections }) => [path, connections]),
      [
        ["parts.api", 260],
        ["parts.worker", 200],
        ["parts.api.migrate", 1],
        ["monitoring", 5],
        ["superuser", 3],
      ],
    );
    assert.deepEqual([asked, granted], [469, 512]);
  });

  it("counts processes, overflow and jobs", () => {
    const settings = settingsOf(
      changed({
        "parts.api.pool": { size: 2, overflow: 3, processes: 4 },
        jobs: { clean: { part: "worker", command: ["x"], every: "daily", connections: 7 } },
      }),
    );
    const of = (path: string) => budget(settings).direct.find((demand) => demand.path === path)?.connections;
    assert.deepEqual([of("parts.api"), of("jobs.clean")], [13 * 4 * 5, 7]);
  });

  it("counts parts against the poolers, and the poolers against Postgres", () => {
    const { direct, pooled, grantedByPooler } = budget(
      settingsOf(changed({ "postgres.pooler": { instances: 2, size: 30, clients: 400 } })),
    );
    assert.deepEqual(
      pooled.map(({ path }) => path),
      ["parts.api", "parts.worker"],
    );
    assert.equal(direct.find(({ path }) => path === "postgres.pooler")?.connections, 60);
    assert.ok(!direct.some(({ path }) => path === "parts.api"));
    assert.equal(grantedByPooler, 800);
  });

  it("leaves out parts that do not need Postgres, and all of it without one", () => {
    assert.ok(!budget(settingsOf(SHOP)).direct.some(({ path }) => path === "parts.web"));
    assert.equal(connectionBudget({ ...settingsOf(SHOP), postgres: undefined }), undefined);
  });

  it("never doubles a part whose disk can be in one pod only", () => {
    const { parts } = settingsOf(SHOP);
    const { worker } = parts;
    assert.ok(worker !== undefined);
    assert.equal(mostPods(worker), 10);
    const disk = { path: "/data", size: { value: 1, text: "1" }, kind: "disk" as const };
    assert.equal(mostPods({ ...worker, volumes: { data: disk } }), 8);
  });
});

describe("Postgres tuned from its memory", () => {
  const of = (memory: number, connections?: number) =>
    tune({ memory: { value: memory, text: "" }, connections });

  it("gives whole units, and connections that can be overridden", () => {
    const { parameters, maxConnections } = of(4096 * MI);
    assert.equal(maxConnections, 512);
    assert.equal(parameters.shared_buffers, "1024MB");
    assert.equal(parameters.effective_cache_size, "3072MB");
    assert.equal(parameters.max_connections, "512");
    assert.equal(of(4096 * MI, 200).maxConnections, 200);
    assert.deepEqual([connectionsFor(1), connectionsFor(2 ** 50)], [20, 1000]);
  });

  it("fits the memory, whatever it is", () => {
    const bytes = (text: string | undefined) =>
      Number.parseInt(text ?? "", 10) * (text?.endsWith("MB") ? MI : 1024);
    fc.assert(
      fc.property(fc.integer({ min: 256 * MI, max: 2 ** 40 }), (memory) => {
        const { parameters, maxConnections } = of(memory);
        for (const text of Object.values(parameters)) assert.match(text, /^[\d.]+(?:kB|MB)?$/);
        const working = bytes(parameters.shared_buffers) + maxConnections * bytes(parameters.work_mem);
        assert.ok(working <= memory, `${working} of ${memory}`);
        assert.ok(bytes(parameters.work_mem) >= MI);
        assert.ok(bytes(parameters.maintenance_work_mem) <= memory / 4);
      }),
    );
  });
});
