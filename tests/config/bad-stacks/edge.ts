/** Stack files that are wrong, with the exact message: clusters, DNS, certificates and registries. */
import type { BadStack } from "./bad-stack";
import { GONE } from "../stacks";

export const edge: readonly BadStack[] = [
  {
    name: "no cluster",
    changes: { clusters: {} },
    lines: ["clusters: found no cluster; allowed: at least one cluster; such as main: {context: my-cluster}"],
  },
  {
    name: "a cluster without context",
    changes: { "clusters.eu.context": GONE },
    lines: [
      "clusters.eu.context: found nothing; allowed: the kubeconfig context of the cluster; write context: as `kubectl config get-contexts` shows it",
    ],
  },
  {
    name: "two kubeconfigs",
    changes: {
      "clusters.eu.kubeconfig": "~/.kube/eu",
      "clusters.eu.kubeconfigSecret": "PAGERDUTY_ROUTING_KEY",
    },
    lines: ["clusters.eu: found both kubeconfig and kubeconfigSecret; allowed: one of them; take one out"],
  },
  {
    name: "one cluster twice",
    changes: { "clusters.us.context": "prod-eu" },
    lines: [
      'clusters.us.context: found "prod-eu", as clusters.eu has; allowed: each cluster once; change one',
    ],
  },
  {
    name: "two primaries",
    changes: { "clusters.us.role": "primary" },
    lines: [
      "clusters: found 2 primaries (eu, us); allowed: one cluster with role primary; the others are standby or active",
    ],
  },
  {
    name: "no primary",
    changes: { "clusters.eu.role": "active" },
    lines: [
      "clusters: found no primary; allowed: one cluster with role primary; the others are standby or active",
    ],
  },
  {
    name: "a standby with nothing to follow",
    changes: { tier: "staging", "postgres.memory": "4Gi", "postgres.backup": GONE, targets: {} },
    lines: [
      "clusters.us.role: found a standby with nothing to follow; allowed: standby together with postgres.backup; declare postgres.backup: a standby reads its archive",
    ],
  },
  {
    name: "two clusters without Cloudflare",
    changes: {
      dns: GONE,
      "postgres.backup.credentials": { id: "JWT_SECRET", key: "JWT_SECRET" },
      "postgres.backup.account": "0".repeat(32),
    },
    lines: [
      "clusters: found 2 clusters and nobody to share visitors among them; allowed: one cluster, or dns.provider cloudflare; write dns: {provider: cloudflare, zone: ...}",
    ],
  },
  {
    name: "a zone that is not said",
    changes: { "dns.zone": GONE },
    lines: ["dns.zone: found nothing; allowed: the zone the hosts are in; such as example.com"],
  },
  {
    name: "a host outside the zone",
    changes: { "hosts.app": "app.example.org" },
    lines: [
      'hosts.app: found "app.example.org"; allowed: names in dns.zone (example.com); correct one of the two',
    ],
  },
  {
    name: "a host past Cloudflare where nothing else may reach",
    changes: { "dns.origin": "cloudflare-only", "hosts.api": { name: "api.example.com", proxied: false } },
    lines: [
      "hosts.api.proxied: found false; allowed: true where dns.origin is cloudflare-only; visitors of this host would be turned away",
    ],
  },
  {
    name: "an origin for Cloudflare alone without it",
    changes: {
      dns: { provider: "none", origin: "cloudflare-only" },
      "clusters.us": GONE,
      "postgres.backup.credentials": { id: "JWT_SECRET", key: "JWT_SECRET" },
      "postgres.backup.account": "0".repeat(32),
    },
    lines: [
      "dns.origin: found cloudflare-only without Cloudflare; allowed: it together with provider cloudflare; take it out",
    ],
  },
  {
    name: "ACME without a server",
    changes: { "tls.issuer": "acme" },
    lines: [
      "tls.server: found nothing; allowed: the directory of the ACME server; such as https://acme.example.com/directory",
    ],
  },
  {
    name: "a server without ACME",
    changes: { "tls.server": "https://acme.example.com/directory" },
    lines: [
      "tls.server: found a server with issuer letsencrypt; allowed: a server with issuer acme; write issuer: acme",
    ],
  },
  {
    name: "an existing certificate without its name",
    changes: { "tls.issuer": "existing" },
    lines: ["tls.secret: found nothing; allowed: the name of a Kubernetes TLS Secret; such as shop-tls"],
  },
  {
    name: "a DNS challenge without a token",
    changes: { "tls.challenge": "dns" },
    lines: [
      "dns.token: found nothing; allowed: the secret with the token, which tls.challenge dns needs in the cluster; write token: CLOUDFLARE_API_TOKEN",
    ],
  },
  {
    name: "a certificate browsers do not trust",
    changes: { "tls.issuer": "cloudflare-origin", "hosts.api": { name: "api.example.com", proxied: false } },
    lines: [
      "hosts.api.proxied: found false; allowed: true where tls.issuer is cloudflare-origin; browsers do not trust that certificate",
    ],
  },
  {
    name: "a public certificate for a private name",
    changes: {
      tier: "staging",
      "postgres.memory": "4Gi",
      "hosts.app": "app.shop.internal",
      dns: GONE,
      "clusters.us": GONE,
      "postgres.backup": GONE,
      targets: {},
    },
    lines: [
      'hosts.app: found "app.shop.internal", which letsencrypt cannot see; allowed: public names; write tls: {issuer: local}',
    ],
  },
  {
    name: "half a registry login",
    changes: { registry: { server: "ghcr.io", username: "bot" } },
    lines: [
      "registry: found half a login; allowed: server, username and password together; add what is missing",
    ],
  },
  {
    name: "an image from elsewhere",
    changes: { registry: { allowed: ["ghcr.io/shop"] } },
    lines: [
      "parts.api.image: found an image from ghcr.io/acme/api; allowed: registry.allowed (ghcr.io/shop); push it there, or allow it",
      "parts.worker.image: found an image from ghcr.io/acme/api; allowed: registry.allowed (ghcr.io/shop); push it there, or allow it",
      "parts.web.image: found an image from ghcr.io/acme/web; allowed: registry.allowed (ghcr.io/shop); push it there, or allow it",
    ],
  },
  {
    name: "an existing certificate's name without it",
    changes: { "tls.secret": "shop-tls" },
    lines: [
      "tls.secret: found a Secret with issuer letsencrypt; allowed: a Secret with issuer existing; write issuer: existing",
    ],
  },
  {
    name: "a DNS challenge and a Cloudflare certificate without Cloudflare",
    changes: {
      dns: GONE,
      "clusters.us": GONE,
      "postgres.backup.credentials": { id: "JWT_SECRET", key: "JWT_SECRET" },
      "postgres.backup.account": "0".repeat(32),
      tls: { issuer: "cloudflare-origin", challenge: "dns" },
    },
    lines: [
      "tls.challenge: found dns without Cloudflare; allowed: dns together with dns.provider cloudflare; write challenge: http",
      "tls.issuer: found cloudflare-origin without Cloudflare; allowed: it together with dns.provider cloudflare; write issuer: letsencrypt",
    ],
  },
];
