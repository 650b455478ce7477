/**
 * Every rule of the pack, by what it protects. Rules about one Kubernetes object are CEL: the cluster's admission policies
 * are made from the same text. The others look at any provider's resources, or at the whole stack.
 */
import type { Rule } from "./rule";
import { bindings } from "./rules/access/bindings";
import { labels } from "./rules/access/labels";
import { namespacesRestricted } from "./rules/access/namespaces";
import { namespacesOwned } from "./rules/access/owner";
import { noEscalation as rolesCannotEscalate, noWildcards } from "./rules/access/roles";
import { cloudflareComplete, cloudflareTls } from "./rules/cloudflare/zone-settings";
import { backupStores } from "./rules/data/object-stores";
import { noSuperuser, postgresImage } from "./rules/data/postgres";
import { dataProtected } from "./rules/data/protected";
import { operatedLimits, poolerLimits } from "./rules/data/resources";
import { operatedImages } from "./rules/images/operated";
import { imagesPinned } from "./rules/images/pinned";
import { imagesRegistries } from "./rules/images/registries";
import { imagesVersioned } from "./rules/images/versioned";
import { closedPolicies } from "./rules/network/policies";
import { exposedServices } from "./rules/network/services";
import { apiToken } from "./rules/pods/api-token";
import { capabilities } from "./rules/pods/capabilities";
import { noEscalation } from "./rules/pods/escalation";
import { hostNamespaces } from "./rules/pods/host-namespaces";
import { hostPaths } from "./rules/pods/host-paths";
import { hostPorts } from "./rules/pods/host-ports";
import { kernelGuards } from "./rules/pods/kernel";
import { limits } from "./rules/pods/limits";
import { nonRoot } from "./rules/pods/non-root";
import { numberedUser } from "./rules/pods/numbered-user";
import { notPrivileged } from "./rules/pods/privileged";
import { probes } from "./rules/pods/probes";
import { readOnlyRoot } from "./rules/pods/read-only";
import { seccomp } from "./rules/pods/seccomp";
import { gracefulStop } from "./rules/pods/stop";
import { drainable } from "./rules/scale/disruption";
import { jobsEnd } from "./rules/scale/jobs";
import { autoscalerRange } from "./rules/scale/replicas";
import { argsSecrets } from "./rules/secrets/args";
import { configMapSecrets } from "./rules/secrets/config-maps";
import { configuredConnectionsTls, connectionsTls } from "./rules/secrets/connections";
import { envSecrets } from "./rules/secrets/env";
import { markedSecrets } from "./rules/secrets/marked";
import { certificates, issuers } from "./rules/tls/certificates";
import { gatewayTls } from "./rules/tls/gateways";
import { ingressTls } from "./rules/tls/ingresses";
import { poolerTls, postgresTls } from "./rules/tls/postgres";
import { backendsVerified, tlsMinimum } from "./rules/tls/traefik";
import { backedUp, inTime, keptLongEnough } from "./stack/backups";
import { covered, defaultDeny } from "./stack/network";
import { budgets, oneOwner, scalersFit } from "./stack/replicas";
import { redirectsOnly } from "./stack/routes";
import { notElsewhere, outputs } from "./stack/secrets";
import { spread, twoReplicas } from "./stack/standing";

export const rules: readonly Rule[] = [
  // Pods: no way from a container to its node.
  notPrivileged,
  hostNamespaces,
  hostPaths,
  nonRoot,
  noEscalation,
  capabilities,
  kernelGuards,
  hostPorts,
  numberedUser,
  seccomp,
  readOnlyRoot,
  apiToken,

  // Pods: no one takes more than its share, and no request is lost.
  limits,
  operatedLimits,
  poolerLimits,
  probes,
  gracefulStop,
  twoReplicas,
  autoscalerRange,
  drainable,
  spread,
  jobsEnd,
  oneOwner,
  scalersFit,
  budgets,

  // Images: what was tested is what runs.
  imagesPinned,
  imagesVersioned,
  imagesRegistries,
  operatedImages,
  postgresImage,

  // TLS: everywhere, new enough, checked.
  gatewayTls,
  redirectsOnly,
  ingressTls,
  exposedServices,
  tlsMinimum,
  backendsVerified,
  certificates,
  issuers,
  postgresTls,
  poolerTls,
  connectionsTls,
  configuredConnectionsTls,
  cloudflareTls,
  cloudflareComplete,

  // Secrets: in Secrets, and nowhere else.
  envSecrets,
  argsSecrets,
  configMapSecrets,
  markedSecrets,
  notElsewhere,
  outputs,

  // Network and rights: closed, but for what is named.
  closedPolicies,
  defaultDeny,
  covered,
  namespacesRestricted,
  noWildcards,
  rolesCannotEscalate,
  bindings,
  labels,
  namespacesOwned,

  // Data: it comes back.
  backedUp,
  inTime,
  keptLongEnough,
  backupStores,
  dataProtected,
  noSuperuser,
];
