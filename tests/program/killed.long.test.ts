// `pulumi up` killed with -9 at ten random moments: each time the next one converges, with nothing orphaned or doubled.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { cacheDir, checkout } from "../../toolchain/lib/paths";
import { quiet } from "../../toolchain/lib/progress";
import { run } from "../../toolchain/lib/run";
import { describeLive, Live } from "../helpers/live";

const times = 10;

interface Named {
  kind: string;
  metadata: { name: string; ownerReferences?: unknown[]; labels?: Record<string, string> };
}

describeLive("an update that is killed", function () {
  this.timeout(1_800_000);
  const product = new Live("killed");
  after(() => product.remove());

  it("leaves nothing that the next one cannot put right, whenever it happens", async () => {
    const began = Date.now();
    await product.up();
    const whole = Date.now() - began; // the moments are spread over as long as an update may take
    const moments: string[] = [];
    const { worker = {}, ...fewer } = product.parts;
    for (let round = 1; round <= times; round++) {
      for (const part of [...Object.values(fewer), worker]) {
        (part.env as Record<string, string>).RELEASE = `round-${round}`;
      }
      // Something goes in every other round, and comes back in the next.
      product.settings.parts = round % 2 === 0 ? fewer : { ...fewer, worker };
      moments.push(await killedAfter(Math.random() * Math.min(whole, 20_000)));
      await product.up();
      const again = await product.stack.up(quiet, { called: "killed" });
      assert.equal(again.changed, 0, `after ${moments.join(", ")}:\n${changesOf("killed")}`);
      assert.deepEqual(await strangers(), [], `after ${moments.join(", ")}`);
    }
    assert.ok(
      moments.some((moment) => moment.startsWith("killed")),
      moments.join(", "),
    );
  });

  /** What the engine did in an update, from its log. */
  function changesOf(called: string): string {
    const lines = readFileSync(cacheDir("logs", `pulumi-product-${called}.log`), "utf8").split("\n");
    return lines.filter((line) => /^ *[+~-]/.test(line)).join("\n");
  }

  /** Starts an update and kills the engine and everything below it. */
  async function killedAfter(ms: number): Promise<string> {
    product.write();
    await product.stack.prepare();
    const child = spawn(
      "pulumi",
      [
        "up",
        "--yes",
        "--skip-preview",
        "--non-interactive",
        "--stack",
        product.name,
        "--config-file",
        product.stack.settings,
      ],
      { cwd: checkout, detached: true, stdio: "ignore" },
    );
    const ended = once(child, "exit");
    const early = await Promise.race([ended.then(() => true), wait(ms, false)]);
    if (early) return `ended before ${Math.round(ms)} ms`;
    process.kill(-(child.pid ?? assert.fail()), "SIGKILL");
    await ended;
    return `killed after ${Math.round(ms)} ms`;
  }

  /** What carries the product's labels and is in nobody's state, nor made by something that is. */
  async function strangers(): Promise<string[]> {
    const { stdout } = await run("pulumi", ["stack", "export", "--stack", product.name], {
      cwd: product.stack.own,
    });
    const state = (
      JSON.parse(stdout) as {
        deployment: { resources: { type: string; id?: string }[]; pending_operations?: unknown[] };
      }
    ).deployment;
    assert.deepEqual(state.pending_operations ?? [], []);
    const ids = state.resources.map(({ id }) => id?.split("/").at(-1));
    assert.equal(new Set(state.resources.map((each) => JSON.stringify(each))).size, state.resources.length);
    const kinds =
      "deployments,statefulsets,services,configmaps,secrets,networkpolicies,serviceaccounts,poddisruptionbudgets,horizontalpodautoscalers,jobs,httproutes,gateways,certificates,clusters.postgresql.cnpg.io";
    const objects = await product.items<Named>(kinds);
    return objects
      .filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/managed-by"] === "slipway")
      .filter(({ metadata }) => metadata.ownerReferences === undefined && !ids.includes(metadata.name))
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  }
});
