/** What every resource goes through: made, left alone, changed, drifted, imported, deleted. */
import assert from "node:assert/strict";
import { eachWithStack, inside, kubeconfig } from "./harness";

const config = (more: string) =>
  `new k8s.core.v1.ConfigMap("settings", { metadata: { namespace: ns, ${more} } }, opts);`;

const deployment = (spec: string) => `
  const labels = { app: "api" };
  new k8s.apps.v1.Deployment("api", { metadata: { namespace: ns, name: "api" }, spec: {
    ${spec} selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "api",
      image: "slipway.local/busybox:1.35.0", command: ["/bin/busybox", "sleep", "3600"],
      resources: { requests: { cpu: "0.010" } } }] } } } }, opts);`;

describe("a kubernetes resource", function () {
  this.timeout(180_000);
  const stack = eachWithStack();

  it("is made under a name of its own, waited for, left alone by the next run, and deleted", async () => {
    stack().write(deployment("replicas: 2,") + config(""));
    await stack().up();
    const live = await stack().live("deployment", "api");
    assert.equal(inside(live, "status", "readyReplicas"), 2);
    const settings = await stack().only("ConfigMap");
    assert.match(settings.id ?? "", new RegExp(`^${stack().namespace}/settings-[0-9a-f]{8}$`));
    assert.equal(inside(settings.inputs, "metadata", "annotations", "pulumi.com/autonamed"), "true");
    assert.match(String(inside(settings.outputs, "__fieldManager")), /^pulumi-kubernetes-[0-9a-f]{8}$/);

    assert.deepEqual(await stack().preview(), []);

    await stack().pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(await stack().live("deployment", "api"), undefined);
    assert.deepEqual(await stack().deployed(), []);
  });

  it("is changed field by field, and a field that leaves the program leaves the cluster", async () => {
    stack().write(deployment("replicas: 1, minReadySeconds: 1,"));
    await stack().up();
    stack().write(deployment("replicas: 3,"));
    const [step, ...more] = await stack().preview();
    assert.equal(more.length, 0);
    assert.equal(step?.op, "update");
    assert.deepEqual(Object.keys(step.detailedDiff ?? {}).sort(), ["spec.minReadySeconds", "spec.replicas"]);
    await stack().up();
    const live = await stack().live("deployment", "api");
    assert.equal(inside(live, "spec", "replicas"), 3);
    assert.equal(inside(live, "spec", "minReadySeconds"), undefined);
    assert.deepEqual(await stack().preview(), []);
  });

  it("is not changed by another spelling of the same value", async () => {
    stack().write(deployment("replicas: 1,"));
    await stack().up();
    stack().write(deployment("replicas: 1, paused: false,").replace("0.010", "10m"));
    assert.deepEqual(await stack().preview(), []);
  });

  it("shows what others changed after a refresh, and the next update puts it right", async () => {
    stack()
      .write(`new k8s.core.v1.Service("api", { metadata: { namespace: ns, name: "api", labels: { tier: "front" } },
      spec: { ports: [{ name: "http", port: 80 }], externalName: "example.com", type: "ExternalName" } }, opts);`);
    await stack().up();
    await stack().refresh();
    assert.deepEqual(await stack().preview(), [], "nothing drifted, nothing is shown");

    const change = JSON.stringify({ metadata: { labels: { tier: "back", more: "yes" } } });
    await stack().kubectl(["patch", "service", "api", "-n", stack().namespace, "-p", change]);
    await stack().refresh();
    const [step] = await stack().preview();
    assert.deepEqual(Object.keys(step?.detailedDiff ?? {}), ["metadata.labels.tier"]);
    await stack().up();
    const live = await stack().live("service", "api");
    assert.deepEqual(inside(live, "metadata", "labels"), { tier: "front", more: "yes" });
  });

  it("is taken out of the state by a refresh when it is gone, and made again", async () => {
    stack().write(config('name: "settings"'));
    await stack().up();
    await stack().kubectl(["delete", "configmap", "settings", "-n", stack().namespace]);
    await stack().refresh();
    assert.deepEqual(
      (await stack().preview()).map((step) => step.op),
      ["create"],
    );
    await stack().up();
    assert.notEqual(await stack().live("configmap", "settings"), undefined);
  });

  it("is imported as it is, and then owned", async () => {
    const { namespace } = stack();
    await stack().kubectl(["create", "configmap", "settings", "-n", namespace, "--from-literal=colour=red"]);
    const resource = (colour: string, more: string) =>
      `new k8s.core.v1.ConfigMap("settings", { metadata: { namespace: ns, name: "settings" }, data: { colour: "${colour}" } },
        { ...opts, ${more} });`;
    const provider = { kubeconfig, enableConfigMapMutable: true };
    stack().write(resource("red", `import: "${namespace}/settings"`), provider);
    await stack().up();
    const before = await stack().live("configmap", "settings");
    stack().write(resource("blue", ""), provider);
    await stack().up();
    const after = await stack().live("configmap", "settings");
    assert.equal(inside(after, "data", "colour"), "blue");
    assert.equal(inside(after, "metadata", "uid"), inside(before, "metadata", "uid"));
  });

  it("that others own is read", async () => {
    await stack().kubectl(["create", "configmap", "settings", "-n", stack().namespace, "--from-literal=a=b"]);
    stack().write(
      'exports.a = k8s.core.v1.ConfigMap.get("settings", `${ns}/settings`, opts).data.apply((data) => data.a);',
    );
    await stack().up();
    assert.equal((await stack().pulumi(["stack", "output", "a"])).stdout.trim(), "b");
    await stack().pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.notEqual(
      await stack().live("configmap", "settings"),
      undefined,
      "what is only read is not deleted",
    );
  });

  it("is not made over one that is there already", async () => {
    await stack().kubectl(["create", "configmap", "settings", "-n", stack().namespace, "--from-literal=a=b"]);
    stack().write(config('name: "settings"'));
    const { code, stdout } = await stack().up({ allowFailure: true });
    assert.notEqual(code, 0);
    assert.match(stdout, /already exists; it is no resource of this stack\. Import it/);
  });

  it("of the kind Patch owns its fields alone, and gives them back", async () => {
    await stack().kubectl(["create", "configmap", "settings", "-n", stack().namespace, "--from-literal=a=b"]);
    stack().write(`new k8s.core.v1.ConfigMapPatch("settings", { metadata: { namespace: ns, name: "settings" },
      data: { mine: "yes" } }, opts);`);
    await stack().up();
    assert.deepEqual(inside(await stack().live("configmap", "settings"), "data"), { a: "b", mine: "yes" });
    stack().write("");
    await stack().up();
    assert.deepEqual(inside(await stack().live("configmap", "settings"), "data"), { a: "b" });
  });
});
