/** A whole small stack that breaks no rule, by the names of its resources. Tests break one thing at a time. */
import { fixtures, labels, selector, type Loose } from "../fixtures";
import { sent, type Sent } from "../harness";

export type Resources = Record<string, Sent>;

const named = (object: Loose, name: string): Loose => {
  object.metadata.name = name;
  return object;
};

/** All of it; a test changes or deletes an entry. */
export function goodStack(): Resources {
  const deployment: Loose = fixtures.Deployment();
  delete deployment.spec.replicas; // the autoscaler's
  const denyAll: Loose = named(fixtures.NetworkPolicy(), "deny-all");
  denyAll.spec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
  const route = (name: string, spec: Loose) =>
    sent({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name, namespace: "shop", labels: labels(name) },
      spec,
    });
  const setting = (settingId: string, value: string): Sent => ({
    type: "cloudflare:index/zoneSetting:ZoneSetting",
    name: settingId,
    props: { zoneId: "z1", settingId, value },
  });
  return {
    namespace: sent(fixtures.Namespace()),
    denyAll: sent(denyAll),
    policy: sent(fixtures.NetworkPolicy()),
    deployment: sent(deployment),
    service: sent(fixtures.Service()),
    budget: sent(fixtures.PodDisruptionBudget()),
    autoscaler: sent(fixtures.HorizontalPodAutoscaler()),
    gateway: sent(named(fixtures.Gateway(), "gateway")),
    route: route("app", {
      parentRefs: [{ name: "gateway", sectionName: "websecure" }],
      rules: [{ backendRefs: [{ name: "api", port: 80 }] }],
    }),
    redirect: route("redirect", {
      parentRefs: [{ name: "gateway", sectionName: "web" }],
      rules: [
        { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 308 } }] },
      ],
    }),
    cluster: sent(fixtures.Cluster()),
    pooler: sent(fixtures.Pooler()),
    store: sent(fixtures.ObjectStore()),
    backup: sent(fixtures.ScheduledBackup()),
    secret: sent({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "api", namespace: "shop", labels: labels("api") },
      stringData: { JWT_SECRET: "correct-horse-battery", HOST: "shop-postgres-rw" },
    }),
    ssl: setting("ssl", "strict"),
    tls: setting("min_tls_version", "1.2"),
    https: setting("always_use_https", "on"),
    stack: {
      type: "pulumi:pulumi:Stack",
      name: "slipway-test",
      props: {},
      outputs: { url: "https://app.example.com" },
    },
  };
}

export { selector };
