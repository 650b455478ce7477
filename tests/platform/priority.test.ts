/** The platform's own pods make room for nobody's. */
import assert from "node:assert/strict";
import { HIGH } from "../../components/space";
import { priority as watching } from "../../platform/monitoring/pods";
import { priority, withPriority } from "../../platform/priority";
import type { KubernetesObject } from "../../platform/sources";

const object = (kind: string): KubernetesObject => ({
  ...{ apiVersion: "apps/v1", kind, metadata: { name: "operator" } },
  spec: { template: { spec: { containers: [] } } },
});

describe("the platform's priority", () => {
  it("is above every product's, and above those who watch", () => {
    assert.ok(priority.value > HIGH);
    assert.ok(priority.value > watching.value);
  });

  it("is given to the Deployments of others' manifests, and to nothing else", () => {
    const given = withPriority(object("Deployment")) as { spec?: { template: { spec: object } } };
    assert.deepEqual(given.spec?.template.spec, { containers: [], priorityClassName: priority.name });
    assert.deepEqual(withPriority(object("Service")), object("Service"));
  });
});
