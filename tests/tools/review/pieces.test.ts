import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { review } from "../../../tools/review/collect";
import { comment } from "../../../tools/review/comment";
import { parseEvents, type EngineEvent } from "../../../tools/review/events";
import { manifestsOf } from "../../../tools/review/manifests";
import { PLACEHOLDER, withoutSecrets } from "../../../tools/review/offline";
import { scrubber } from "../../../tools/review/scrub";
import { parse } from "yaml";
import { checkout } from "../../../toolchain/lib/paths";
import { recording, reviewed, SECRET } from "./recordings";

const STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";

/** An event as the engine writes it, for one resource. */
function step(op: string, type: string, name: string, more: Record<string, unknown> = {}): EngineEvent {
  const urn = `urn:pulumi:dev::shop::${type}::${name}`;
  const state = (inputs: unknown) => ({
    type,
    urn,
    custom: true,
    parent: STACK,
    inputs,
    outputs: {},
    ...(more.options as object),
  });
  const old = "old" in more ? state(more.old) : null;
  const now = "now" in more ? state(more.now) : null;
  const { keys = [], detailedDiff = null } = more;
  const metadata = { keys, diffs: [], detailedDiff, op, urn, type, old, new: now };
  const [event] = parseEvents(JSON.stringify({ timestamp: 1_795_000_000, resourcePreEvent: { metadata } }));
  assert.ok(event);
  return event;
}

const config = (settings: Record<string, unknown>): EngineEvent => ({
  timestamp: 1_795_000_000,
  preludeEvent: {
    config: Object.fromEntries(Object.entries(settings).map(([k, v]) => [`slipway:${k}`, JSON.stringify(v)])),
  },
});

const of = (...events: EngineEvent[]) => review({ project: "shop", stack: "dev", events, code: 0 });

describe("the event log", () => {
  it("may end in half a line, and may say what no version has said yet", () => {
    assert.equal(parseEvents('{"sequence":1,"newEvent":{"a":1}}\n{"sequence":2,"resou').length, 1);
  });

  it("says which line is no event", () => {
    assert.throws(() => parseEvents("{}\nnonsense\n{}\n", "x.log"), /line 2 of x.log is not JSON/);
    assert.throws(
      () => parseEvents('{"resourcePreEvent":{"metadata":{}}}\n', "x.log"),
      /line 1 of x.log is not an engine event/,
    );
  });
});

describe("danger", () => {
  const danger = (...events: EngineEvent[]) => of(...events).changes[0]?.danger;

  for (const [op, type, expected] of [
    ["delete", "kubernetes:core/v1:PersistentVolumeClaim", "data"],
    ["delete", "kubernetes:postgresql.cnpg.io/v1:Cluster", "data"],
    ["delete", "kubernetes:barmancloud.cnpg.io/v1:ObjectStore", "data"],
    ["delete", "kubernetes:core/v1:Namespace", "structure"],
    ["delete", "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "address"],
    ["delete", "cloudflare:index/r2Bucket:R2Bucket", "data"],
    ["delete", "cloudflare:index/dnsRecord:DnsRecord", "address"],
    ["delete", "random:index/randomPassword:RandomPassword", "credential"],
    ["delete", "aws:rds/instance:Instance", "data"],
    ["delete", "kubernetes:core/v1:ConfigMap", undefined],
    ["delete", "kubernetes:apps/v1:Deployment", undefined],
    ["create", "kubernetes:core/v1:PersistentVolumeClaim", undefined],
    ["update", "kubernetes:core/v1:PersistentVolumeClaim", undefined],
  ] as const) {
    it(`of a ${op} of ${type} is ${expected ?? "none"}`, () => {
      const states = {
        ...(op === "create" ? {} : { old: { a: 1 } }),
        ...(op === "delete" ? {} : { now: { a: 2 } }),
      };
      assert.equal(danger(step(op, type, "x", states))?.class, expected);
    });
  }

  it("names the properties that force a replacement, from the detailed diff or else from its keys", () => {
    const states = { old: { spec: { size: 1, note: "a" } }, now: { spec: { size: 2, note: "b" } } };
    const detailedDiff = { "spec.size": { diffKind: "update-replace" }, "spec.note": { diffKind: "update" } };
    const claim = "kubernetes:core/v1:PersistentVolumeClaim";
    assert.deepEqual(danger(step("replace", claim, "x", { ...states, detailedDiff }))?.because, [
      "spec.size",
    ]);
    assert.deepEqual(danger(step("replace", claim, "x", { ...states, keys: ["spec"] }))?.because.sort(), [
      "spec.note",
      "spec.size",
    ]);
    assert.deepEqual(danger(step("replace", claim, "x", { old: {}, now: {}, keys: ["hidden"] }))?.because, [
      "hidden",
    ]);
  });

  it("says that protection will refuse it, and that retention keeps what is there", () => {
    const claim = "kubernetes:core/v1:PersistentVolumeClaim";
    assert.match(
      danger(step("delete", claim, "x", { old: {}, options: { protect: true } }))?.notes[0] ?? "",
      /refuse/,
    );
    assert.match(
      danger(step("delete", claim, "x", { old: {}, options: { retainOnDelete: true } }))?.notes[0] ?? "",
      /stays/,
    );
    assert.equal(
      danger(step("delete", "x:y:Z", "x", { old: {}, options: { protect: true } }))?.class,
      "protected",
    );
  });

  it("sees a rename that would delete what it has just made, and says which alias mends it", () => {
    const metadata = { name: "api", namespace: "shop" };
    const { changes } = of(
      step("create", "kubernetes:apps/v1:Deployment", "api-server", { now: { metadata } }),
      step("delete", "kubernetes:apps/v1:Deployment", "api", { old: { metadata } }),
    );
    assert.match(
      changes[0]?.danger?.notes[0] ?? "",
      /renamed or moved to api-server: .*aliases: \[\{ name: "api" \}\]/,
    );
  });
});

describe("the parts of a product", () => {
  const inside = (parent: string, name: string) =>
    step("create", "a:b:C", name, { now: {}, options: { parent } });
  const component = (name: string, parent: string) =>
    step("same", "slipway:components:Part", name, { old: {}, now: {}, options: { parent, custom: false } });
  const urn = (name: string) => `urn:pulumi:dev::shop::slipway:components:Part::${name}`;

  it("are the outermost components", () => {
    const { changes } = of(
      ...[component("api", STACK), component("pool", urn("api")), component("web", STACK)],
      ...[inside(urn("pool"), "x"), inside(urn("web"), "y"), inside(STACK, "z")],
    );
    assert.deepEqual(Object.fromEntries(changes.map(({ name, component: part }) => [name, part])), {
      x: "api",
      y: "web",
      z: "",
    });
  });

  it("lie below the one component that holds them all", () => {
    const { changes } = of(
      ...[component("product", STACK), component("api", urn("product")), component("pool", urn("api"))],
      ...[inside(urn("pool"), "x"), inside(urn("product"), "y")],
    );
    assert.deepEqual(Object.fromEntries(changes.map(({ name, component: part }) => [name, part])), {
      x: "api",
      y: "product",
    });
  });
});

describe("noise", () => {
  it("is counted and not shown, and an update of nothing else is none", () => {
    const old = {
      metadata: {
        resourceVersion: "1",
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "x" },
      },
    };
    const now = {
      metadata: {
        resourceVersion: "2",
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "y" },
      },
    };
    assert.equal(of(step("update", "a:b:C", "x", { old, now })).outcome, "unchanged");
    const [change] = of(
      step("update", "a:b:C", "x", { old: { ...old, v: 1 }, now: { ...now, v: 2 } }),
    ).changes;
    assert.deepEqual([change?.leaves.map(({ path }) => path), change?.noise], [["v"], 2]);
  });

  it("that is the same in many resources is said once", () => {
    const events = Array.from({ length: 6 }, (_, index) =>
      step("update", "a:b:C", `x${index}`, { old: { tag: "1", own: 0 }, now: { tag: "2", own: index } }),
    );
    const text = comment([of(...events)], { project: "shop", marker: "<!-- x -->" });
    assert.equal(text.match(/tag/g)?.length, 1);
    assert.match(text, /\| <code>tag<\/code> \| <code>1<\/code> \| <code>2<\/code> \| 6 resources \|/);
    assert.match(text, /1 resource changes in nothing else/);
    assert.match(text, /x5 @@/);
    assert.doesNotMatch(text, /x0 @@/);
  });
});

describe("requests and prices", () => {
  const deployment = (name: string, replicas: number | undefined, cpu: string) => ({
    metadata: { name },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      template: { spec: { containers: [{ name: "c", resources: { requests: { cpu, memory: "1Gi" } } }] } },
    },
  });
  const type = "kubernetes:apps/v1:Deployment";

  it("are summed over replicas, an autoscaler's least, databases and disks", () => {
    const scaler = { spec: { minReplicas: 4, scaleTargetRef: { name: "b" } } };
    const cluster = {
      spec: {
        instances: 3,
        storage: { size: "10Gi" },
        resources: { requests: { cpu: "500m", memory: "2Gi" } },
      },
    };
    const { footprint } = of(
      step("update", type, "a", { old: deployment("a", 1, "100m"), now: deployment("a", 2, "200m") }),
      step("same", type, "b", { old: deployment("b", undefined, "1"), now: deployment("b", undefined, "1") }),
      step("same", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "h", { old: scaler, now: scaler }),
      step("delete", "kubernetes:postgresql.cnpg.io/v1:Cluster", "p", { old: cluster }),
    );
    const gib = 2 ** 30;
    assert.deepEqual(footprint, {
      before: { cpu: 100 + 4000 + 1500, memory: (1 + 4 + 6) * gib, storage: 30 * gib },
      after: { cpu: 400 + 4000, memory: (2 + 4) * gib, storage: 0 },
      unsized: [],
    });
  });

  it("say the price when the stack says what things cost", () => {
    const { footprint } = of(
      config({ costs: { currency: "EUR", cpu: 20, memory: 3, storage: 0.1 } }),
      step("update", type, "a", { old: deployment("a", 1, "1"), now: deployment("a", 3, "1") }),
    );
    assert.deepEqual(footprint?.cost, { currency: "EUR", before: 23, after: 69 });
  });

  it("name the workloads that ask for nothing", () => {
    const bare = { spec: { template: { spec: { containers: [{ name: "c" }] } } } };
    const { footprint } = of(
      step("create", type, "a", { now: deployment("a", 1, "1") }),
      step("create", type, "bare", { now: bare }),
    );
    assert.deepEqual(footprint?.unsized, ["Deployment bare"]);
  });
});

describe("waivers", () => {
  const waiver = {
    rule: "probes",
    resource: "Deployment/api",
    owner: "ops",
    reason: "because",
    expires: "2026-12-01",
  };

  it("come from the stack's config, soonest first, with the days they have left", () => {
    const { waivers } = of(
      config({
        waivers: [{ ...waiver, expires: "2027-06-01" }, waiver, { ...waiver, expires: "2026-11-01" }],
      }),
    );
    assert.deepEqual(
      waivers.map(({ expires, daysLeft }) => [expires, daysLeft]),
      [
        ["2026-11-01", -17],
        ["2026-12-01", 13],
        ["2027-06-01", 195],
      ],
    );
    const text = comment([of(config({ waivers: [waiver] }))], { project: "shop", marker: "x" });
    assert.match(text, /2026-12-01 \(in 13 days\)/);
    assert.doesNotMatch(
      comment([of(config({ waivers: [{ ...waiver, expires: "2027-06-01" }] }))], {
        project: "s",
        marker: "x",
      }),
      /run out/,
    );
  });

  it("of a policy config file come from what the pack says of them", () => {
    assert.deepEqual(
      reviewed("policy").waivers.map(({ rule, owner, reason }) => [rule, owner, reason]),
      [["three-replicas", "team-shop", "one node only | until <spring>"]],
    );
  });
});

describe("what was not evaluated", () => {
  const said = (message: string): EngineEvent => ({
    policyEvent: {
      ...{ message, policyName: "r", policyPackName: "p", enforcementLevel: "advisory" },
      resourceUrn: "urn:pulumi:dev::shop::a:b:Secret::s",
    },
  });

  it("is its own list, with the property, for the SDK's words and the pack's", () => {
    const { findings, notEvaluated } = of(
      said(
        "Long.\nstringData.password: not evaluated: the value is not known before up; checked again when it is",
      ),
      said(
        "can't run policy 'r' from policy pack 'p@v1' during preview: string value at .length can't be known during preview",
      ),
    );
    assert.deepEqual(findings, []);
    assert.deepEqual(
      notEvaluated.map(({ why }) => why),
      ["stringData.password", "string value at .length can't be known during preview"],
    );
  });
});

describe("rendered manifests", () => {
  const { text } = recording("first");
  const manifests = manifestsOf(parseEvents(text), scrubber([SECRET]));

  it("are one file an object, by namespace, kind and name", () => {
    assert.deepEqual(
      manifests.map(({ file }) => file),
      [
        "cluster/namespace-shop.yaml",
        "shop/cluster-postgres.yaml",
        "shop/configmap-api-config.yaml",
        "shop/deployment-api.yaml",
        "shop/secret-postgres-credentials.yaml",
        "shop/service-api.yaml",
      ],
    );
  });

  it("hold no secret", () => {
    const all = JSON.stringify(manifests);
    assert.ok(!all.includes(SECRET));
    assert.match(all, /"name":"JWT_SECRET","value":"\[secret\]"/);
    assert.deepEqual(manifests.find(({ file }) => file.includes("secret"))?.object.stringData, {
      masked: "[secret]",
    });
  });

  it("lead out of no folder", () => {
    const object = {
      apiVersion: "v1",
      kind: "../../Secret",
      metadata: { name: "../../../etc/passwd", namespace: ".." },
    };
    const found = manifestsOf(
      [step("create", "kubernetes:core/v1:ConfigMap", "x", { now: object })],
      scrubber([]),
    );
    assert.deepEqual(
      found.map(({ file }) => file),
      ["_/__.._secret-__.._.._etc_passwd.yaml"],
    );
  });
});

describe("a stack file without its secrets", () => {
  it("keeps everything but what is encrypted, and says where that was", () => {
    const file = [
      "encryptionsalt: v1:abc",
      "config:",
      "  slipway:product: shop",
      "  slipway:token: { secure: v1:xyz }",
      "  slipway:secrets:",
      "    A.B: { secure: v1:1 }",
      "    list: [{ secure: v1:2 }, plain]",
    ].join("\n");
    const { text, secrets } = withoutSecrets(file);
    assert.deepEqual(secrets, ["slipway:token", 'slipway:secrets["A.B"]', 'slipway:secrets["list"][0]']);
    assert.deepEqual(parse(text), {
      config: {
        "slipway:product": "shop",
        "slipway:token": "",
        "slipway:secrets": { "A.B": "", list: ["", "plain"] },
      },
    });
    assert.ok(PLACEHOLDER.length >= 32);
  });

  it("is the same file when nothing in it is encrypted", () => {
    const file = readFileSync(join(checkout, "Pulumi.production.yaml"), "utf8");
    assert.deepEqual(parse(withoutSecrets(file).text), parse(file));
  });
});
