import assert from "node:assert/strict";
import * as cloudflare from "@pulumi/cloudflare";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { programOf, UNKNOWN } from "../../../components/testing";

const provider = () => new k8s.Provider("cluster", { kubeconfig: "{}" });

describe("programOf", () => {
  it("fails on a call nobody mocked", async () => {
    await assert.rejects(
      programOf(() => {
        cloudflare.getZoneOutput({ filter: { name: "example.com" } });
      }),
      /nobody mocked the call cloudflare:index\/getZone:getZone/,
    );
  });

  it("fails on a resource of a package nobody mocked", async () => {
    class Other extends pulumi.CustomResource {
      constructor() {
        super("other:index:Thing", "thing", {});
      }
    }
    await assert.rejects(
      programOf(() => void new Other()),
      /nobody mocked the resource other:index:Thing "thing"/,
    );
  });

  it("fails on an output nobody awaits that fails", async () => {
    await assert.rejects(
      programOf(() => {
        const { result } = new random.RandomPassword("password", { length: 8 });
        result.apply(() => {
          throw new Error("lost");
        });
      }),
      /lost/,
    );
  });

  it("fails with the program", async () => {
    await assert.rejects(
      programOf(() => {
        throw new Error("wrong");
      }),
      /wrong/,
    );
  });

  it("answers calls with their mocks, and gives the program's outputs", async () => {
    const graph = await programOf(
      () => ({ zone: cloudflare.getZoneOutput({ filter: { name: "example.com" } }).zoneId }),
      { calls: { "cloudflare:index/getZone:getZone": () => ({ zoneId: "z" }) } },
    );
    assert.deepEqual(graph.outputs, { zone: "z" });
  });

  it("says which values are secret, and still shows them", async () => {
    const graph = await programOf(() => {
      const data = { a: pulumi.secret("b"), c: "d" };
      new k8s.core.v1.ConfigMap("one", { data }, { provider: provider() });
    });
    const map = graph.one("kubernetes:core/v1:ConfigMap");
    assert.deepEqual(map.inputs.data, { a: "b", c: "d" });
    assert.deepEqual(map.secrets, ["data.a"]);
  });

  it("says what is made after what", async () => {
    const graph = await programOf(() => {
      const first = new random.RandomPassword("first", { length: 8 });
      new random.RandomPassword("second", { length: 8 }, { dependsOn: [first] });
    });
    assert.deepEqual(graph.named("second").after, [graph.named("first").urn]);
  });

  it("leaves unknown in a preview what providers make up", async () => {
    const graph = await programOf(
      () => {
        const { result } = new random.RandomPassword("password", { length: 8 });
        new k8s.core.v1.ConfigMap("one", { data: { result, known: "yes" } }, { provider: provider() });
      },
      { preview: true },
    );
    assert.deepEqual(graph.one("kubernetes:core/v1:ConfigMap").inputs.data, {
      known: "yes",
      result: UNKNOWN,
    });
  });

  it("names what there is when what is asked for is not", async () => {
    const graph = await programOf(() => void new random.RandomPassword("password", { length: 8 }));
    assert.throws(
      () => graph.one("kubernetes:core/v1:Secret"),
      /no kubernetes:core\/v1:Secret; of that type: none/,
    );
    assert.throws(() => graph.named("other"), /0 resources called "other"; there are slipway-test, password/);
  });

  it("runs one program after the other, with nothing left of the first", async () => {
    const program = () => void new random.RandomPassword("password", { length: 8 });
    await programOf(program);
    const graph = await programOf(program);
    assert.equal(graph.all("random:index/randomPassword:RandomPassword").length, 1);
  });
});
