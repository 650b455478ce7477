import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import { programOf } from "../../components/testing";
import { platform } from "../../config";
import { Backups, withImages } from "../../platform/backups";
import type { KubernetesObject } from "../../platform/sources";

const images = { plugin: "mine/plugin:1", sidecar: "mine/sidecar:1" };
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("the part of the platform that backs up", () => {
  const upstream: KubernetesObject[] = [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "plugin-barman-cloud-1", namespace: "cnpg-system" },
      data: { SIDECAR_IMAGE: base64("their/testing:main") },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "barman-cloud", namespace: "cnpg-system" },
      spec: { template: { spec: { containers: [{ name: "barman-cloud", image: "their/testing:main" }] } } },
    },
  ];

  it("runs the images it is told, not those of upstream's tests, within limits", () => {
    const [secret, deployment] = upstream.map(withImages(images)) as unknown as [
      { data: Record<string, string> },
      { spec: { template: { spec: { containers: Record<string, unknown>[]; priorityClassName: string } } } },
    ];
    assert.deepEqual(secret.data, { SIDECAR_IMAGE: base64("mine/sidecar:1") });
    const [container] = deployment.spec.template.spec.containers;
    assert.equal(container?.image, "mine/plugin:1");
    assert.equal(deployment.spec.template.spec.priorityClassName, "slipway-platform");
    assert.ok(JSON.stringify(container.resources).includes("limits"));
  });

  const graphWith = (server?: { image: string; storage: string }) =>
    programOf(() => {
      const provider = new kubernetes.Provider("cluster", { context: "test" });
      new Backups("backups", { objects: upstream, images, server }, { provider });
    });

  it("has an S3 server only where one is asked for", async () => {
    const graph = await graphWith();
    assert.deepEqual(graph.all("kubernetes:core/v1:Namespace"), []);
  });

  it("opens the S3 server to databases and those who look after their backups, and to nobody else", async () => {
    const graph = await graphWith({ image: "mine/s3:1", storage: "5Gi" });
    const { spec } = graph.one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs as {
      spec: {
        ingress: { from: { podSelector: { matchExpressions: { key: string }[] } }[] }[];
        egress?: object;
      };
    };
    const keys = spec.ingress.flatMap(({ from }) =>
      from.flatMap(({ podSelector }) => podSelector.matchExpressions.map(({ key }) => key)),
    );
    assert.deepEqual(keys, ["cnpg.io/cluster", platform.backups.label]);
    assert.equal(spec.egress, undefined);
  });

  it("keeps the server's keys in a Secret, where its arguments and variables only name them", async () => {
    const graph = await graphWith({ image: "mine/s3:1", storage: "5Gi" });
    const server = graph
      .all("kubernetes:apps/v1:Deployment")
      .find(({ name }) => name === "backups-deployment");
    const [container] = (
      server?.inputs.spec as { template: { spec: { containers: { args: string[]; env: object[] }[] } } }
    ).template.spec.containers;
    assert.deepEqual(
      container?.env.map((one) => Object.keys(one)),
      [
        ["name", "valueFrom"],
        ["name", "valueFrom"],
      ],
    );
    const secret = graph.all("kubernetes:core/v1:Secret").find(({ name }) => name === "backups-keys");
    assert.deepEqual(Object.keys(secret?.inputs.stringData as object).sort(), ["id", "key"]);
  });
});
