/** What goes wrong, and what the person reading the output then knows. */
import assert from "node:assert/strict";
import { busybox, eachWithStack, inside, kubeconfig } from "./harness";

const deployment = (more: string, container: string, timeout: number) => `
  new k8s.apps.v1.Deployment("api", { metadata: { namespace: ns, name: "api",
      annotations: { "pulumi.com/timeoutSeconds": "${timeout}" } },
    spec: { replicas: 1, minReadySeconds: 3, selector: { matchLabels: { app: "api" } }, template: { metadata: { labels: { app: "api" } },
      spec: { ${more} terminationGracePeriodSeconds: 0,
        containers: [{ name: "api", image: "${busybox}", ${container} }] } } } }, opts);`;

const nowhere = 'nodeSelector: { "slipway.test/none": "here" },';
const sleeps = 'command: ["/bin/busybox", "sleep", "3600"]';

/** A cluster that answers nobody: the port is loopback's discard port. */
const nobody = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:9" } }],
  users: [{ name: "u", user: { token: "t" } }],
  contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
  "current-context": "x",
});

describe("a kubernetes resource that does not become ready", function () {
  this.timeout(180_000);
  const stack = eachWithStack();

  it("is reported with its Events, kept in the state, and taken up again by the next update", async () => {
    stack().write(deployment(nowhere, sleeps, 3));
    const { code, stdout } = await stack().up({ allowFailure: true });
    assert.notEqual(code, 0);
    assert.match(
      stdout,
      /Deployment \S+\/api was successfully created, but it did not become ready: timed out after 3s/,
    );
    assert.match(stdout, /Event of Pod api-\S+: FailedScheduling: .*affinity\/selector/);
    const kept = await stack().only("Deployment");
    assert.ok((kept.initErrors ?? []).length > 0);

    // Unchanged, it is waited for again.
    assert.notEqual((await stack().up({ allowFailure: true })).code, 0);
    // Put right, it is updated and not made anew.
    stack().write(deployment("", sleeps, 60));
    await stack().up();
    const healed = await stack().only("Deployment");
    assert.equal(inside(healed.outputs, "metadata", "uid"), inside(kept.outputs, "metadata", "uid"));
    assert.equal(healed.initErrors, undefined);
  });

  it("is reported with the last words of its failing container", async function () {
    const { stdout: nodes } = await stack().kubectl(["get", "nodes", "--output", "json"]);
    const real = (
      JSON.parse(nodes) as { items: { status: { nodeInfo?: { kubeletVersion?: string } } }[] }
    ).items.some((node) => node.status.nodeInfo?.kubeletVersion?.startsWith("v") === true);
    if (!real) this.skip();
    stack().write(
      deployment("", 'command: ["/bin/busybox", "sh", "-c", "echo no database at db:5432; exit 3"]', 20),
    );
    const { stdout } = await stack().up({ allowFailure: true });
    assert.match(stdout, /container api (is in CrashLoopBackOff|ended with).*exit code 3/);
    assert.match(stdout, /Log of Pod api-\S+, container api/);
    assert.match(stdout, /no database at db:5432/);
  });

  it("keeps what was made when the update is interrupted, and the next update goes on", async () => {
    stack().write(deployment(nowhere, sleeps, 600));
    const output = await stack().interrupted("Available: 0/1");
    assert.match(output, /cancelled while waiting/);
    const kept = await stack().only("Deployment");
    assert.equal(kept.id, `${stack().namespace}/api`);
    stack().write(deployment("", sleeps, 60));
    const { stdout } = await stack().up();
    assert.match(stdout, /Deployment api updated/);
    assert.equal(inside((await stack().only("Deployment")).outputs, "status", "readyReplicas"), 1);
  });
});

describe("a conflict with another field manager", function () {
  this.timeout(120_000);
  const stack = eachWithStack();
  const settings = (colour: string, annotations = "") => `new k8s.core.v1.ConfigMap("settings",
    { metadata: { namespace: ns, name: "settings", annotations: { ${annotations} } }, data: { colour: "${colour}" } }, opts);`;
  const provider = { kubeconfig, enableConfigMapMutable: true };

  async function othersApply(colour: string): Promise<void> {
    const input = JSON.stringify({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace: stack().namespace },
      data: { colour },
    });
    const how = ["--server-side", "--force-conflicts", "--field-manager=other-team"];
    await stack().kubectl(["apply", ...how, "-f", "-"], { input });
  }

  it("is said with the manager, the field and the ways out", async () => {
    stack().write(settings("red"), provider);
    await stack().up();
    await othersApply("green");
    stack().write(settings("blue"), provider);
    const { code, stdout } = await stack().up({ allowFailure: true });
    assert.notEqual(code, 0);
    assert.match(stdout, /Server-Side Apply field conflict detected/);
    assert.match(stdout, /\.data\.colour is managed by "other-team"/);
    assert.match(stdout, /pulumi\.com\/patchForce/);
    assert.equal(inside(await stack().live("configmap", "settings"), "data", "colour"), "green");
  });

  it("is decided for the program by pulumi.com/patchForce", async () => {
    stack().write(settings("red"), provider);
    await stack().up();
    await othersApply("green");
    stack().write(settings("blue", '"pulumi.com/patchForce": "true"'), provider);
    await stack().up();
    assert.equal(inside(await stack().live("configmap", "settings"), "data", "colour"), "blue");
  });

  it("does not arise over a field the program ignores", async () => {
    const ignoring = (colour: string) =>
      settings(colour).replace("}, opts);", '}, { ...opts, ignoreChanges: ["data.colour"] });');
    stack().write(settings("red"), provider);
    await stack().up();
    await othersApply("green");
    stack().write(
      ignoring("blue").replace("annotations: {", 'labels: { more: "yes" }, annotations: {'),
      provider,
    );
    await stack().up();
    const live = await stack().live("configmap", "settings");
    assert.equal(inside(live, "data", "colour"), "green");
    assert.equal(inside(live, "metadata", "labels", "more"), "yes");
  });
});

describe("a cluster that cannot be reached", function () {
  this.timeout(120_000);
  const stack = eachWithStack();
  const namespace = 'new k8s.core.v1.Namespace("shop", {}, opts);';

  it("does not fail the preview, which says what was not checked", async () => {
    stack().write(namespace, { kubeconfig: nobody });
    const { stdout } = await stack().pulumi(["preview"]);
    assert.match(stdout, /Namespace shop create/);
    assert.match(stdout, /the Kubernetes cluster cannot be reached, so nothing here is checked against it/);
    assert.match(stdout, /127\.0\.0\.1:9 does not answer/);
  });

  it("fails the update before anything is recorded", async () => {
    stack().write(namespace, { kubeconfig: nobody });
    const { code, stdout } = await stack().up({ allowFailure: true });
    assert.notEqual(code, 0);
    assert.match(
      stdout,
      /configured Kubernetes cluster is unreachable: https:\/\/127\.0\.0\.1:9 does not answer/,
    );
    assert.deepEqual(await stack().deployed(), []);
  });

  it("lets go of its resources with deleteUnreachable, and not without", async () => {
    const settings = 'new k8s.core.v1.ConfigMap("settings", { metadata: { namespace: ns } }, opts);';
    // The identifier says that it is the same cluster, so that nothing is replaced.
    stack().write(settings, { kubeconfig, clusterIdentifier: "one" });
    await stack().up();
    stack().write(settings, { kubeconfig: nobody, clusterIdentifier: "one" });
    await stack().up({ allowFailure: true });
    stack().write("", { kubeconfig: nobody, clusterIdentifier: "one" });
    const refused = await stack().up({ allowFailure: true });
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout, /PULUMI_K8S_DELETE_UNREACHABLE=true/);
    stack().write("", { kubeconfig: nobody, clusterIdentifier: "one", deleteUnreachable: true });
    await stack().up();
    assert.deepEqual(await stack().deployed(), []);
  });
});
