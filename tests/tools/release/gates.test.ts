import assert from "node:assert/strict";
import { join } from "node:path";
import { parseSettings } from "../../../config";
import { readStackFile } from "../../../config/source";
import { freshBackup } from "../../../tools/release/backups";
import { isItsCluster, namespacesIn, renamed } from "../../../tools/release/clusters";
import { pass } from "../../../tools/release/gate";
import type { KubeObject } from "../../../tools/release/kube";
import { checkPlan, violatesPlan } from "../../../tools/release/plan";
import type { Release } from "../../../tools/release/records";
import type { Change, StackReview } from "../../../tools/review/model";
import { checkout } from "../../../toolchain/lib/paths";
import { fakeKube } from "./cluster";
import { says } from "./says";

describe("the cluster of a stack", () => {
  const place = { cluster: "eu", context: "prod-eu", namespace: "shop" };
  const namespace = (uid: string): KubeObject => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", uid },
  });

  it("is told by the uid of the namespace that the stack made", async () => {
    assert.equal(await isItsCluster(fakeKube(namespace("u1")), place, "u1"), "there");
    assert.equal(await isItsCluster(fakeKube(), place, undefined), "new");
  });

  it("is refused when another namespace of that name is there, or none", async () => {
    await assert.rejects(
      isItsCluster(fakeKube(namespace("u2")), place, "u1"),
      says(/context prod-eu is not the cluster eu[^]*has uid u1[^]*has uid u2[^]*--context/),
    );
    await assert.rejects(isItsCluster(fakeKube(), place, "u1"), says(/There is no such namespace/));
  });

  it("is refused when somebody else's product has the name", async () => {
    await assert.rejects(
      isItsCluster(fakeKube(namespace("u2")), place, undefined),
      says(/namespace shop that this stack did not make/),
    );
  });

  it("is known by cluster from the state", () => {
    const resource = (name: string, uid: string, type = "kubernetes:core/v1:Namespace") => ({
      type,
      urn: `urn:pulumi:prod::shop::slipway:components:Space$${type}::${name}`,
      outputs: { metadata: { uid } },
    });
    const resources = [
      resource("eu-namespace", "u1"),
      resource("us-namespace", "u2"),
      resource("eu-deny", "u3", "x"),
    ];
    assert.deepEqual(namespacesIn({ deployment: { resources } }), { eu: "u1", us: "u2" });
    assert.deepEqual(namespacesIn({ deployment: {} }), {});
  });

  it("is reached under the stack file's name by a context that is called otherwise", () => {
    const config = {
      contexts: [{ name: "my-doks", context: { cluster: "c", user: "u", namespace: "x" } }],
      clusters: [{ name: "c", cluster: { server: "https://k8s" } }],
      users: [{ name: "u", user: { token: "t" } }],
    };
    assert.deepEqual(renamed(config, "production"), {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "production",
      contexts: [
        {
          name: "production",
          context: { cluster: "slipway-production", user: "slipway-production", namespace: "x" },
        },
      ],
      clusters: [{ name: "slipway-production", cluster: { server: "https://k8s" } }],
      users: [{ name: "slipway-production", user: { token: "t" } }],
    });
  });
});

describe("a fresh backup", () => {
  const NOW = Date.parse("2026-11-21T12:00:00Z");
  const raw = readStackFile(join(checkout, "Pulumi.production.yaml")).raw;
  const settings = (release = {}) => parseSettings({ ...raw, release }, { where: "test" });
  const hours = (count: number) => new Date(NOW - count * 3600e3).toISOString();
  const database = (age: number): KubeObject => ({
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "postgres", namespace: "demo", creationTimestamp: hours(age) },
  });
  const backup = (name: string, age: number, phase = "completed", of = "postgres"): KubeObject =>
    ({
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Backup",
      metadata: { name, namespace: "demo", creationTimestamp: hours(age) },
      spec: { cluster: { name: of } },
      status: { phase, ...(phase === "completed" ? { stoppedAt: hours(age) } : { error: "no such bucket" }) },
    }) as KubeObject;
  const fresh = (objects: KubeObject[], release = {}) =>
    freshBackup(fakeKube(...objects), settings(release), NOW);

  it("is one within the schedule's own gap, or what the stack file wants", async () => {
    assert.equal(await fresh([database(100), backup("a", 30), backup("b", 5)]), "5h old");
    await assert.rejects(
      fresh([database(100), backup("a", 5)], { backup: "4h" }),
      says(/the newest backup is 5h old[^]*one of the last 4h[^]*slipway backup/),
    );
    await assert.rejects(fresh([database(100), backup("a", 8)]), says(/the newest backup is 8h old/));
  });

  it("is not one that failed, or another database's; the reason is said", async () => {
    const objects = [
      database(100),
      backup("a", 50),
      backup("bad", 1, "failed"),
      backup("x", 1, "completed", "other"),
    ];
    await assert.rejects(fresh(objects), says(/2d2h old[^]*The last that failed, bad: no such bucket/));
  });

  it("is not wanted of a database that is not there yet, or is newer than its first backup could be", async () => {
    assert.match(await fresh([]), /no database yet/);
    assert.match(await fresh([database(1)]), /is new/);
    await assert.rejects(fresh([database(100)]), says(/never been backed up/));
    await assert.rejects(
      fresh([database(1), backup("bad", 1, "failed")]),
      says(/never been backed up[^]*no such bucket/),
    );
  });
});

describe("a reviewed plan", () => {
  const plan = {
    slipway: "plan/1" as const,
    project: "slipway",
    stack: "production",
    commit: "a".repeat(40),
    made: "2026-11-21T12:00:00.000Z",
    plan: {},
  };
  const now = { project: "slipway", stack: "production", commit: "a".repeat(40) };
  const released = (when: string) => ({ number: 7, when }) as Release;

  it("is taken for its own project, stack and commit", () => {
    checkPlan(plan, now, undefined);
    checkPlan(plan, now, released("2026-11-21T11:59:59.000Z"));
  });

  it("is refused for any other, with all that is wrong", () => {
    assert.throws(
      () => checkPlan(plan, { project: "x", stack: "staging", commit: "b".repeat(40) }, undefined),
      says(
        /is stale[^]*of project slipway, this is x[^]*stack production, this is staging[^]*commit aaaaaaaaaaaa, and bbbbbbbbbbbb/,
      ),
    );
  });

  it("is refused when the stack was changed since", () => {
    assert.throws(
      () => checkPlan(plan, now, released("2026-11-21T12:00:01.000Z")),
      says(/release 7 changed the stack after that[^]*--save-plan/),
    );
  });

  it("is refused when a run that made no release has changed the stack since", () => {
    const written = (time: string) => ({ deployment: { manifest: { time } } });
    const before = released("2026-11-21T11:00:00.000Z");
    checkPlan(plan, now, before, written("2026-11-21T12:59:59.123456789+01:00"));
    assert.throws(
      () => checkPlan(plan, now, before, written("2026-11-21T13:00:01.123456789+01:00")),
      says(/is stale[^]*a run that made no release changed the stack after that[^]*--save-plan/),
    );
  });

  it("is refused when a run was killed in the middle, and says how that is finished", () => {
    const operation = { type: "creating", resource: { urn: "urn:pulumi:production::slipway::x::api-job" } };
    const killed = { deployment: { pending_operations: [operation] } };
    assert.throws(
      () => checkPlan(plan, now, undefined, killed),
      says(
        /no plan can finish[^]*It was at api-job:[^]*next: finish it without a plan[^]*\.\/slipway deploy production; then[^]*--save-plan/,
      ),
    );
  });
});

describe("what the engine says of a plan", () => {
  it("is known when it must do what the plan does not say", () => {
    for (const text of [
      "error: resource urn:pulumi:dev::salty::random:index/randomPassword:RandomPassword::q violates plan: properties changed: ++length[{9}!={10}]",
      "error: create is not allowed by the plan: no steps were expected for this resource",
    ])
      assert.ok(violatesPlan(text));
    assert.ok(!violatesPlan("error: violates foreign key constraint"));
  });
});

describe("the gate before a change", () => {
  const change = (op: Change["op"], kind: string, name: string, danger?: Change["danger"]): Change => ({
    ...{ urn: name, op, type: kind, kind, name, component: "", leaves: [], noise: 0, facts: [] },
    ...(danger === undefined ? {} : { danger }),
  });
  const lost = { class: "data", what: "the database", because: ["spec.storage"], notes: [] } as const;
  const danger = { ...lost, because: [...lost.because], notes: [] };
  const reviewOf = (more: Partial<StackReview>): StackReview => ({
    ...{
      project: "p",
      stack: "s",
      outcome: "changed",
      seconds: 1,
      changes: [],
      same: 0,
      packs: [],
      findings: [],
    },
    ...{ notEvaluated: [], waivers: [], images: [], outputs: [], problems: [] },
    ...more,
  });
  const gate = (more: Partial<StackReview>, acknowledged: string[] = []) =>
    pass(reviewOf(more), { acknowledged, stack: "staging" });

  it("lets a safe change through, and says what it is", () => {
    assert.equal(
      gate({ changes: [change("update", "Deployment", "api"), change("create", "Job", "x")] }),
      "1 update, 1 create",
    );
    assert.equal(gate({}), "nothing changes");
  });

  it("stops what loses something stateful, until it is acknowledged by name", () => {
    const changes = [
      change("replace", "Cluster", "postgres", danger),
      change("delete", "Secret", "x", { ...danger, class: "credential" }),
    ];
    assert.throws(
      () => gate({ changes }, ["Secret/x"]),
      says(
        /does not come back[^]*replace Cluster\/postgres: the database, forced by spec.storage[^]*--acknowledge Cluster\/postgres/,
        1,
      ),
    );
    assert.throws(() => gate({ changes }, ["Secret/x", "Cluster/postgres2"]), says(/Cluster\/postgres/));
    assert.equal(gate({ changes }, ["Secret/x", "Cluster/postgres"]), "1 replace, 1 delete");
  });

  it("lets routes come and go as the stack file says", () => {
    assert.equal(
      gate({ changes: [change("delete", "HTTPRoute", "api-old", { ...danger, class: "address" })] }),
      "1 delete",
    );
    assert.throws(() =>
      gate({ changes: [change("delete", "Gateway", "main", { ...danger, class: "address" })] }),
    );
  });

  it("stops what is against the policy with exit code 3, and a failed preview with 1", () => {
    const finding = {
      rule: "r",
      pack: "p",
      level: "mandatory",
      resource: "Deployment api",
      message: "runs as root\nmore",
    } as const;
    assert.throws(
      () => gate({ outcome: "violated", findings: [finding] }),
      says(/against the policy[^]*r \(Deployment api\): runs as root/, 3),
    );
    assert.equal(gate({ findings: [{ ...finding, level: "advisory" }] }), "nothing changes");
    const problems = [{ severity: "error", message: "no such stack" } as const];
    assert.throws(
      () => gate({ outcome: "failed", problems, next: "make it" }),
      says(/preview of staging failed[^]*no such stack[^]*make it/, 1),
    );
  });
});
