/**
 * One source, two engines: every fixture and every broken one goes to the real API server with the emitted admission
 * policies installed, and through CrossGuard's evaluation; both must name the same rules.
 */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { check } from "../../policies/check";
import { rules } from "../../policies/index";
import * as kinds from "../../policies/kinds";
import type { Kind } from "../../policies/kinds";
import { Resource } from "../../policies/resource";
import type { Rule } from "../../policies/rule";
import { careful } from "../../policies/settings";
import { admissionPolicies, type Manifest } from "../../policies/vap";
import { ApiServer, type Answer } from "./api-server";
import { fixtures, type FixtureName, type Loose } from "./fixtures";
import { cases, comparable, type Case } from "./rules/cases";

const run = `policy-parity-${process.pid}`;
const label = ["slipway.dev/policies", run] as const;
/** Kinds of operators are stood in for by kinds of the same name and a group of our own, so that theirs stay untouched. */
const standIn = ".policy-parity.slipway.dev";
const builtIn = /^$|^(apps|batch|policy|autoscaling|networking\.k8s\.io|rbac\.authorization\.k8s\.io)$/;
const groupHere = (group: string) => (builtIn.test(group) ? group : `${group}${standIn}`);

const objectRules: Rule[] = rules.flatMap((rule) =>
  rule.type === "object"
    ? [{ ...rule, on: rule.on.map((kind) => ({ ...kind, group: groupHere(kind.group) })) }]
    : [],
);
const all: Kind[] = (Object.values(kinds) as unknown[]).filter(
  (value): value is Kind => typeof value === "object" && value !== null && "plural" in value,
);

/** The object as this test's cluster knows it. */
function here(object: Loose): { object: Loose; kind: Kind; path: string } {
  const kind = all.find((one) => kinds.isKind(object as Record<string, unknown>, one));
  assert.ok(kind !== undefined, `no such kind: ${JSON.stringify(object)}`);
  const group = groupHere(kind.group);
  object.apiVersion = group === "" ? kind.version : `${group}/${kind.version}`;
  if (kind.clusterWide === true) {
    object.metadata.name = `${run}-dry`;
    object.metadata.labels[label[0]] = label[1];
  } else object.metadata.namespace = run;
  const base = group === "" ? `/api/${kind.version}` : `/apis/${group}/${kind.version}`;
  const place = kind.clusterWide === true ? "" : `/namespaces/${run}`;
  return { object, kind, path: `${base}${place}/${kind.plural}` };
}

const crossGuard = (object: Loose): string[] => {
  const resource = new Resource({ raw: object as Record<string, unknown>, type: "", name: "x" });
  return [
    ...new Set(check(objectRules, [resource], careful, new Date()).findings.map(({ rule }) => rule)),
  ].sort();
};

const rulesIn = (warnings: readonly string[]): string[] =>
  [
    ...new Set(
      warnings.flatMap(
        (warning) =>
          new RegExp(`ValidatingAdmissionPolicy '${run}-(\\S+?)(-cluster)?'`).exec(warning)?.[1] ?? [],
      ),
    ),
  ].sort();

const groupOf = (name: FixtureName): string =>
  kinds.groupOf((fixtures[name]() as { apiVersion: string }).apiVersion) ?? "";

const broken = ({ on, change }: Case): Loose => {
  const object: Loose = fixtures[on]();
  change(object);
  return object;
};

describe("the API server and CrossGuard", function () {
  this.timeout(120_000);
  let api: ApiServer;
  const made: string[] = [];

  const create = async (path: string, object: unknown): Promise<void> => {
    const answer = await api.send("POST", path, object);
    assert.equal(answer.status, 201, answer.message);
    made.push(`${path}/${(object as { metadata: { name: string } }).metadata.name}`);
  };
  const dryRun = (path: string, object: Loose): Promise<Answer> =>
    api.send("POST", `${path}?dryRun=All`, object);

  before(async () => {
    api = new ApiServer();
    await create("/api/v1/namespaces", { metadata: { name: run, labels: { [label[0]]: label[1] } } });
    for (const definition of standIns()) {
      await create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
    }
    await create(`/api/v1/namespaces/${run}/serviceaccounts`, { metadata: { name: "api" } });
    for (const manifest of admissionPolicies(objectRules, careful, { label, action: "warn" })) {
      const plural = manifest.kind === "ValidatingAdmissionPolicy" ? "policies" : "policybindings";
      await create(`/apis/admissionregistration.k8s.io/v1/validatingadmission${plural}`, renamed(manifest));
    }
    await inForce();
  });

  after(async () => {
    for (const path of made.reverse()) await api.send("DELETE", path);
    api.close();
  });

  /** Policies take effect when the server's caches have them: each one must have spoken once. */
  async function inForce(): Promise<void> {
    const limit = Date.now() + 60_000;
    for (const one of new Map(
      cases.filter(comparable).map((each) => [`${each.rule} ${each.on}`, each]),
    ).values()) {
      for (;;) {
        const { object, path } = here(broken(one));
        const { warnings, status, message } = await dryRun(path, object);
        if (rulesIn(warnings).includes(one.rule)) break;
        assert.ok(
          Date.now() < limit,
          `${one.rule} stays silent on ${one.breaks}: ${status} ${message} ${warnings.join("; ")}`,
        );
        await pause(200);
      }
    }
  }

  for (const name of Object.keys(fixtures) as FixtureName[]) {
    it(`both let a good ${name} pass`, async () => {
      const { object, path } = here(fixtures[name]());
      const answer = await dryRun(path, object);
      assert.deepEqual(
        [answer.status, rulesIn(answer.warnings), crossGuard(object)],
        [201, [], []],
        answer.message,
      );
    });
  }

  for (const one of cases.filter(comparable)) {
    it(`both refuse ${one.breaks} (${one.on}) by ${one.rule}`, async () => {
      const { object, path } = here(broken(one));
      const wanted = crossGuard(object);
      const answer = await dryRun(path, object);
      assert.equal(answer.status, 201, answer.message);
      assert.deepEqual(rulesIn(answer.warnings), wanted);
      assert.ok(wanted.includes(one.rule));
      assert.ok(
        answer.warnings.some((warning) => warning.includes(one.message.split(" ").slice(-3).join(" "))),
        answer.warnings.join("\n"),
      );
    });
  }

  for (const one of cases.filter(({ refused, on }) => refused !== undefined && builtIn.test(groupOf(on)))) {
    it(`the API server itself refuses ${one.breaks} (${one.on}): ${one.refused}`, async () => {
      const { object, path } = here(broken(one));
      const { status, message } = await dryRun(path, object);
      assert.equal(status, 422, message);
    });
  }

  it("a debugging container is judged as it joins its pod", async () => {
    const { object, path } = here(fixtures.Pod());
    await create(path, object);
    const join = (securityContext: object) =>
      api.send("PATCH", `${path}/api/ephemeralcontainers?dryRun=All`, {
        spec: {
          ephemeralContainers: [
            { name: "debug", image: fixtures.Pod().spec.containers[0].image, securityContext },
          ],
        },
      });
    const good = await join({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } });
    assert.deepEqual([good.status, rulesIn(good.warnings)], [200, []], good.message);
    const bad = await join({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      runAsNonRoot: false,
    });
    assert.deepEqual([bad.status, rulesIn(bad.warnings)], [200, ["pods-run-as-non-root"]], bad.message);
  });

  it("with deny, the object is refused in the rule's own words", async () => {
    const rule = objectRules.filter(({ name }) => name === "pods-run-as-non-root");
    for (const manifest of admissionPolicies(rule, careful, { label, action: "deny" })) {
      const plural = manifest.kind === "ValidatingAdmissionPolicy" ? "policies" : "policybindings";
      const path = `/apis/admissionregistration.k8s.io/v1/validatingadmission${plural}`;
      await create(path, renamed(manifest, `${run}-deny`));
    }
    const limit = Date.now() + 30_000;
    for (;;) {
      const { object, path } = here(fixtures.Deployment());
      object.spec.template.spec.containers[0].securityContext.runAsNonRoot = false;
      object.spec.template.spec.initContainers[1].securityContext.runAsNonRoot = false;
      const { status, message } = await dryRun(path, object);
      if (status === 403) {
        assert.match(
          message,
          /denied request: pods-run-as-non-root: container api, proxy may run as root; securityContext\.runAsNonRoot should be true/,
        );
        return;
      }
      assert.ok(Date.now() < limit, `${status} ${message}`);
      await pause(200);
    }
  });
});

function renamed(manifest: Manifest, prefix = run): unknown {
  const text = JSON.stringify(manifest);
  return JSON.parse(text.replaceAll(/"(name|policyName)":"slipway-/g, `"$1":"${prefix}-`));
}

/** Definitions without a schema: what is compared is the policies, not the operators' own validation. */
function standIns(): unknown[] {
  const needed = all.filter((kind) => !builtIn.test(kind.group) && Object.keys(fixtures).includes(kind.kind));
  return needed.map(({ kind, group, version, plural, clusterWide }) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${groupHere(group)}`,
      annotations: { "api-approved.kubernetes.io": "unapproved, for a test" },
    },
    spec: {
      group: groupHere(group),
      scope: clusterWide === true ? "Cluster" : "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  }));
}
