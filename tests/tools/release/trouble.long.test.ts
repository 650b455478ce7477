// Every way a release can go wrong, on a real cluster, with visitors on the routes.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeLive } from "../../helpers/live";
import { serve } from "../review/post/http";
import { STACK } from "./product";
import { outcomeOf, Week } from "./week";

describeLive("releases that go wrong", function () {
  this.timeout(900_000); // of each: the machine may be busy with other things
  const week = new Week();

  before(() => week.product.make());
  after(async function () {
    this.timeout(300_000);
    await week.product.remove();
  });

  /** The file of a plan of what is committed, as a review would have it. */
  async function reviewed(): Promise<string> {
    const folder = join(week.product.folder, "result");
    const preview = await week.product.slipway(["preview", "--no-policy", "--save-plan", folder]);
    assert.equal(preview.code, 2, preview.stderr);
    return join(folder, `${STACK}.plan.json`);
  }

  it("deploys a good version first", async () => {
    await week.good({ say: "two", wants: "two" });
  });

  it("undoes an image that cannot be pulled", async () => {
    const { stderr } = await week.undone({ say: "three", wants: "two", image: "slipway.local/nowhere:1" });
    assert.match(stderr, /nowhere:1/);
  });

  it("undoes a version that never gets well", async () => {
    await week.undone({ say: "three", wants: "two", well: "no" });
  });

  it("undoes a failed migration, with the last words of its log", async () => {
    const migrate = "console.error('column price is gone'); process.exit(3)";
    const { stderr, outcome } = await week.undone({ say: "three", wants: "two", migrate });
    assert.match(stderr, /column price is gone/);
    assert.match(stderr, /The migration of api \([^)]*\) (failed|had not ended): what it had done/);
    assert.equal(outcome.migrations.length, 1);
  });

  it("says that a migration that was done is not taken back", async () => {
    const { stderr } = await week.undone({ say: "three", wants: "four", migrate: "console.log('done')" });
    assert.match(stderr, /is done and was NOT taken back[^]*point in time/);
  });

  it("lets one of two at once through, and names it to the other", async () => {
    await week.product.write({ say: "five" });
    const first = week.deploy();
    const holder = () =>
      week.product.kubectl(
        "get",
        "lease",
        "slipway-deploy",
        "--ignore-not-found",
        "-o=jsonpath={.spec.holderIdentity}",
      );
    await week.product.until(async () => (await holder()) !== "");
    const second = await week.deploy();
    assert.equal(second.code, 1);
    assert.match(second.stderr, /on \S+ \(process \d+\) is deploying this stack[^]*Deploying [0-9a-f]{12}/);
    const one = await first;
    assert.equal(one.code, 0, one.stderr);
    week.release = outcomeOf(one).release?.number ?? 0;
    assert.equal(await holder(), "", "the lock is given back");
  });

  it("goes on after a deployment that was killed in the middle", async () => {
    await week.seen("five");
    await week.product.write({ say: "six", migrate: "setTimeout(() => console.log('slow'), 6000)" });
    const victim = week.product.start(["deploy", "--no-policy"]);
    const job = () => week.product.kubectl("get", "jobs", "-o=name");
    await week.product.until(async () => (await job()).includes("api-migration"));
    victim.kill();
    await victim.ended;
    await week.seen("five");
    const plan = await reviewed();
    // Its lock is nobody's once it was not renewed for 30 s.
    let refused = await week.deploy("--plan", plan);
    while (refused.stderr.includes("is deploying this stack")) refused = await week.deploy("--plan", plan);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /no plan can finish what it was at\n {2}It was at \S*api-migration\S*[^]*next: finish it without a plan[^]*\.\/slipway deploy release-test/,
    );
    await week.seen("five");
    const answer = await week.deploy();
    assert.equal(answer.code, 0, answer.stderr);
    week.release = outcomeOf(answer).release?.number ?? 0;
    await week.seen("six");
  });

  it("follows a reviewed plan, and refuses one that is stale", async () => {
    await week.product.write({ say: "seven" });
    const file = await reviewed();
    const answer = await week.deploy("--plan", file);
    assert.equal(answer.code, 0, answer.stderr);
    assert.equal(
      outcomeOf(answer).release?.plan,
      (JSON.parse(readFileSync(file, "utf8")) as { made: string }).made,
    );
    await week.seen("seven");

    const again = await week.deploy("--plan", file);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /the plan is stale[^]*release \d+ changed the stack after that/);
    await week.product.write({ say: "eight" });
    const other = await week.deploy("--plan", file);
    assert.match(other.stderr, /the plan is stale[^]*was made of commit/);
    await week.seen("seven");
  });

  it("refuses a context that does not exist, and one that leads to another cluster", async () => {
    const before = await week.says();
    await week.product.write({ say: "another" });
    const none = await week.deploy("--context", "nowhere");
    assert.match(none.stderr, /no context nowhere in the kubeconfig[^]*the contexts are: .*slipway/);
    // Another cluster: it has a namespace of that name, of its own.
    const server = await serve(({ path }) =>
      path === `/api/v1/namespaces/${STACK}`
        ? {
            status: 200,
            body: { apiVersion: "v1", kind: "Namespace", metadata: { name: STACK, uid: "another" } },
          }
        : path in discovery
          ? { status: 200, body: discovery[path] }
          : { status: 404, body: {} },
    );
    try {
      const file = join(week.product.folder, "result", "kubeconfig");
      writeFileSync(file, JSON.stringify(kubeconfig(server.url)));
      const { code, stderr } = await week.product.slipway(["deploy", "--context", "other"], {
        KUBECONFIG: file,
      });
      assert.equal(code, 1);
      assert.match(stderr, /is not the cluster local of this stack[^]*The one there has uid another/);
    } finally {
      await server.close();
    }
    await week.seen(before);
  });

  it("sees what somebody changed by hand, and nothing when nobody did", async () => {
    await week.good({ say: "eight" });
    const before = await week.product.slipway(["drift", "--json"]);
    assert.equal(before.code, 0, `${before.stdout}${before.stderr}`);
    await week.product.kubectl("set", "env", "deployment/api", "SAY=hand");
    const after = await week.product.slipway(["drift"]);
    assert.equal(after.code, 2, after.stderr);
    assert.match(after.stdout, /changed: Deployment release-test\/api[^]*SAY|hand/);
  });
});

const kubeconfig = (server: string) => ({
  apiVersion: "v1",
  kind: "Config",
  contexts: [{ name: "other", context: { cluster: "other", user: "other" } }],
  clusters: [{ name: "other", cluster: { server } }],
  users: [{ name: "other", user: {} }],
});

/** As much of an API server as kubectl asks before it gets a namespace. */
const discovery: Record<string, unknown> = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [] },
  "/api/v1": {
    kind: "APIResourceList",
    groupVersion: "v1",
    resources: [
      {
        name: "namespaces",
        singularName: "namespace",
        namespaced: false,
        kind: "Namespace",
        verbs: ["get", "list"],
      },
    ],
  },
};
