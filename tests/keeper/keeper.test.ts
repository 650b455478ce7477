/** The keeper's small parts: the one file it comes as, who goes first, and values as psql would print them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QueryArrayResult } from "pg";
import { printed } from "../../keeper/ask";
import { keeper } from "../../keeper/bundle";
import { busy } from "../../keeper/busy";
import { run } from "../../toolchain/lib/run";
import { fakeKube } from "../tools/release/cluster";

describe("the keeper's program", () => {
  it("is one file that fits a ConfigMap many times, and the same each time", async () => {
    const text = await keeper();
    assert.ok(text.length > 10_000 && text.length < 256 * 1024, `${text.length} characters`);
    assert.equal(await keeper(), text);
  });

  it("needs nothing beside itself, and says in a line what it lacks", async () => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-keeper-"));
    try {
      writeFileSync(join(folder, "main.js"), await keeper());
      writeFileSync(join(folder, "plan.json"), JSON.stringify({ home: "shop-drill" }));
      const { code, stdout } = await run(process.execPath, ["main.js", "plan.json"], {
        ...{
          allowFailure: true,
          cwd: folder,
          env: { KUBERNETES_SERVICE_HOST: undefined, NODE_PATH: undefined },
        },
      });
      assert.equal(code, 1, stdout);
      assert.match(stdout, /outside of a cluster/);
      assert.doesNotMatch(stdout, /Cannot find module|\n\s+at /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("two drills of one database", () => {
  const job = (name: string, creationTimestamp: string, active = 1, component = "rehearsal") => ({
    ...{ apiVersion: "batch/v1", kind: "Job", status: { active } },
    metadata: {
      ...{ creationTimestamp, name, namespace: "shop-drill" },
      labels: { "app.kubernetes.io/component": component },
    },
  });
  const [early, late] = ["2026-11-21T02:00:00Z", "2026-11-21T02:05:00Z"];
  const kube = (...jobs: ReturnType<typeof job>[]) => fakeKube(...jobs);

  it("do not meet: the later one leaves, and the earlier one does not notice", async () => {
    const both = kube(job("drill-1", early), job("drill-again", late));
    assert.equal(await busy(both, "shop-drill", "drill-again"), "drill-1");
    assert.equal(await busy(both, "shop-drill", "drill-1"), undefined);
  });

  it("of the same second go by their names, so that one of them goes", async () => {
    const both = kube(job("drill-b", early), job("drill-a", early));
    assert.equal(await busy(both, "shop-drill", "drill-b"), "drill-a");
    assert.equal(await busy(both, "shop-drill", "drill-a"), undefined);
  });

  it("do not meet where one has ended, or where it is the operator's own job that runs", async () => {
    const ended = kube(
      job("drill-1", early, 0),
      job("throwaway-1", early, 1, "database"),
      job("drill-2", late),
    );
    assert.equal(await busy(ended, "shop-drill", "drill-2"), undefined);
  });
});

describe("an answer of Postgres", () => {
  const answer = (...rows: (string | null)[][]) => ({ rows }) as QueryArrayResult<(string | null)[]>;
  it("is printed as psql prints it: rows in lines, columns by bars, nothing for null", () => {
    assert.equal(printed(answer(["3"])), "3");
    assert.equal(printed(answer(["t", null], ["f", "x"])), "t|\nf|x");
    assert.equal(printed(answer()), "");
  });
  it("to several statements is what those say that have anything to say", () => {
    assert.equal(printed([answer(), answer(), answer(["0"])]), "0");
  });
});
