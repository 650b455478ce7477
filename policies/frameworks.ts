/** The standards that rules come from, each with its version, written once. */
import type { Framework } from "./rule";

/** Kubernetes Pod Security Standards. */
export const pss = (level: "baseline" | "restricted", control: string): Framework => ({
  name: "Pod Security Standards",
  version: "v1.36",
  reference: `${level}: ${control}`,
});

/** CIS Kubernetes Benchmark. */
export const cis = (control: string): Framework => ({
  name: "CIS Kubernetes Benchmark",
  version: "1.10",
  reference: control,
});

/** NSA and CISA, Kubernetes Hardening Guidance. */
export const nsa = (section: string): Framework => ({
  name: "NSA/CISA Kubernetes Hardening Guidance",
  version: "1.2",
  reference: section,
});

const kubernetes = "https://kubernetes.io/docs";
/** Pages that findings point to. */
export const pages = {
  podSecurity: `${kubernetes}/concepts/security/pod-security-standards/`,
  securityContext: `${kubernetes}/tasks/configure-pod-container/security-context/`,
  serviceAccounts: `${kubernetes}/tasks/configure-pod-container/configure-service-account/`,
  resources: `${kubernetes}/concepts/configuration/manage-resources-containers/`,
  images: `${kubernetes}/concepts/containers/images/`,
  probes: `${kubernetes}/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/`,
  disruptions: `${kubernetes}/concepts/workloads/pods/disruptions/`,
  autoscaling: `${kubernetes}/concepts/workloads/autoscaling/horizontal-pod-autoscale/`,
  spread: `${kubernetes}/concepts/scheduling-eviction/topology-spread-constraints/`,
  jobs: `${kubernetes}/concepts/workloads/controllers/job/`,
  services: `${kubernetes}/concepts/services-networking/service/`,
  networkPolicies: `${kubernetes}/concepts/services-networking/network-policies/`,
  rbac: `${kubernetes}/concepts/security/rbac-good-practices/`,
  secrets: `${kubernetes}/concepts/security/secrets-good-practices/`,
  labels: `${kubernetes}/concepts/overview/working-with-objects/common-labels/`,
  podSecurityAdmission: `${kubernetes}/concepts/security/pod-security-admission/`,
  gatewayTls: "https://gateway-api.sigs.k8s.io/guides/tls/",
  ingressTls: `${kubernetes}/concepts/services-networking/ingress/#tls`,
  traefikTls: "https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/tls/tlsoption/",
  certificates: "https://cert-manager.io/docs/usage/certificate/",
  postgresTls: "https://www.postgresql.org/docs/current/libpq-ssl.html",
  cnpgResources: "https://cloudnative-pg.io/documentation/current/resource_management/",
  cnpgCertificates: "https://cloudnative-pg.io/documentation/current/certificates/",
  cnpgBackup: "https://cloudnative-pg.io/documentation/current/backup/",
  cnpgPooling: "https://cloudnative-pg.io/documentation/current/connection_pooling/",
  cnpgSecurity: "https://cloudnative-pg.io/documentation/current/security/",
  barman: "https://cloudnative-pg.io/plugin-barman-cloud/docs/usage/",
  cloudflareTls: "https://developers.cloudflare.com/ssl/origin-configuration/ssl-modes/",
  cloudflareMinimum:
    "https://developers.cloudflare.com/ssl/edge-certificates/additional-options/minimum-tls/",
  pulumiProtect: "https://www.pulumi.com/docs/iac/concepts/resources/options/protect/",
  pulumiSecrets: "https://www.pulumi.com/docs/iac/concepts/secrets/",
} as const;
