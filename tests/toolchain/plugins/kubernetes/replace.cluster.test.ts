/** Changes that only a new object can bring, each against the API server that enforces it. */
import assert from "node:assert/strict";
import { eachWithStack, inside, kubeconfig, type Stack } from "./harness";

interface Rule {
  title: string;
  kind: string;
  /** The field whose change replaces. */
  field: string;
  before: string;
  after: string;
  /** Outside of namespaces, so the name must be of this test alone. */
  clusterWide?: true;
  provider?: Record<string, unknown>;
}

const labelled = (app: string) => `metadata: { labels: { app: "${app}" } }`;
const podSpec =
  'spec: { restartPolicy: "Never", containers: [{ name: "a", image: "slipway.local/busybox:1.35.0", command: ["COMMAND"] }] }';
const template = (app: string, command = "true") =>
  `template: { ${labelled(app)}, ${podSpec.replace("COMMAND", command)} }`;
const runningTemplate = (app: string) => template(app).replace('restartPolicy: "Never", ', "");
const skip = '"pulumi.com/skipAwait": "true"';

const named = (spec: string, more = "") =>
  `{ metadata: { namespace: ns, name: "it", annotations: { ${skip} } ${more} }, ${spec} }`;
const wide = (spec: string) => `{ metadata: { name: ns + "-it", annotations: { ${skip} } }, ${spec} }`;

const rules: Rule[] = [
  {
    title: "the selector of a Deployment",
    kind: "apps.v1.Deployment",
    field: "spec.selector.matchLabels.app",
    before: named(`spec: { replicas: 0, selector: { matchLabels: { app: "a" } }, ${runningTemplate("a")} }`),
    after: named(`spec: { replicas: 0, selector: { matchLabels: { app: "b" } }, ${runningTemplate("b")} }`),
  },
  {
    title: "the template of a Job",
    kind: "batch.v1.Job",
    field: "spec.template.spec.containers[0].command[0]",
    before: named(`spec: { suspend: true, ${template("a", "true")} }`),
    after: named(`spec: { suspend: true, ${template("a", "false")} }`),
  },
  {
    title: "the claim templates of a StatefulSet",
    kind: "apps.v1.StatefulSet",
    field: "spec.volumeClaimTemplates[0].spec.resources.requests.storage",
    before: named(statefulSet("1Gi")),
    after: named(statefulSet("2Gi")),
  },
  {
    title: "a ConfigMap's data",
    kind: "core.v1.ConfigMap",
    field: "data.a",
    before: named('data: { a: "1" }'),
    after: named('data: { a: "2" }'),
  },
  {
    title: "an immutable ConfigMap's data, even where ConfigMaps are mutable",
    kind: "core.v1.ConfigMap",
    field: "data.a",
    before: named('immutable: true, data: { a: "1" }'),
    after: named('immutable: true, data: { a: "2" }'),
    provider: { enableConfigMapMutable: true },
  },
  {
    title: "a Secret's type",
    kind: "core.v1.Secret",
    field: "type",
    before: named('type: "Opaque", stringData: { a: "1" }'),
    after: named('type: "example.com/other", stringData: { a: "1" }'),
    provider: { enableSecretMutable: true },
  },
  {
    title: "a Service that becomes headless",
    kind: "core.v1.Service",
    field: "spec.clusterIP",
    before: named("spec: { ports: [{ port: 80 }] }"),
    after: named('spec: { ports: [{ port: 80 }], clusterIP: "None" }'),
  },
  {
    title: "a claim's storage class",
    kind: "core.v1.PersistentVolumeClaim",
    field: "spec.storageClassName",
    before: named(claim("none-a")),
    after: named(claim("none-b")),
  },
  {
    title: "the role a RoleBinding refers to",
    kind: "rbac.v1.RoleBinding",
    field: "roleRef.name",
    before: named(binding("a")),
    after: named(binding("b")),
  },
  {
    title: "a StorageClass's parameters",
    kind: "storage.v1.StorageClass",
    field: "parameters.speed",
    before: wide('provisioner: "example.com/none", parameters: { speed: "slow" }'),
    after: wide('provisioner: "example.com/none", parameters: { speed: "fast" }'),
    clusterWide: true,
  },
];

function statefulSet(storage: string): string {
  return `spec: { replicas: 0, serviceName: "it", selector: { matchLabels: { app: "a" } }, ${runningTemplate("a")},
    volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "${storage}" } } } }] }`;
}

function claim(storageClass: string): string {
  return `spec: { accessModes: ["ReadWriteOnce"], storageClassName: "${storageClass}", resources: { requests: { storage: "1Gi" } } }`;
}

function binding(role: string): string {
  return `roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "${role}" },
    subjects: [{ kind: "ServiceAccount", name: "default", namespace: ns }]`;
}

const uidOf = async (stack: Stack, type: string) =>
  inside((await stack.only(type)).outputs, "metadata", "uid") as string;

describe("a kubernetes resource is replaced", function () {
  this.timeout(120_000);
  const stack = eachWithStack();

  for (const rule of rules) {
    it(`for ${rule.title}`, async () => {
      const type = rule.kind.split(".").at(-1) ?? "";
      const provider = { kubeconfig, ...rule.provider };
      stack().write(`new k8s.${rule.kind}("it", ${rule.before}, opts);`, provider);
      await stack().up();
      const before = await uidOf(stack(), type);

      stack().write(`new k8s.${rule.kind}("it", ${rule.after}, opts);`, provider);
      const steps = await stack().preview();
      assert.ok(
        steps.some((step) => step.replaceReasons?.includes(rule.field)),
        `replaced for ${rule.field}: ${JSON.stringify(steps.map(({ op, replaceReasons }) => ({ op, replaceReasons })))}`,
      );
      const { stdout } = await stack().up();
      assert.notEqual(await uidOf(stack(), type), before);
      // The name is the program's, so the old one has to go first.
      assert.ok(stdout.indexOf("deleted") < stdout.lastIndexOf("created"), stdout);
    });
  }

  it("for another name, the new one first", async () => {
    stack().write('new k8s.core.v1.ConfigMap("it", { metadata: { namespace: ns, name: "one" } }, opts);');
    await stack().up();
    stack().write('new k8s.core.v1.ConfigMap("it", { metadata: { namespace: ns, name: "two" } }, opts);');
    const [step] = (await stack().preview()).filter((each) => each.replaceReasons !== undefined);
    assert.deepEqual(step?.replaceReasons, ["metadata.name"]);
    await stack().up();
    assert.equal(await stack().live("configmap", "one"), undefined);
    assert.notEqual(await stack().live("configmap", "two"), undefined);
  });

  it("under a new made-up name, the new one first", async () => {
    stack().write(
      'new k8s.core.v1.ConfigMap("it", { metadata: { namespace: ns }, data: { a: "1" } }, opts);',
    );
    await stack().up();
    const before = (await stack().only("ConfigMap")).id ?? "";
    stack().write(
      'new k8s.core.v1.ConfigMap("it", { metadata: { namespace: ns }, data: { a: "2" } }, opts);',
    );
    await stack().up();
    const after = (await stack().only("ConfigMap")).id ?? "";
    assert.notEqual(after, before);
    assert.equal(await stack().live("configmap", before.split("/")[1] ?? ""), undefined);
  });

  it("not for what an update can do: a Job's parallelism, a mutable ConfigMap's data", async () => {
    const program = (n: number) => `
      new k8s.batch.v1.Job("job", ${named(`spec: { suspend: true, parallelism: ${n}, ${template("a")} }`)}, opts);
      new k8s.core.v1.ConfigMap("map", { metadata: { namespace: ns, name: "map" }, data: { a: "${n}" } }, opts);`;
    const provider = { kubeconfig, enableConfigMapMutable: true };
    stack().write(program(1), provider);
    await stack().up();
    stack().write(program(2), provider);
    assert.deepEqual(
      (await stack().preview()).map((step) => step.op),
      ["update", "update"],
    );
    await stack().up();
    assert.equal(inside(await stack().live("configmap", "map"), "data", "a"), "2");
  });
});
