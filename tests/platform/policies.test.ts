/** The platform's admission policies: which, for whom, and what a stack file may say of them. */
import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import { programOf } from "../../components/testing";
import { Policies, policiesSchema } from "../../platform/policies";
import { rules } from "../../policies/index";

interface Binding {
  spec: { validationActions: string[]; matchResources: Record<string, { matchLabels: object } | undefined> };
}

describe("the part of the platform that polices", () => {
  const graphOf = (said: object) =>
    programOf(() => {
      const provider = new kubernetes.Provider("cluster", { context: "test" });
      new Policies("policies", policiesSchema.parse(said), { provider });
    });
  const group = "kubernetes:admissionregistration.k8s.io/v1";

  it("has every rule about one object, and warns in the namespaces of products", async () => {
    const graph = await graphOf({});
    const names = graph
      .all(`${group}:ValidatingAdmissionPolicy`)
      .map(({ inputs }) => (inputs.metadata as { name: string }).name);
    for (const { name } of rules.filter(({ type }) => type === "object"))
      assert.ok(
        names.some((each) => each === `slipway-${name}` || each === `slipway-${name}-cluster`),
        name,
      );
    const bindings = graph
      .all(`${group}:ValidatingAdmissionPolicyBinding`)
      .map(({ inputs }) => inputs as unknown as Binding);
    assert.equal(bindings.length, names.length);
    for (const { spec } of bindings) {
      assert.deepEqual(spec.validationActions, ["Warn", "Audit"]);
      const chosen = spec.matchResources.namespaceSelector ?? spec.matchResources.objectSelector;
      assert.deepEqual(chosen?.matchLabels, { "app.kubernetes.io/managed-by": "slipway" });
    }
  });

  it("takes a label without a value for a mistake, and says how to write it", () => {
    const { error } = policiesSchema.safeParse({ label: "team" });
    assert.equal(
      error?.issues[0]?.message,
      "write it as name=value, for example slipway.dev/policies=enforced",
    );
  });
});
