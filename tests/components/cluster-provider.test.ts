import assert from "node:assert/strict";
import { clusterProvider } from "../../components/cluster-provider";
import { programOf } from "../../components/testing";

describe("the way to a cluster", () => {
  const before = process.env.KUBECONFIG;
  afterEach(() => {
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
  });

  const inputsWith = async (args: Parameters<typeof clusterProvider>[1]) => {
    process.env.KUBECONFIG = "/home/ada/.kube/config:/home/ada/.kube/other";
    const graph = await programOf(() => {
      clusterProvider("eu", args);
    });
    return graph.named("eu").inputs;
  };

  it("is found by the plugin itself: nobody's path is recorded, and a list of files is no file", async () => {
    assert.equal((await inputsWith({ context: "prod" })).kubeconfig, undefined);
  });

  it("is the given kubeconfig where there is one", async () => {
    assert.equal((await inputsWith({ kubeconfig: "{}" })).kubeconfig, "{}");
  });
});
