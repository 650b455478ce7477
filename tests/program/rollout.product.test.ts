// A product that is changed, scaled, drained and killed under 200 requests a second: no failed request, no lost job.
import assert from "node:assert/strict";
import { ask, signUp } from "../helpers/client";
import { describeLive, kubectl } from "../helpers/live";
import { Load } from "../helpers/load";
import { eventually } from "../helpers/services";
import { node } from "../../toolchain/cluster/layout";
import { withEdge } from "./edge";

interface Pod {
  metadata: { name: string; deletionTimestamp?: string };
}

describeLive("a product under load", function () {
  this.timeout(300_000);
  const product = withEdge();
  const { api, app } = product.hosts;

  /** Both doors under load while something happens; then every one of the requests has succeeded. */
  async function unnoticed(happening: () => Promise<unknown>): Promise<void> {
    const loads = [new Load(api, "/status", { rate: 100 }), new Load(app, "/", { rate: 100 })];
    try {
      await eventually("traffic to flow", () => loads.every((load) => load.count > 100));
      await happening();
      const soFar = loads.map((load) => load.count);
      await eventually("traffic after it", () =>
        loads.every((load, at) => load.count > (soFar[at] ?? 0) + 100),
      );
    } finally {
      const results = await Promise.all(loads.map((load) => load.stop()));
      assert.deepEqual(
        results.map(({ failures }) => failures),
        [{}, {}],
        `of ${results.map(({ sent }) => sent).join(" and ")} requests`,
      );
    }
  }

  const pods = async (part: string) =>
    (await product.items<Pod>("pods", `--selector=app.kubernetes.io/name=${part}`)).filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );

  /**
   * `kubectl drain` as one who mends a machine would call it, of this product's parts alone. The only node there is takes pods
   * again once it is cordoned: what goes comes back on it, as it would on another.
   */
  async function drain(): Promise<void> {
    const parts = `app.kubernetes.io/part-of=${product.name},app.kubernetes.io/name in (api,web,worker)`;
    const cordoned = async () =>
      (await kubectl("get", "node", node, "--output=jsonpath={.spec.unschedulable}")) === "true";
    await Promise.all([
      kubectl("drain", node, "--pod-selector", parts, "--delete-emptydir-data", "--timeout=200s"),
      eventually("the node to be cordoned", cordoned).finally(() => kubectl("uncordon", node)),
    ]);
  }

  it("is updated to a new version", () =>
    unnoticed(async () => {
      for (const part of ["api", "web", "worker"]) {
        (product.parts[part]?.env as Record<string, string>).RELEASE = "second";
      }
      const { changed } = await product.up();
      assert.ok(changed >= 3);
      // Pods that go still answer until the gateway has heard of it.
      await eventually("every answer to be of the new version", async () => {
        const answers = await Promise.all(Array.from({ length: 10 }, () => ask(api, "/status")));
        return answers.every(({ text }) => (JSON.parse(text) as { release: string }).release === "second");
      });
    }));

  it("is scaled up, and down again", () =>
    unnoticed(async () => {
      for (const scale of [4, 2]) {
        for (const part of ["api", "web"]) Object.assign(product.parts[part] ?? {}, { scale });
        await product.up();
        await eventually(`${scale} pods`, async () => (await pods("api")).length === scale, { seconds: 60 });
      }
    }));

  it("is drained off its node, each pod evicted as its budget allows", () =>
    unnoticed(async () => {
      const names = async () =>
        (await Promise.all(["api", "web", "worker"].map(pods))).flat().map(({ metadata }) => metadata.name);
      const before = await names();
      assert.equal(before.length, 6);
      await drain();
      for (const part of ["api", "web", "worker"]) {
        await product.kubectl("rollout", "status", `deployment/${part}`, "--timeout=120s");
      }
      const after = await names();
      assert.deepEqual(
        before.filter((name) => after.includes(name)),
        [],
      );
    }));

  it("loses no job when its workers and its Redis are killed", async () => {
    const token = await signUp(api);
    const ordered: string[] = [];
    const order = async () => {
      const body = { job: { kind: "words", text: "to be or not to be" }, times: 20 };
      const answer = await ask(api, "/jobs", { method: "POST", token, body });
      assert.equal(answer.status, 202, answer.text);
      ordered.push(...(JSON.parse(answer.text) as { ids: string[] }).ids);
    };
    const kill = async (part: string) => {
      for (const { metadata } of await pods(part)) {
        await product.kubectl("delete", "pod", metadata.name, "--grace-period=0", "--force", "--wait=false");
      }
    };
    for (const part of ["worker", "redis", "worker"]) {
      await order();
      await order();
      await kill(part);
      await order();
    }
    const left = new Set(ordered);
    assert.equal(left.size, 180);
    await eventually(
      "every ordered job to be done",
      async () => {
        for (const id of left) {
          const job = JSON.parse((await ask(api, `/jobs/${id}`, { token })).text) as { status: string };
          if (job.status !== "done") return false;
          left.delete(id);
        }
        return true;
      },
      { seconds: 150, detail: () => `${left.size} are not` },
    );
  });

  it("keeps the old version serving when a migration fails, and says which one failed", async () => {
    const part = product.parts.api ?? {};
    const good = structuredClone(part);
    Object.assign(part, {
      migrate: ["node", "-e", "console.error('no such column: colour'); process.exit(3)"],
    });
    (part.env as Record<string, string>).RELEASE = "third";
    const load = new Load(api, "/status", { rate: 50 });
    try {
      await assert.rejects(product.up(), (error: Error & { format(): string }) => {
        assert.match(error.format(), /migrat/);
        assert.match(error.format(), /no such column: colour/);
        return true;
      });
      assert.equal((JSON.parse((await ask(api, "/health")).text) as { release: string }).release, "second");
    } finally {
      product.parts.api = good;
      await product.up();
      assert.deepEqual((await load.stop()).failures, {});
    }
  });
});
