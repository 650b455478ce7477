/** The plan the supervisor runs and the files the components read, as they are written. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { configs, type Surroundings } from "../../../toolchain/cluster/configs";
import { network } from "../../../toolchain/cluster/layout";
import { plan, type Component } from "../../../toolchain/cluster/plan";

const around: Surroundings = {
  pauseImage: "slipway.local/pause:1",
  snapshotter: "overlayfs",
  nameServers: ["192.0.2.53"],
  isolation: false,
  encryptionKey: "c2VjcmV0",
};
const extra = (name: string): Component => ({
  name,
  grace: 1,
  command: [`/bin/${name}`],
  after: ["kube-apiserver"],
  ready: { url: "http://127.0.0.1:1/healthz" },
});
const whole = plan("/kube", { podNetwork: extra("network"), fakeNodes: extra("fake") });

describe("the cluster's plan", () => {
  it("lists each component after all it waits for, as the supervisor asks", () => {
    const known = new Set<string>();
    for (const { name, after } of whole.components) {
      for (const needed of after ?? []) assert.ok(known.has(needed), `${name} waits for ${needed}`);
      known.add(name);
    }
  });

  it("says of each component how its readiness is seen", () => {
    for (const { name, ready } of whole.components) assert.ok(ready.socket ?? ready.url, name);
  });

  it("starts pods only once their network is there", () => {
    const kubelet = (planned: typeof whole) =>
      planned.components.find(({ name }) => name === "kubelet")?.after;
    assert.ok(kubelet(whole)?.includes("network"));
    assert.deepEqual(kubelet(plan("/kube")), ["containerd", "kube-apiserver"]);
  });

  it("holds no secret: command lines are seen by everybody", () => {
    assert.ok(!JSON.stringify(whole).includes(around.encryptionKey));
    assert.match(configs(around)["encryption.yaml"] ?? "", new RegExp(around.encryptionKey));
  });

  it("reads and writes stored secrets encrypted only", () => {
    const { resources } = parse(configs(around)["encryption.yaml"] ?? "") as {
      resources: { resources: string[]; providers: object[] }[];
    };
    assert.deepEqual(resources[0]?.resources, ["secrets"]);
    assert.deepEqual(resources[0].providers.flatMap(Object.keys), ["secretbox"]);
  });

  it("plugs pods into the bridge, or into the isolating network, with host ports in both", () => {
    const kinds = (isolation: boolean) => {
      const text = configs({ ...around, isolation })["cni/10-slipway.conflist"] ?? "";
      return (JSON.parse(text) as { plugins: { type: string }[] }).plugins.map(({ type }) => type);
    };
    assert.deepEqual(kinds(false), ["bridge", "portmap"]);
    assert.deepEqual(kinds(true), ["cilium-cni", "portmap"]);
  });

  it("gives pods the machine's name servers by the cluster's own", () => {
    const files = configs(around);
    assert.equal(files["resolv.conf"], "nameserver 192.0.2.53\n");
    const kubelet = parse(files["kubelet.yaml"] ?? "") as { clusterDNS: string[]; address: string };
    assert.deepEqual([kubelet.clusterDNS, kubelet.address], [[network.dns], network.node]);
  });
});
