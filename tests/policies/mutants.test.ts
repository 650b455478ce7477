/** What the components make, with one safe thing taken away at a time: the rule that is there for it must say so. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readStackFile } from "../../config/source";
import { check } from "../../policies/check";
import { rules } from "../../policies/index";
import { podPath } from "../../policies/lists";
import { pods } from "../../policies/kinds";
import { Resource } from "../../policies/resource";
import { fromStack, type Settings } from "../../policies/settings";
import { at } from "../../policies/unknown";
import { checkout } from "../../toolchain/lib/paths";
import { graphOfStack } from "../helpers/stack";
import type { Loose } from "./fixtures";

interface Made {
  raw: Loose;
  type: string;
  name: string;
  urn: string;
  protect: boolean;
}

const containersOf = (pod: Loose): Loose[] => [...pod.containers, ...(pod.initContainers ?? [])];
const lasting = (pod: Loose): Loose[] => pod.containers;
const each =
  (list: (pod: Loose) => Loose[], change: (container: Loose) => unknown) =>
  (pod: Loose): void => {
    for (const container of list(pod)) change(container);
  };

/** Done to the spec of every pod that a component makes. */
const inPods: [rule: string, what: string, change: (pod: Loose) => unknown, kinds?: string[]][] = [
  [
    "pods-run-as-non-root",
    "root allowed",
    each(containersOf, (c) => (c.securityContext.runAsNonRoot = false)),
  ],
  [
    "pods-gain-no-privileges",
    "escalation allowed",
    each(containersOf, (c) => delete c.securityContext.allowPrivilegeEscalation),
  ],
  [
    "pods-drop-capabilities",
    "capabilities kept",
    each(containersOf, (c) => delete c.securityContext.capabilities),
  ],
  [
    "pods-have-read-only-root",
    "a writable root",
    each(containersOf, (c) => delete c.securityContext.readOnlyRootFilesystem),
  ],
  ["pods-are-not-privileged", "privileged", each(containersOf, (c) => (c.securityContext.privileged = true))],
  ["pods-filter-system-calls", "no seccomp", (pod) => delete pod.securityContext.seccompProfile],
  ["pods-name-user-and-group", "no user", (pod) => delete pod.securityContext.runAsUser],
  ["pods-name-user-and-group", "no group", (pod) => delete pod.securityContext.runAsGroup],
  ["pods-hold-no-api-token", "a token", (pod) => delete pod.automountServiceAccountToken],
  ["pods-limit-resources", "no limits", each(containersOf, (c) => delete c.resources.limits)],
  ["pods-limit-resources", "no requests", each(containersOf, (c) => delete c.resources.requests)],
  [
    "pods-are-probed",
    "no liveness probe",
    each(lasting, (c) => delete c.livenessProbe),
    ["Deployment", "StatefulSet"],
  ],
  ["replicas-are-spread", "no spread", (pod) => delete pod.topologySpreadConstraints, ["Deployment"]],
  ["images-are-pinned", "no digest", each(containersOf, (c) => (c.image = c.image.replace(/@.*/, "")))],
  [
    "images-are-versioned",
    "no version",
    each(containersOf, (c) => (c.image = c.image.replace(/@.*/, "").replace(/:[^:/]*$/, ""))),
  ],
  [
    "env-holds-no-secrets",
    "a secret in clear",
    each(containersOf, (c) => (c.env = [{ name: "API_TOKEN", value: "abc" }])),
  ],
];

/** Done to every object of a kind. */
const toObjects: [kind: string, rule: string, what: string, change: (object: Loose) => unknown][] = [
  [
    "Namespace",
    "namespaces-enforce-restricted",
    "no level",
    (o) => delete o.metadata.labels["pod-security.kubernetes.io/enforce"],
  ],
  [
    "Namespace",
    "namespaces-name-their-owner",
    "no owner",
    (o) => delete o.metadata.annotations["slipway.dev/owner"],
  ],
  [
    "Cluster",
    "operated-images-are-known",
    "another registry",
    (o) => (o.spec.imageName = "evil.example.com/postgresql:17"),
  ],
  ["ObjectStore", "backups-are-kept-as-declared", "a shorter time", (o) => (o.spec.retentionPolicy = "1d")],
  ["Cluster", "operated-pods-limit-resources", "no limits", (o) => delete o.spec.resources.limits],
  ["Cluster", "databases-are-backed-up", "no archive", (o) => delete o.spec.plugins],
  ["ObjectStore", "backup-stores-are-safe", "no retention", (o) => delete o.spec.retentionPolicy],
  [
    "Gateway",
    "gateways-use-tls",
    "no certificates",
    (o) => o.spec.listeners.forEach((listener: Loose) => delete listener.tls),
  ],
  [
    "Deployment",
    "workloads-say-whose-they-are",
    "no label",
    (o) => delete o.metadata.labels["app.kubernetes.io/part-of"],
  ],
];

/** Taken away altogether. */
const removed: [kind: string, rule: string][] = [
  ["NetworkPolicy", "pods-are-covered-by-policies"],
  ["PodDisruptionBudget", "disruption-budgets-fit-replicas"],
  ["ScheduledBackup", "databases-are-backed-up"],
];

describe("mutants of what the components make", function () {
  this.timeout(60_000);
  let made: Made[];
  let settings: Settings;
  let usual: Set<string>;

  before(async () => {
    const { raw } = readStackFile(join(checkout, "Pulumi.production.yaml"));
    ({ settings } = fromStack(
      (key) => raw[key],
      rules.map(({ name }) => name),
      "production",
    ));
    const { resources } = await graphOfStack("production");
    made = resources.map(({ inputs, type, name, urn, protect }) => ({
      raw: inputs,
      type,
      name,
      urn,
      protect,
    }));
    usual = found(made);
  });

  const found = (all: readonly Made[]): Set<string> => {
    const resources = all.map(
      ({ raw, type, name, urn, protect }) => new Resource({ raw, type, name, urn, options: { protect } }),
    );
    const { findings } = check(rules, resources, settings, new Date());
    return new Set(findings.map(({ rule, urn, property }) => `${rule} ${urn ?? ""} ${property}`));
  };
  /** The rules that say more of the mutants than they did before. */
  const fresh = (all: readonly Made[]): { rule: string; urn: string }[] =>
    [...found(all)]
      .filter((key) => !usual.has(key))
      .map((key) => ({ rule: key.split(" ")[0] ?? "", urn: key.split(" ")[1] ?? "" }));
  const ofKind = (kind: string) => made.filter(({ raw }) => raw.kind === kind);
  const mutated = (one: Made, change: (object: Loose) => unknown): Made => {
    const raw: Loose = structuredClone(one.raw);
    change(raw);
    return { ...one, raw };
  };

  for (const [rule, what, change, kinds = pods.map(({ kind }) => kind)] of inPods) {
    it(`${rule} finds ${what} in every pod that is made`, () => {
      const workloads = made.filter(({ raw }) => kinds.includes(raw.kind as string));
      assert.ok(workloads.length > 0, "nothing of the kind is made");
      for (const one of workloads) {
        const mutant = mutated(one, (object) => change(at(object, podPath(object)) as Loose));
        const alreadySaid = [...usual].some((key) => key.startsWith(`${rule} ${one.urn} `));
        const said = fresh([...made.filter((other) => other !== one), mutant]);
        assert.ok(
          alreadySaid || said.some((each) => each.rule === rule && each.urn === one.urn),
          `${one.urn}: ${JSON.stringify(said)}`,
        );
      }
    });
  }

  for (const [kind, rule, what, change] of toObjects) {
    it(`${rule} finds ${what} in every ${kind} that is made`, () => {
      assert.ok(ofKind(kind).length > 0, `no ${kind} is made`);
      for (const one of ofKind(kind)) {
        const said = fresh([...made.filter((other) => other !== one), mutated(one, change)]);
        assert.ok(
          said.some((each) => each.rule === rule),
          `${one.urn}: ${JSON.stringify(said)}`,
        );
      }
    });
  }

  for (const [kind, rule] of removed) {
    it(`${rule} finds that every ${kind} is gone`, () => {
      assert.ok(ofKind(kind).length > 0, `no ${kind} is made`);
      const said = fresh(made.filter(({ raw }) => raw.kind !== kind));
      assert.ok(
        said.some((each) => each.rule === rule),
        JSON.stringify(said),
      );
    });
  }

  it("data-is-protected finds that nothing is protected", () => {
    const said = fresh(made.map((one) => ({ ...one, protect: false })));
    assert.ok(said.filter(({ rule }) => rule === "data-is-protected").length >= 2, JSON.stringify(said));
  });
});
