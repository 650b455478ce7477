/** NetworkPolicies that hold: with --isolation a connection nobody allowed times out, on real pods. */
import assert from "node:assert/strict";
import { isolated } from "../../../toolchain/cluster/isolation";
import { up } from "../../../toolchain/cluster/up";
import { eventually } from "../../helpers/services";
import { describeOnCluster, eachInSpace, plainUp, pod, serveText, temporary, type Space } from "./harness";

const sleep = "exec sleep 3600";
const was = isolated();

const denyAll = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "deny-all" },
  spec: { podSelector: {}, policyTypes: ["Ingress"] },
};

const allow = (from: string, to: string) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: `${from}-to-${to}` },
  spec: {
    podSelector: { matchLabels: { app: to } },
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: from } } }], ports: [{ port: 8080 }] }],
  },
});

/** Whether a pod gets the page, by service or by address. */
const reaches = async (space: Space, from: string, host: string) =>
  (await space.sh(from, `timeout 2 wget -qO- http://${host}`)) === "served";

describeOnCluster(
  "isolation",
  function () {
    this.timeout(180_000);
    const space = eachInSpace();
    after(async () => {
      if (!was) await up({ ...plainUp, isolation: false });
    });

    beforeEach(async () => {
      const web = {
        command: serveText("served"),
        container: { ...temporary.container, readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 } },
        spec: temporary.spec,
      };
      await space().apply(
        pod("web", web),
        pod("friend", { command: sleep }),
        pod("stranger", { command: sleep }),
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "web" },
          spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
        },
      );
      for (const name of ["web", "friend", "stranger"]) await space().podReady(name);
      const service = `web.${space().name}`;
      for (const name of ["friend", "stranger"]) {
        await eventually(`${name} to reach web`, () => reaches(space(), name, service));
      }
    });

    it("lets through what a rule allows, and nothing else", async () => {
      const service = `web.${space().name}`;
      const address = await space().until("pod web", "{.status.podIP}", (value) => value !== "");
      await space().apply(denyAll, allow("friend", "web"));
      await eventually(
        "the stranger to be shut out",
        async () => !(await reaches(space(), "stranger", service)),
      );
      for (const host of [service, `${address}:8080`]) {
        assert.equal(await reaches(space(), "friend", host), true, `the friend by ${host}`);
        assert.equal(await reaches(space(), "stranger", host), false, `the stranger by ${host}`);
      }
      await space().podReady("web");
    });

    it("opens again when the rules go", async () => {
      const service = `web.${space().name}`;
      await space().apply(denyAll);
      await eventually("everybody to be shut out", async () => !(await reaches(space(), "friend", service)));
      await space().kubectl("delete", "networkpolicy", "deny-all");
      await eventually("the friend to be back", () => reaches(space(), "friend", service));
    });
  },
  { ...plainUp, isolation: true },
);
