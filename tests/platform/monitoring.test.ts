/** What the cluster's Prometheus keeps is what rules and dashboards ask for: a series that nobody keeps is an alert that never rings. */
import assert from "node:assert/strict";
import { ruleGroups } from "../../components/monitoring/rules";
import {
  POOLER_SERIES,
  POSTGRES_SERIES,
  POSTGRES_SETTINGS,
  PROBE_SERIES,
  REDIS_SERIES,
} from "../../components/monitoring/series";
import { views } from "../../components/monitoring/views";
import { ours } from "../../platform/monitoring/operator";
import { modules, programs } from "../../platform/monitoring/programs";
import { kept, kubelets } from "../../platform/monitoring/scrapes";
import { alertmanager, prometheus } from "../../platform/monitoring/servers";
import { type KubernetesObject } from "../../platform/sources";
import { SHOP } from "../components/monitoring/shop";

const asked = () => {
  const rules = ruleGroups({ ...SHOP, deadman: true }).flatMap((group) => group.rules);
  const panels = Object.values(views(SHOP, "5m")).flatMap((view) => view.panels);
  const queries = [
    ...rules.map(({ expr }) => expr),
    ...panels.flatMap((panel) => panel.queries.map(({ expr }) => expr)),
  ];
  const names = queries.flatMap((expr) =>
    [...expr.matchAll(/([a-z_][a-z0-9_:]*)\{/g)].map(([, name]) => name),
  );
  return new Set(names.filter((name) => name !== undefined));
};

/** Names that nothing of the platform's or of a store's exporters tells: recorded ones, parts' own, Prometheus' own. */
const OTHERS = /^(slipway:|queue_|ALERTS|up$)/;

describe("what the cluster's Prometheus keeps", () => {
  const patterns = [
    ...Object.values(kept).flat(),
    ...POSTGRES_SERIES,
    POSTGRES_SETTINGS.of,
    ...POOLER_SERIES,
    ...PROBE_SERIES,
    ...REDIS_SERIES,
  ].map((name) => new RegExp(`^(${name})$`));

  it("is all that rules and dashboards ask for", () => {
    const names = [...asked()].filter((name) => !OTHERS.test(name));
    assert.ok(names.length > 40, `only ${names.length} names were found in the queries`);
    assert.deepEqual(
      names.filter((name) => !patterns.some((pattern) => pattern.test(name))),
      [],
    );
  });

  it("of the kubelets, by their own paths, is of products alone", () => {
    const text = kubelets();
    for (const path of ["/metrics", "/metrics/resource", "/metrics/cadvisor"])
      assert.match(text, new RegExp(`metrics_path: ${path}\n`));
    assert.match(text, /kubelet_volume_stats_available_bytes\|kubelet_volume_stats_capacity_bytes/);
  });
});

describe("monitoring's pods", () => {
  it("are asked for by names of images, and all reserve little", () => {
    for (const { small, name } of programs((image) => image)) {
      assert.match(small.memory[1], /^\d+Mi$/, name);
      assert.ok(Number.parseInt(small.memory[1], 10) <= 128, name);
    }
  });

  it("keep a month and more on a disk of their own, or a day in the pod's folder", () => {
    const said = { grafana: false, memory: "1Gi", replicas: 2, retention: "40d", storage: "50Gi" } as const;
    const secret = { key: "k", name: "s" };
    const kept = prometheus("image", said, secret).spec as Record<string, unknown>;
    assert.equal(kept.retentionSize, "42GB");
    assert.deepEqual(Object.keys(kept.storage as object), ["volumeClaimTemplate"]);
    const local = prometheus("image", { ...said, storage: "none" }, secret).spec as Record<string, unknown>;
    assert.deepEqual(Object.keys(local.storage as object), ["emptyDir"]);
    assert.equal(local.retentionSize, undefined);
    assert.equal(alertmanager("image", { ...said, storage: "none" }).spec.replicas, 1);
  });

  it("probe routes without ever following them elsewhere, and take a login for an answer", () => {
    const { modules: all } = modules() as {
      modules: Record<string, { http: { follow_redirects: boolean; valid_status_codes: number[] } }>;
    };
    assert.deepEqual(Object.keys(all).sort(), ["answers", "answers-local", "healthy", "healthy-local"]);
    for (const { http } of Object.values(all)) assert.equal(http.follow_redirects, false);
    const codes = (name: string) => new Set(all[name]?.http.valid_status_codes);
    assert.deepEqual(
      [200, 401, 404, 500].map((code) => codes("healthy").has(code)),
      [true, true, false, false],
    );
    assert.deepEqual(
      [404, 499, 500].map((code) => codes("answers").has(code)),
      [true, true, false],
    );
  });
});

describe("Prometheus' operator", () => {
  const change = ours({ configReloader: "reloader:1", prometheusOperator: "operator:1" });
  const deployment: KubernetesObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "prometheus-operator", namespace: "default" },
    spec: {
      template: {
        spec: {
          containers: [
            {
              args: [
                "--kubelet-service=kube-system/kubelet",
                "--prometheus-config-reloader=up/stream:1",
                "--x",
              ],
              image: "up/stream:1",
            },
          ],
        },
      },
    },
  };

  it("runs our images in our namespace, and leaves kubelets and others' Prometheus alone", () => {
    const { metadata, spec } = change(deployment) as unknown as {
      metadata: { namespace: string };
      spec: { template: { spec: { containers: { args: string[]; image: string }[] } } };
    };
    const [container] = spec.template.spec.containers;
    assert.equal(metadata.namespace, "slipway-monitoring");
    assert.equal(container?.image, "operator:1");
    assert.deepEqual(container.args.slice(0, 4), [
      "--x",
      "--prometheus-config-reloader=reloader:1",
      "--prometheus-instance-namespaces=slipway-monitoring",
      "--alertmanager-instance-namespaces=slipway-monitoring",
    ]);
  });

  it("is bound to its account where that now is", () => {
    const binding = change({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "prometheus-operator" },
      subjects: [{ kind: "ServiceAccount", name: "prometheus-operator", namespace: "default" }],
    });
    assert.equal((binding.subjects as { namespace: string }[])[0]?.namespace, "slipway-monitoring");
  });
});
