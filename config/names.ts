/** Names that become parts of Kubernetes, DNS and environment names, with room left for what is derived from them. */

/** DNS-1123 label, as Kubernetes wants it for Services and namespaces. */
export const LABEL = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;
/** A name Kubernetes accepts for most objects. */
export const MOST_LABEL = 63;

/**
 * The most letters of each kind of name. A pod's name is its Deployment's plus 17 letters (`-6d4cf56db6-x7k2p`), a
 * CronJob's may have 52, a CloudNativePG cluster's 50: with these, every derived name fits without being cut.
 */
export const LONGEST = {
  product: 28,
  namespace: 63,
  part: 28,
  job: 28,
  cluster: 20,
  host: 24,
  volume: 24,
} as const;

/** An environment variable's name as every shell accepts it. */
export const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A secret's name: written like an environment variable, since that is what it becomes. */
export const SECRET_NAME = /^[A-Z][A-Z0-9_]*$/;
export const SECRET_NAME_ALLOWED =
  "the name of an entry in secrets, such as JWT_SECRET: capitals, digits and _";
/** A host name of at least two labels, lower case, without a trailing dot. */
export const HOST =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** What parts can need beside other parts. No part may have these names. */
export const STORES = ["postgres", "redis"] as const;

/** What looks after copies of data: jobs of Slipway's own, which no part or job of a stack may be named like. */
export const UPKEEP = ["postgres-tiers", "postgres-offsite", "redis-copy"] as const;
