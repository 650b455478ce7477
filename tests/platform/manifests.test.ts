import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import { programOf } from "../../components/testing";
import { withImage, withLimit } from "../../platform/change";
import { Manifests } from "../../platform/manifests";
import { parse, type KubernetesObject } from "../../platform/sources";

const object = (kind: string, name: string, more: object = {}): KubernetesObject => ({
  apiVersion: kind === "Deployment" ? "apps/v1" : "v1",
  kind,
  metadata: { name, namespace: "home" },
  ...more,
});

describe("manifests of others", () => {
  const program = (
    objects: KubernetesObject[],
    change?: (object: KubernetesObject) => KubernetesObject | undefined,
  ) =>
    programOf(() => {
      const provider = new kubernetes.Provider("cluster", { context: "test" });
      new Manifests("thing", { objects, ...(change === undefined ? {} : { change }) }, { provider });
    });

  it("are installed so that definitions come before what uses them, and pods after what they read", async () => {
    const graph = await program([
      object("ValidatingWebhookConfiguration", "hook"),
      object("Deployment", "server"),
      object("ServiceAccount", "account"),
      object("CustomResourceDefinition", "kind"),
    ]);
    const after = (type: string) => graph.one(type).after.map((urn) => urn.split("::").at(-1));
    assert.deepEqual(after("kubernetes:core/v1:CustomResourceDefinition"), []);
    assert.ok(
      after("kubernetes:core/v1:ServiceAccount").includes("thing-customresourcedefinition-home/kind"),
    );
    assert.ok(after("kubernetes:apps/v1:Deployment").includes("thing-serviceaccount-home/account"));
    assert.ok(
      after("kubernetes:apps/v1:Deployment").includes("thing-validatingwebhookconfiguration-home/hook"),
    );
  });

  it("go to the provider they are given, never to the ambient cluster", async () => {
    const graph = await program([object("ConfigMap", "settings")]);
    assert.match(graph.one("kubernetes:core/v1:ConfigMap").provider, /pulumi:providers:kubernetes::cluster/);
  });

  it("can be changed or left out one by one", async () => {
    const graph = await program([object("ConfigMap", "kept"), object("Secret", "dropped")], (one) =>
      one.kind === "Secret" ? undefined : { ...one, data: { changed: "yes" } },
    );
    assert.deepEqual(graph.all("kubernetes:core/v1:Secret"), []);
    assert.deepEqual(graph.one("kubernetes:core/v1:ConfigMap").inputs.data, { changed: "yes" });
  });
});

describe("a manifest's text", () => {
  it("gives its objects in order, without its empty documents", () => {
    const text =
      "---\n# nothing\n---\nkind: A\napiVersion: v1\nmetadata: {name: a}\n---\nkind: B\napiVersion: v1\nmetadata: {name: b}\n";
    assert.deepEqual(
      parse(text).map(({ kind }) => kind),
      ["A", "B"],
    );
  });
});

describe("an operator's image", () => {
  const deployment = (name: string) =>
    object("Deployment", name, {
      spec: {
        template: {
          spec: {
            containers: [
              {
                name: "manager",
                image: "up/stream:1",
                imagePullPolicy: "Always",
                env: [
                  { name: "OPERATOR_IMAGE_NAME", value: "up/stream:1" },
                  { name: "OTHER", value: "x" },
                ],
              },
            ],
          },
        },
      },
    });

  it("is changed in its Deployment and wherever it is told its own name", () => {
    const changed = withImage("manager", "own/image:2")(deployment("manager"));
    assert.deepEqual(changed.spec, {
      template: {
        spec: {
          containers: [
            {
              name: "manager",
              image: "own/image:2",
              imagePullPolicy: "IfNotPresent",
              env: [
                { name: "OPERATOR_IMAGE_NAME", value: "own/image:2" },
                { name: "OTHER", value: "x" },
              ],
            },
          ],
        },
      },
    });
  });

  it("leaves other objects, and the manifest it was given, as they are", () => {
    const other = deployment("other");
    assert.equal(withImage("manager", "own/image:2")(other), other);
    const given = deployment("manager");
    withImage("manager", "own/image:2")(given);
    assert.deepEqual(given, deployment("manager"));
  });
});

describe("an operator's limit", () => {
  const deployment = (resources?: object): KubernetesObject =>
    object("Deployment", "manager", {
      spec: { template: { spec: { containers: [{ name: "manager", resources }] } } },
    });
  const limited = (resources?: object) => {
    const { spec } = withLimit("manager", "1")(deployment(resources)) as KubernetesObject & {
      spec: { template: { spec: { containers: { resources: object }[] } } };
    };
    return spec.template.spec.containers[0]?.resources;
  };

  it("is raised, and what is reserved and its memory stay", () => {
    assert.deepEqual(
      limited({ limits: { cpu: "100m", memory: "200Mi" }, requests: { cpu: "100m", memory: "100Mi" } }),
      { limits: { cpu: "1", memory: "200Mi" }, requests: { cpu: "100m", memory: "100Mi" } },
    );
  });

  it("is given where there was none", () => assert.deepEqual(limited(), { limits: { cpu: "1" } }));
});
