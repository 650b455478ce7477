/** Custom kinds, conditions to wait for, and manifests read by the provider. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { eachWithStack, inside } from "./harness";

/** A definition of a group of this test alone: definitions are the whole cluster's. */
function definition(group: string): Record<string, unknown> {
  const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `boats.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "boats", singular: "boat", kind: "Boat" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: "object", properties: { spec: anything, status: anything } } },
        },
      ],
    },
  };
}

const boat = (
  group: string,
  more = "",
) => `new k8s.apiextensions.CustomResource("boat", { apiVersion: "${group}/v1",
  kind: "Boat", metadata: { namespace: ns, name: "boat" ${more} }, spec: { sails: 2, length: "12m" } }, opts);`;

describe("custom kinds", function () {
  this.timeout(120_000);
  const stack = eachWithStack();
  let group = "";
  beforeEach(() => (group = `t${randomBytes(4).toString("hex")}.slipway.test`));

  const setStatus = (status: object) =>
    stack().kubectl([
      ...["patch", `boats.${group}`, "boat", "-n", stack().namespace, "--subresource=status", "--type=merge"],
      ...["-p", JSON.stringify({ status })],
    ]);

  it("are defined and used in one run, whatever the order", async () => {
    const crd = JSON.stringify(definition(group)).replaceAll(
      "x-kubernetes-preserve",
      "x_kubernetes_preserve",
    );
    const asInSDK = crd.replaceAll("preserve-unknown-fields", "preserve_unknown_fields");
    stack().write(`${boat(group)}
      new k8s.apiextensions.v1.CustomResourceDefinition("kind", ${asInSDK}, opts);`);
    await stack().up();
    const live = await stack().live(`boats.${group}`, "boat");
    assert.deepEqual(inside(live, "spec"), { sails: 2, length: "12m" });
    assert.deepEqual(await stack().preview(), []);
    await stack().pulumi(["destroy", "--yes", "--skip-preview"]);
  });

  it("are waited for by each of the expressions of pulumi.com/waitFor", async () => {
    await stack().kubectl(["apply", "-f", "-"], { input: JSON.stringify(definition(group)) });
    try {
      const both = JSON.stringify(JSON.stringify(["jsonpath={.status.phase}=Afloat", "condition=Ready"]));
      stack().write(boat(group, `, annotations: { "pulumi.com/waitFor": ${both} }`));
      let done = false;
      const update = stack()
        .up()
        .finally(() => (done = true));
      await stack().until(() =>
        stack()
          .live(`boats.${group}`, "boat")
          .catch(() => undefined),
      );
      await setStatus({ phase: "Afloat" });
      await pause(1500);
      assert.equal(done, false, "one of the two does not do");
      await setStatus({ phase: "Afloat", conditions: [{ type: "Ready", status: "True" }] });
      await update;
      assert.equal(inside((await stack().only("Boat")).outputs, "status", "phase"), "Afloat");
    } finally {
      await stack().kubectl(["delete", "crd", `boats.${group}`, "--wait=false"]);
    }
  });

  it("are waited for by their own Ready condition, and a wait in vain says what it waited for", async () => {
    await stack().kubectl(["apply", "-f", "-"], { input: JSON.stringify(definition(group)) });
    try {
      const wait =
        ', annotations: { "pulumi.com/waitFor": "jsonpath={.status.phase}=Afloat", "pulumi.com/timeoutSeconds": "2" }';
      stack().write(boat(group, wait));
      const { code, stdout } = await stack().up({ allowFailure: true });
      assert.notEqual(code, 0);
      assert.match(
        stdout,
        /timed out after 2s waiting for it to be ready: \{\.status\.phase\} is not there yet/,
      );
      await setStatus({
        conditions: [{ type: "Ready", status: "False", reason: "Sinking", message: "it sinks" }],
      });
      stack().write(boat(group, ', annotations: { "pulumi.com/timeoutSeconds": "2" }'));
      const again = await stack().up({ allowFailure: true });
      assert.match(again.stdout, /timed out after 2s waiting for it to be ready: it sinks/);
    } finally {
      await stack().kubectl(["delete", "crd", `boats.${group}`, "--wait=false"]);
    }
  });

  it("are replaced for what only their definition says is fixed", async () => {
    const crd = definition(group);
    const hull = {
      type: "string",
      "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "the hull is immutable" }],
    };
    const schema = inside(crd, "spec", "versions", 0, "schema", "openAPIV3Schema", "properties") as Record<
      string,
      unknown
    >;
    schema.spec = {
      type: "object",
      properties: { hull, sails: { type: "integer" }, length: { type: "string" } },
    };
    await stack().kubectl(["apply", "-f", "-"], { input: JSON.stringify(crd) });
    try {
      const made = (kind: string) => boat(group).replace("sails: 2", `sails: 2, hull: "${kind}"`);
      stack().write(made("wood"));
      await stack().up();
      stack().write(made("steel"));
      const [step] = (await stack().preview()).filter((each) => each.replaceReasons !== undefined);
      assert.deepEqual(step?.replaceReasons, ["spec.hull"]);
      await stack().up();
      assert.equal(inside(await stack().live(`boats.${group}`, "boat"), "spec", "hull"), "steel");
    } finally {
      await stack().kubectl(["delete", "crd", `boats.${group}`, "--wait=false"]);
    }
  });

  it("with a wrong waitFor are refused before anything is made", async () => {
    stack().write(boat(group, ', annotations: { "pulumi.com/waitFor": "ready" }'));
    const { code, stdout } = await stack().pulumi(["preview"], { allowFailure: true });
    assert.notEqual(code, 0);
    assert.match(stdout, /found "ready"; allowed is "condition=TYPE"/);
  });
});

describe("manifests", function () {
  this.timeout(120_000);
  const stack = eachWithStack();

  it("of a ConfigFile become resources, definitions first", async () => {
    const group = `t${randomBytes(4).toString("hex")}.slipway.test`;
    const objects = [
      {
        apiVersion: `${group}/v1`,
        kind: "Boat",
        metadata: { name: "boat", namespace: stack().namespace },
        spec: {},
      },
      {
        apiVersion: "v1",
        kind: "List",
        items: [
          {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "key", namespace: stack().namespace },
            stringData: { a: "top-secret" },
          },
        ],
      },
      definition(group),
    ];
    const file = stack().file("all.yaml", objects.map((each) => JSON.stringify(each)).join("\n---\n"));
    stack().write(
      `new k8s.yaml.v2.ConfigFile("all", { file: ${JSON.stringify(file)} }, { providers: [provider] });`,
    );
    await stack().up();
    const made = await stack().deployed();
    const names = made.map((each) => each.urn.split("::").at(-1)).sort();
    assert.deepEqual(names, [
      "all",
      `all:boats.${group}`,
      `all:${stack().namespace}/boat`,
      `all:${stack().namespace}/key`,
    ]);
    assert.ok(!(await stack().exported()).includes("top-secret"));
    assert.deepEqual(await stack().preview(), []);
    await stack().pulumi(["destroy", "--yes", "--skip-preview"]);
  });

  it("of a ConfigGroup and of the older yaml components become resources too", async () => {
    const map = (name: string) =>
      JSON.stringify({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, namespace: stack().namespace },
        data: { n: "1" },
      });
    stack().write(`
      new k8s.yaml.v2.ConfigGroup("group", { yaml: ${JSON.stringify(map("one"))}, objs: [${map("two")}] }, { providers: [provider] });
      new k8s.yaml.ConfigGroup("older", { yaml: ${JSON.stringify(map("three"))} }, { providers: { kubernetes: provider } });`);
    await stack().up();
    for (const name of ["one", "two", "three"])
      assert.notEqual(await stack().live("configmap", name), undefined, name);
    assert.deepEqual(await stack().preview(), []);
  });

  it("of Helm charts are refused with what to do instead", async () => {
    stack().write('new k8s.helm.v4.Chart("it", { chart: "nginx" }, { providers: [provider] });');
    const { code, stdout } = await stack().pulumi(["preview"], { allowFailure: true });
    assert.notEqual(code, 0);
    assert.match(stdout, /no Helm charts or releases\. Render the chart/);
  });

  it("are rendered to files, without a cluster", async () => {
    const folder = stack()
      .file("unused", "")
      .replace(/unused$/, "rendered");
    stack().write(
      `new k8s.core.v1.ConfigMap("settings", { metadata: { namespace: ns, name: "settings" }, data: { a: "b" } }, opts);`,
      { renderYamlToDirectory: folder },
    );
    await stack().up();
    const { readFileSync } = await import("node:fs");
    const text = readFileSync(`${folder}/1-manifest/v1-configmap-${stack().namespace}-settings.yaml`, "utf8");
    assert.match(text, /^data:\n {2}a: b\n/m);
    assert.equal(await stack().live("configmap", "settings"), undefined);
    stack().write("", { renderYamlToDirectory: folder, kubeconfig: "here" });
    const { stdout } = await stack().pulumi(["preview"], { allowFailure: true });
    assert.match(stdout, /"kubeconfig" arg is not compatible with "renderYamlToDirectory" arg/);
  });
});
