/** What a product needs of a cluster, on real pods: running, names, services, host ports, volumes, scaling by load. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { files } from "../../../toolchain/cluster/layout";
import type { Failure } from "../../../toolchain/lib/failure";
import { eventually, freePort } from "../../helpers/services";
import { up } from "../../../toolchain/cluster/up";
import { describeOnCluster, eachInSpace, plainUp, pod, podSpec, serveText, temporary } from "./harness";

const sleep = "exec sleep 3600";

/** A pod that serves a text, and the service in front of it. */
const server = (name: string, text: string) => [
  pod(name, {
    command: serveText(text),
    container: {
      ...temporary.container,
      ports: [{ containerPort: 8080 }],
      readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 },
    },
    spec: temporary.spec,
  }),
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
  },
];

describeOnCluster("the embedded cluster's workloads", () => {
  const space = eachInSpace();

  it("runs a pod that may do nothing, and answers logs and exec", async () => {
    await space().apply(pod("quiet", { command: `echo hello from inside; ${sleep}` }));
    await space().podReady("quiet");
    assert.equal(await space().kubectl("logs", "quiet"), "hello from inside\n");
    assert.equal(await space().sh("quiet", "id -u"), "65532");
    assert.equal(await space().sh("quiet", "touch /forbidden"), undefined, "its root is read-only");
  });

  it("refuses a privileged pod in a restricted namespace", async () => {
    const privileged = pod("strong", {
      command: sleep,
      container: { securityContext: { privileged: true } },
    });
    await assert.rejects(space().apply(privileged), (error: Failure) =>
      error.format().includes('violates PodSecurity "restricted'),
    );
  });

  it("reaches a service by its name, its full name and its address", async () => {
    await space().apply(...server("web", "served"), pod("client", { command: sleep }));
    await space().podReady("web");
    await space().podReady("client");
    const address = await space().until("service web", "{.spec.clusterIP}", (value) => value !== "");
    for (const host of ["web", `web.${space().name}.svc.cluster.local`, address]) {
      const answer = await eventually(`an answer from ${host}`, () =>
        space().sh("client", `timeout 2 wget -qO- http://${host}`),
      );
      assert.equal(answer, "served", host);
    }
  });

  it("lets a pod reach itself through its own service", async () => {
    await space().apply(...server("self", "me"));
    await space().podReady("self");
    const answer = await eventually("an answer", () =>
      space().sh("self", `timeout 2 wget -qO- http://self.${space().name}`),
    );
    assert.equal(answer, "me");
  });

  it("publishes a hostPort on loopback", async () => {
    const hostPort = await freePort();
    const [web] = server("published", "outside");
    assert.ok(web);
    const withPort = structuredClone(web) as ReturnType<typeof pod> & {
      spec: { containers: { ports: object[] }[] };
    };
    for (const container of withPort.spec.containers) {
      container.ports = [{ containerPort: 8080, hostPort, hostIP: "127.0.0.1" }];
    }
    await space().kubectl(
      "label",
      "namespace",
      space().name,
      "pod-security.kubernetes.io/enforce=privileged",
      "--overwrite",
    );
    await space().apply(withPort);
    await space().podReady("published");
    const text = await eventually("an answer", async () => {
      const answer = await fetch(`http://127.0.0.1:${hostPort}/`).catch(() => undefined);
      return answer?.text();
    });
    assert.equal(text.trim(), "outside");
  });

  it("provisions a volume, keeps what is written through a new pod, and deletes it", async () => {
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "16Mi" } } },
    };
    const mounted = (name: string, command: string) =>
      pod(name, {
        command,
        container: { volumeMounts: [{ name: "data", mountPath: "/data" }] },
        spec: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] },
      });
    await space().apply(claim, mounted("writer", `echo kept > /data/file && ${sleep}`));
    await space().podReady("writer");
    const volume = await space().until("pvc data", "{.spec.volumeName}", (value) => value !== "");
    const folder = join(files.volumes, `${volume}_${space().name}_data`);
    assert.equal(readFileSync(join(folder, "file"), "utf8"), "kept\n");

    await space().kubectl("delete", "pod", "writer");
    await space().apply(mounted("reader", sleep));
    await space().podReady("reader");
    assert.equal(await space().sh("reader", "cat /data/file"), "kept");

    await space().kubectl("delete", "pod", "reader");
    await space().kubectl("delete", "pvc", "data");
    await eventually("the folder to be deleted", () => !existsSync(folder), { seconds: 60 });
  });

  it("scales by real load, through metrics-server and an HPA", async function () {
    this.timeout(180_000);
    await space().apply(
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "busy" },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: "busy" } },
          template: {
            metadata: { labels: { app: "busy" } },
            spec: podSpec({
              command: "while :; do :; done",
              container: {
                resources: {
                  requests: { cpu: "20m", memory: "8Mi" },
                  limits: { cpu: "100m", memory: "32Mi" },
                },
              },
            }),
          },
        },
      },
      {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "busy" },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "busy" },
          minReplicas: 1,
          maxReplicas: 2,
          metrics: [
            {
              type: "Resource",
              resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
            },
          ],
        },
      },
    );
    await space().until(
      "hpa busy",
      "{.status.currentMetrics[0].resource.current.averageUtilization}",
      (value) => Number(value) > 50,
      120,
    );
    await space().until("deployment busy", "{.status.readyReplicas}", (value) => value === "2", 60);
  });
});

describeOnCluster("fake nodes", () => {
  const space = eachInSpace();
  after(() => up({ ...plainUp, fakeNodes: 0 }));

  it("take pods that say they may go there, and only pretend to run them", async function () {
    this.timeout(600_000); // kwok may have to be built
    await up({ ...plainUp, fakeNodes: 3 });
    const { items } = await space().json<{ items: object[] }>("nodes", "--selector=type=kwok");
    assert.equal(items.length, 3);
    const spec = {
      nodeSelector: { type: "kwok" },
      tolerations: [{ key: "kwok.x-k8s.io/node", operator: "Exists" }],
    };
    await space().apply(pod("pretender", { command: sleep, spec }));
    await space().podReady("pretender");
    const node = await space().until("pod pretender", "{.spec.nodeName}", (value) => value !== "");
    assert.match(node, /^fake-[012]$/);
    const refused = pod("stray", { command: sleep, spec: { nodeSelector: { type: "kwok" } } });
    await space().apply(refused);
    await space().until("pod stray", "{.status.conditions[0].reason}", (value) => value === "Unschedulable");
    await up({ ...plainUp, fakeNodes: 0 });
    assert.equal(await space().kubectl("get", "nodes", "--output=name"), "node/slipway\n");
  });
});
