// A team's week with releases, on a real cluster: good ones, and every way one can go wrong, with visitors on the routes.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "../../../tools/release/outcome";
import type { Release } from "../../../tools/release/records";
import type { Result } from "../../../toolchain/lib/run";
import { ask } from "../../helpers/client";
import { describeLive } from "../../helpers/live";
import { eventually } from "../../helpers/services";
import { serve } from "../review/post/http";
import { HOST, Product, STACK, type Version } from "./product";

describeLive("releases on a cluster", function () {
  this.timeout(180_000);
  const product = new Product();
  let release = 0;

  before(() => product.make());
  after(async function () {
    this.timeout(300_000);
    await product.remove();
  });

  const deploy = (...words: string[]) => product.slipway(["deploy", "--json", "--no-policy", ...words]);
  const outcomeOf = ({ stdout, stderr }: Result): Outcome => {
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout) as Outcome;
  };
  /** Deploys a version that must go well, and remembers its release. */
  const good = async (version: Version, ...words: string[]): Promise<Outcome> => {
    await product.write(version);
    const answer = await deploy(...words);
    assert.equal(answer.code, 0, answer.stderr);
    const outcome = outcomeOf(answer);
    assert.equal(outcome.outcome, "good");
    release = outcome.release?.number ?? 0;
    return outcome;
  };
  const says = async (): Promise<string> => (await ask(HOST, "/")).text;
  /** The gateway learns of new pods a moment after they are ready; those that go answer until it has. */
  const seen = (text: string) => eventually(`the page to say ${text}`, async () => (await says()) === text);
  const releases = async () => {
    const { stdout, stderr, code } = await product.slipway(["releases", "--json"]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as { running: number; releases: Release[] };
  };
  /** Deploys a version that must fail while visitors ask, and must be undone by itself. */
  const undone = async (version: Version): Promise<{ outcome: Outcome; stderr: string }> => {
    const before = await says();
    await product.write(version);
    const { answer, load } = await product.during("/", deploy());
    assert.equal(answer.code, 4, answer.stderr);
    assert.deepEqual(load.failures, {}, `of ${load.sent} requests`);
    assert.ok(load.sent > 50, `${load.sent} requests are no visitors`);
    const outcome = outcomeOf(answer);
    assert.equal(outcome.outcome, "rolled back");
    assert.equal(outcome.running, release);
    await seen(before);
    assert.equal((await releases()).running, release);
    assert.match(answer.stderr, new RegExp(`failed, and its parts are back at release ${release}`));
    return { outcome, stderr: answer.stderr };
  };

  it("deploys for the first time, asks every route, and records the release", async () => {
    const commit = await product.write({ say: "one" });
    const answer = await deploy();
    assert.equal(answer.code, 0, answer.stderr);
    const outcome = outcomeOf(answer);
    release = outcome.release?.number ?? 0;
    assert.equal(release, 1);
    assert.equal(outcome.release?.commit, commit);
    assert.deepEqual(
      outcome.smoke.map(({ name, ok }) => [name.replace(/^GET https:\/\/[^/]+/, ""), ok]).sort(),
      [
        ["/", true],
        ["/health", true],
        ["/steady", true],
      ],
    );
    const record = await product.kubectl("get", "configmap", "slipway-release-1", "-o=jsonpath={.data}");
    assert.match(record, new RegExp(commit));
    await seen("one");
  });

  it("says that nothing changed the second time, and makes no release of it", async () => {
    const outcome = outcomeOf(await deploy());
    assert.equal(outcome.outcome, "unchanged");
    assert.equal((await releases()).releases.length, 1);
  });

  it("takes the next release without a failed request", async () => {
    const { load } = await product.during("/", good({ say: "two", wants: "two" }));
    assert.deepEqual(load.failures, {});
    await seen("two");
  });

  it("goes back on request, and forward again", async () => {
    const { answer, load } = await product.during("/", product.slipway(["rollback", "--json"]));
    assert.equal(answer.code, 0, answer.stderr);
    assert.deepEqual(load.failures, {});
    await seen("one");
    const { releases: all, running } = await releases();
    assert.deepEqual([all[0]?.kind, all[0]?.of, running], ["rollback", 1, 3]);
    await good({ say: "two", wants: "two" });
    await seen("two");
  });

  it("undoes an image that cannot be pulled", async () => {
    const { stderr } = await undone({ say: "three", wants: "two", image: "slipway.local/nowhere:1" });
    assert.match(stderr, /nowhere:1/);
  });

  it("undoes a version that never gets well", async () => {
    await undone({ say: "three", wants: "two", well: "no" });
  });

  it("undoes a version that fails the smoke test", async () => {
    const { stderr, outcome } = await undone({ say: "three", wants: "four" });
    assert.match(stderr, /✘ says the right thing: its answer does not contain "four"/);
    assert.match(stderr, /No migration ran/);
    assert.deepEqual(
      outcome.smoke.filter(({ ok }) => !ok),
      [],
      "after the way back all is well",
    );
  });

  it("undoes a failed migration, with the last words of its log", async () => {
    const migrate = "console.error('column price is gone'); process.exit(3)";
    const { stderr, outcome } = await undone({ say: "three", wants: "two", migrate });
    assert.match(stderr, /column price is gone/);
    assert.match(stderr, /The migration of api \([^)]*\) (failed|had not ended): what it had done/);
    assert.equal(outcome.migrations.length, 1);
  });

  it("says that a migration that was done is not taken back", async () => {
    const { stderr } = await undone({ say: "three", wants: "four", migrate: "console.log('done')" });
    assert.match(stderr, /is done and was NOT taken back[^]*point in time/);
  });

  it("lets one of two at once through, and names it to the other", async () => {
    await product.write({ say: "five" });
    const first = deploy();
    const holder = () =>
      product.kubectl(
        "get",
        "lease",
        "slipway-deploy",
        "--ignore-not-found",
        "-o=jsonpath={.spec.holderIdentity}",
      );
    await product.until(async () => (await holder()) !== "");
    const second = await deploy();
    assert.equal(second.code, 1);
    assert.match(second.stderr, /on \S+ \(process \d+\) is deploying this stack[^]*Deploying [0-9a-f]{12}/);
    const one = await first;
    assert.equal(one.code, 0, one.stderr);
    release = outcomeOf(one).release?.number ?? 0;
    assert.equal(await holder(), "", "the lock is given back");
  });

  it("goes on after a deployment that was killed in the middle", async () => {
    const before = await says();
    await product.write({ say: "six", migrate: "setTimeout(() => console.log('slow'), 6000)" });
    const victim = product.start(["deploy", "--no-policy"]);
    const job = () => product.kubectl("get", "jobs", "-o=name");
    await product.until(async () => (await job()).includes("api-migration"));
    victim.kill();
    await victim.ended;
    await seen(before);
    // Its lock is nobody's once it was not renewed for 30 s.
    let answer = await deploy();
    while (answer.stderr.includes("is deploying this stack")) answer = await deploy();
    assert.equal(answer.code, 0, answer.stderr);
    release = outcomeOf(answer).release?.number ?? 0;
    await seen("six");
  });

  it("follows a reviewed plan, and refuses one that is stale", async () => {
    await product.write({ say: "seven" });
    const folder = join(product.folder, "result");
    const preview = await product.slipway(["preview", "--no-policy", "--save-plan", folder]);
    assert.equal(preview.code, 2, preview.stderr);
    const file = join(folder, `${STACK}.plan.json`);
    const answer = await deploy("--plan", file);
    assert.equal(answer.code, 0, answer.stderr);
    assert.equal(
      outcomeOf(answer).release?.plan,
      (JSON.parse(readFileSync(file, "utf8")) as { made: string }).made,
    );
    await seen("seven");

    const again = await deploy("--plan", file);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /the plan is stale[^]*release \d+ changed the stack after that/);
    await product.write({ say: "eight" });
    const other = await deploy("--plan", file);
    assert.match(other.stderr, /the plan is stale[^]*was made of commit/);
    await seen("seven");
  });

  it("refuses what is not committed", async () => {
    writeFileSync(join(product.folder, "README.md"), "new");
    const { code, stderr } = await deploy();
    assert.equal(code, 1);
    assert.match(stderr, /not committed[^]*README\.md/);
  });

  it("refuses a context that does not exist, and one that leads to another cluster", async () => {
    const before = await says();
    await product.write({ say: "another" });
    const none = await deploy("--context", "nowhere");
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
      const file = join(product.folder, "result", "kubeconfig");
      writeFileSync(file, JSON.stringify(kubeconfig(server.url)));
      const { code, stderr } = await product.slipway(["deploy", "--context", "other"], { KUBECONFIG: file });
      assert.equal(code, 1);
      assert.match(stderr, /is not the cluster local of this stack[^]*The one there has uid another/);
    } finally {
      await server.close();
    }
    await seen(before);
  });

  it("sees what somebody changed by hand, and nothing when nobody did", async () => {
    await good({ say: "eight" });
    const before = await product.slipway(["drift", "--json"]);
    assert.equal(before.code, 0, `${before.stdout}${before.stderr}`);
    await product.kubectl("set", "env", "deployment/api", "SAY=hand");
    const after = await product.slipway(["drift"]);
    assert.equal(after.code, 2, after.stderr);
    assert.match(after.stdout, /changed: Deployment release-test\/api[^]*SAY|hand/);
  });

  it("asks the routes on request", async () => {
    const { code, stdout, stderr } = await product.slipway(["smoke", "--json"]);
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as { ok: boolean }).ok, true);
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
