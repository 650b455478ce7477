/** The way of a product's logs: what is read, what becomes of it, and where it may go. */
import assert from "node:assert/strict";
import { alloyConfig, Logs } from "../../components/logs";
import { inSpace } from "../helpers/product";

const graphOf = () =>
  inSpace(
    (space) =>
      new Logs("logs", {
        at: { namespace: "monitoring", ports: [3100] },
        environment: "production",
        loki: "http://loki.monitoring:3100/",
        space,
      }),
  );

describe("a product's logs", () => {
  it("are read by Kubernetes' API, in the product's own namespace and no other", async () => {
    const graph = await graphOf();
    const role = graph.one("kubernetes:rbac.authorization.k8s.io/v1:Role");
    assert.deepEqual(role.inputs.rules, [
      { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list", "watch"] },
    ]);
    assert.equal(graph.all("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole").length, 0);
    const { spec } = graph.one("kubernetes:apps/v1:Deployment").inputs.spec.template;
    assert.equal(spec.automountServiceAccountToken, true);
    assert.equal(spec.serviceAccountName, "logs");
    assert.ok(spec.volumes.every((volume: object) => !("hostPath" in volume)));
    assert.equal(spec.containers[0].securityContext.readOnlyRootFilesystem, true);
  });

  it("go to Loki and nowhere else but the API", async () => {
    const policy = (await graphOf()).named("eu-logs-network");
    assert.deepEqual(policy.inputs.spec.policyTypes, ["Egress"]);
    const [loki, api] = policy.inputs.spec.egress;
    assert.deepEqual(loki.ports, [{ port: 3100, protocol: "TCP" }]);
    assert.equal(loki.to[0].namespaceSelector.matchLabels["kubernetes.io/metadata.name"], "monitoring");
    assert.deepEqual(
      api.ports.map(({ port }: { port: number }) => port),
      [443, 6443],
    );
  });

  it("keep their level as a label, and say of what part, product and environment they are", () => {
    const about = { environment: "staging", namespace: "shop-eu", product: "shop" };
    const config = alloyConfig({ ...about, loki: "http://loki.monitoring:3100/" });
    assert.match(config, /url = "http:\/\/loki\.monitoring:3100\/loki\/api\/v1\/push"/);
    assert.match(config, /names = \["shop-eu"\]/);
    assert.match(config, /expressions = \{ level = "level" \}/);
    assert.match(config, /values = \{ environment = "staging", product = "shop" \}/);
    assert.match(
      config,
      /source_labels = \["__meta_kubernetes_pod_label_app_kubernetes_io_name"\]\n\s+target_label {2}= "part"/,
    );
    // Every component that something is forwarded to is there.
    for (const [, kind, name] of config.matchAll(/\[((?:loki)\.[a-z]+)\.([a-z]+)\.receiver\]/g))
      assert.match(config, new RegExp(`^${kind} "${name}" \\{$`, "m"));
    const count = (bracket: string) => config.split(bracket).length;
    assert.equal(count("{"), count("}"));
  });
});
