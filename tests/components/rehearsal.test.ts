import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { Postgres } from "../../components/postgres";
import { Rehearsal, type RehearsalArgs } from "../../components/rehearsal";
import { Space } from "../../components/space";
import { type Graph, programOf } from "../../components/testing";
import { parseSettings, type OperatedPostgres } from "../../config";
import type { Rehearsal as Plan } from "../../config/rehearsal";
import { settingsOf } from "../tools/recovery/product";
import { size } from "../helpers/product";

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

const said = parseSettings(settingsOf("shop"), { where: "Pulumi.prod.yaml" }).postgres as OperatedPostgres;

async function rehearsed(args: Partial<RehearsalArgs> = {}): Promise<Graph> {
  const { backup, drill, cpu, memory, storage, database, owner } = said;
  return programOf(() => {
    const provider = new k8s.Provider("eu", { kubeconfig: "{}" });
    const product = new Space("eu", { product: "shop" }, { provider });
    const keys = { id: { key: "id", secret: "keys" }, key: { key: "key", secret: "keys" } };
    const { credentials, identity, ...kept } = backup ?? assert.fail("no backup");
    void [credentials, identity];
    const postgres = new Postgres("postgres", {
      ...said,
      backup: { ...kept, credentials: keys, endpoint: "http://s3.backups.svc:7070" },
      space: product,
    });
    const space = new Space(
      "eu-rehearsal",
      { beside: product, namespace: "shop-drill", product: "shop", protect: false },
      { provider },
    );
    new Rehearsal("drill", {
      ...{ cpu, database, memory, owner, product, space, stack: "prod", storage, program: "program" },
      drill: drill ?? assert.fail("no drill"),
      kept: postgres.kept ?? assert.fail("nothing is kept"),
      ...args,
    });
  });
}
const rulesOf = (graph: Graph, suffix: string) =>
  graph.named(`eu-rehearsal-drill-${suffix}`).inputs.rules as Rule[];

describe("Rehearsal", () => {
  let graph: Graph;
  before(async () => {
    graph = await rehearsed();
  });
  const schedule = () => graph.named("eu-rehearsal-drill-schedule").inputs;

  it("rehearses on its schedule, never twice at once, within a time that follows from the drill's own", () => {
    const { spec } = schedule();
    assert.equal(spec.schedule, "0 2 * * 0");
    assert.equal(spec.concurrencyPolicy, "Forbid");
    // targets.rto is 10m: twice that, and twenty minutes.
    assert.equal(spec.jobTemplate.spec.activeDeadlineSeconds, 2400);
  });

  it("tries again after it was killed, and not after the restore has failed", () => {
    const { backoffLimit, podFailurePolicy } = schedule().spec.jobTemplate.spec as {
      backoffLimit: number;
      podFailurePolicy: { rules: { action: string; onExitCodes?: { values: number[] } }[] };
    };
    assert.equal(backoffLimit, 2);
    assert.deepEqual(
      podFailurePolicy.rules.map(({ action, onExitCodes }) => [action, onExitCodes?.values]),
      [
        ["FailJob", [1]],
        ["Ignore", undefined],
      ],
    );
  });

  it("has a namespace of its own, restricted and closed, and shares the product's priorities", () => {
    const { metadata } = graph.named("eu-rehearsal-namespace").inputs;
    assert.equal(metadata.name, "shop-drill");
    assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], "restricted");
    assert.deepEqual(graph.named("eu-rehearsal-deny").inputs.spec.podSelector, {});
    assert.equal(graph.all("kubernetes:scheduling.k8s.io/v1:PriorityClass").length, 2);
    assert.equal(schedule().metadata.namespace, "shop-drill");
    assert.equal(schedule().spec.jobTemplate.spec.template.spec.priorityClassName, "shop-low");
  });

  it("costs one core and the memory of one database, its fetching and its program", () => {
    assert.deepEqual(graph.named("eu-rehearsal-drill-quota").inputs.spec.hard, {
      "limits.cpu": "1",
      "limits.memory": "896Mi",
      "requests.storage": "1Gi",
    });
  });

  it("makes room for a disk of the log's own, and for a larger one where the drill asks for it", async () => {
    const drill = { ...(said.drill ?? assert.fail("no drill")), storage: size("5Gi") };
    const larger = await rehearsed({ drill, wal: size("2Gi") });
    const { hard } = larger.named("eu-rehearsal-drill-quota").inputs.spec as { hard: Record<string, string> };
    assert.equal(hard["requests.storage"], "7Gi");
  });

  it("has no right by a wildcard, lists no Secrets, runs nothing in others' pods and changes no policy", () => {
    for (const suffix of ["role", "product-role"]) {
      for (const { apiGroups, resources, verbs, resourceNames } of rulesOf(graph, suffix)) {
        assert.ok(![...apiGroups, ...resources, ...verbs].includes("*"));
        assert.ok(!resources.some((one) => ["pods/exec", "networkpolicies", "roles"].includes(one)));
        if (!resources.includes("secrets")) continue;
        assert.ok(resourceNames !== undefined && resourceNames.length > 0);
        assert.ok(!verbs.includes("list") && !verbs.includes("watch"));
      }
    }
  });

  it("in the product's namespace reads what it copies, by name, and writes the Lease: no more", () => {
    assert.deepEqual(graph.named("eu-rehearsal-drill-product-role").inputs.metadata.namespace, "shop");
    assert.deepEqual(
      rulesOf(graph, "product-role").map(({ resources, resourceNames, verbs }) => [
        ...resources,
        ...(resourceNames ?? ["any"]),
        verbs.join(" "),
      ]),
      [
        ["backups", "any", "list"],
        ["objectstores", "postgres", "get"],
        ["secrets", "keys", "postgres-login", "get"],
        ["leases", "slipway-drill", "get create patch"],
      ],
    );
  });

  it("makes nothing at home but what is called as the program calls it", () => {
    const made = rulesOf(graph, "role").filter(({ verbs }) => verbs.includes("create"));
    assert.deepEqual(
      made.map(({ resources, resourceNames }) => [...resources, ...(resourceNames ?? ["any"])]),
      [
        ["clusters", "throwaway"],
        ["objectstores", "postgres"],
        ["secrets", "postgres-login", "drill-bucket", "drill-keeper"],
      ],
    );
    // The operator makes an account and a role of its database's name.
    const { name } = graph.named("eu-rehearsal-drill-account").inputs.metadata as { name: string };
    assert.notEqual(name, "throwaway");
  });

  it("lets its pod reach the API and the throwaway, and that the API and the bucket", () => {
    const ports = (name: string, side: "egress" | "ingress") =>
      (graph.named(name).inputs.spec[side] as { ports: { port: number }[] }[]).map((rule) =>
        rule.ports.map(({ port }) => port),
      );
    assert.deepEqual(ports("eu-rehearsal-drill-network", "egress"), [[443, 6443], [5432]]);
    assert.equal(graph.named("eu-rehearsal-drill-network").inputs.spec.ingress, undefined);
    assert.deepEqual(ports("eu-rehearsal-drill-database-network", "egress"), [
      [5432, 8000],
      [443, 6443, 7070],
    ]);
  });

  it("runs as safely as any pod, with a token because it asks for one", () => {
    const { spec } = schedule().spec.jobTemplate.spec.template as {
      spec: Record<string, unknown> & { containers: { image: string; securityContext: object }[] };
    };
    assert.equal(spec.automountServiceAccountToken, true);
    assert.equal(spec.serviceAccountName, "drill");
    assert.deepEqual(
      (spec.containers[0]?.securityContext as { readOnlyRootFilesystem: boolean }).readOnlyRootFilesystem,
      true,
    );
    assert.match(spec.containers[0]?.image ?? "", /^docker\.io\/library\/node:24[^@]*-slim@sha256:/);
  });

  it("tells its program what the command is told: names, checks and a throwaway, and no secret", () => {
    const { data } = graph.named("eu-rehearsal-drill-program").inputs as unknown as {
      data: Record<string, string>;
    };
    assert.equal(data["main.js"], "program");
    const plan = JSON.parse(data["plan.json"] ?? "") as Plan;
    assert.deepEqual(
      [plan.stack, plan.namespace, plan.home, plan.live, plan.within],
      ["prod", "shop", "shop-drill", "postgres", 600_000],
    );
    assert.deepEqual(plan.checks, said.drill?.checks);
    assert.equal(plan.spec.instances, 1);
    assert.ok(!("plugins" in plan.spec));
    assert.ok(!JSON.stringify(plan).includes("password-of"));
    // Jobs of the schedule are told by this label: the operator's own must not have it.
    assert.equal(plan.labels["app.kubernetes.io/component"], "drill");
    assert.equal(schedule().spec.jobTemplate.metadata.labels["app.kubernetes.io/component"], "rehearsal");
  });
});
