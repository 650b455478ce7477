import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Secrets, type SecretOrigin } from "../../components/secrets";
import { programOf } from "../../components/testing";
import { inSpace, time } from "../helpers/product";
import { Space } from "../../components/space";
import * as k8s from "@pulumi/kubernetes";

const held = async (origin: SecretOrigin) => {
  const graph = await programOf(() => {
    const space = new Space(
      "eu",
      { product: "shop" },
      { provider: new k8s.Provider("eu", { kubeconfig: "{}" }) },
    );
    const one = new Secrets("secrets", { secrets: { JWT_SECRET: origin }, space }).get("JWT_SECRET");
    return { one: "value" in one ? one.value : one };
  });
  return { graph, secret: graph.outputSecrets, value: graph.outputs.one as unknown };
};

describe("Secrets", () => {
  it("given are passed on, secret", async () => {
    const { secret, value } = await held({ kind: "given", value: "hunter2" });
    assert.equal(value, "hunter2");
    assert.deepEqual(secret, ["one"]);
  });

  const formats: [format: "password" | "base64" | "base64url" | "hex" | "uuid", value: string][] = [
    ["password", "password-of-eu-secrets-jwt-secret"],
    ["base64", Buffer.from("bytes of eu-secrets-jwt-secret").toString("base64")],
    ["base64url", Buffer.from("bytes of eu-secrets-jwt-secret").toString("base64url")],
    ["hex", Buffer.from("bytes of eu-secrets-jwt-secret").toString("hex")],
    ["uuid", "00000000-0000-4000-8000-000000000000"],
  ];
  for (const [format, expected] of formats) {
    it(`generated as ${format} are secret`, async () => {
      const { secret, value } = await held({ format, kind: "generated", length: 48 });
      assert.equal(value, expected);
      assert.deepEqual(secret, ["one"]);
    });
  }

  it("generated are made anew when their rotation's text changes", async () => {
    const { graph } = await held({ format: "password", kind: "generated", length: 48, rotate: "2026-11" });
    const made = graph.named("eu-secrets-jwt-secret");
    assert.deepEqual(made.inputs.keepers, { rotate: "2026-11" });
    assert.equal(made.inputs.length, 48);
    assert.equal(made.inputs.special, false);
  });

  it("of an external store stay on the cluster, where Pulumi waits for them", async () => {
    const { graph, value } = await held({
      key: "shop/production",
      kind: "external",
      property: "jwt",
      refresh: time("1h"),
      store: "vault",
      storeKind: "ClusterSecretStore",
    });
    assert.deepEqual(value, { key: "value", secret: "secrets-jwt-secret" });
    const { metadata, spec } = graph.named("eu-secrets-jwt-secret").inputs;
    assert.equal(metadata.annotations["pulumi.com/waitFor"], "condition=Ready");
    assert.deepEqual(spec.secretStoreRef, { kind: "ClusterSecretStore", name: "vault" });
    assert.deepEqual(spec.data, [
      { remoteRef: { key: "shop/production", property: "jwt" }, secretKey: "value" },
    ]);
    assert.equal(spec.refreshInterval, "1h");
    assert.equal(spec.target.name, "secrets-jwt-secret");
  });

  it("that nobody named are refused, with those there are", async () => {
    await assert.rejects(
      inSpace((space) =>
        new Secrets("secrets", { secrets: { A: { kind: "given", value: pulumi.output("x") } }, space }).get(
          "B",
        ),
      ),
      /eu-secrets: no secret "B"; there are A/,
    );
  });

  it("of an external store have no value for Pulumi", async () => {
    const origin = {
      key: "k",
      kind: "external",
      refresh: time("1h"),
      store: "s",
      storeKind: "SecretStore",
    } as const;
    await assert.rejects(
      inSpace((space) => new Secrets("secrets", { secrets: { A: origin }, space }).value("A")),
      /A: its value is needed here, and one from an external store is only known on the cluster/,
    );
  });
});
