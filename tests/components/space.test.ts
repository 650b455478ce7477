import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { inSpace } from "../helpers/product";

const nothing = () => undefined;

describe("Space", () => {
  it("is a namespace for restricted pods only, protected", async () => {
    const graph = await inSpace(nothing);
    const namespace = graph.one("kubernetes:core/v1:Namespace");
    const { labels, name } = namespace.inputs.metadata as { labels: Record<string, string>; name: string };
    assert.equal(name, "shop");
    for (const mode of ["enforce", "warn", "audit"]) {
      assert.equal(labels[`pod-security.kubernetes.io/${mode}`], "restricted");
    }
    assert.equal(namespace.protect, true);
  });

  it("says who answers for it, where somebody does", async () => {
    const annotations = async (owner?: string) =>
      (await inSpace(nothing, { owner })).one("kubernetes:core/v1:Namespace").inputs.metadata
        .annotations as unknown;
    assert.deepEqual(await annotations("team-shop"), { "slipway.dev/owner": "team-shop" });
    assert.equal(await annotations(), undefined);
  });

  it("denies all traffic but asking for names", async () => {
    const { spec } = (await inSpace(nothing)).named("eu-deny").inputs;
    assert.deepEqual(spec.podSelector, {});
    assert.deepEqual(spec.policyTypes, ["Ingress", "Egress"]);
    assert.equal(spec.ingress, undefined);
    const ports = (spec.egress as { ports: { port: number }[] }[]).flatMap((rule) =>
      rule.ports.map(({ port }) => port),
    );
    assert.deepEqual([...new Set(ports)], [53, 5353]);
  });

  it("may be called otherwise than its product, and thrown away", async () => {
    const graph = await inSpace(nothing, { namespace: "shop-staging", protect: false });
    const namespace = graph.one("kubernetes:core/v1:Namespace");
    assert.equal(namespace.inputs.metadata.name, "shop-staging");
    assert.equal(namespace.inputs.metadata.labels["app.kubernetes.io/part-of"], "shop");
    assert.equal(namespace.protect, false);
    assert.deepEqual(graph.one("slipway:components:Space").outputs, { namespace: "shop-staging" });
  });

  it("keeps the registry's login secret", async () => {
    const registry = { password: pulumi.output("hunter2"), server: "ghcr.io", username: "bot" };
    const secret = (await inSpace(nothing, { registry })).named("eu-pull");
    assert.equal(secret.inputs.type, "kubernetes.io/dockerconfigjson");
    assert.deepEqual(secret.secrets, ["stringData"]);
    const config = JSON.parse(secret.inputs.stringData[".dockerconfigjson"] as string) as {
      auths: Record<string, { auth: string }>;
    };
    assert.equal(Buffer.from(config.auths["ghcr.io"]?.auth ?? "", "base64").toString(), "bot:hunter2");
  });

  it("has no login where none is needed", async () => {
    assert.ok(!(await inSpace(nothing)).names().includes("eu-pull"));
  });

  it("takes transforms", async () => {
    const transform = {
      deny: { metadata: { annotations: { a: "b" } } },
      namespace: { metadata: { labels: { c: "d" } } },
    };
    const graph = await inSpace(nothing, { transform });
    assert.equal(graph.named("eu-deny").inputs.metadata.annotations.a, "b");
    assert.equal(graph.named("eu-namespace").inputs.metadata.labels.c, "d");
    assert.equal(graph.named("eu-namespace").inputs.metadata.name, "shop");
  });
});
