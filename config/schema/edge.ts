/** `clusters`, `dns`, `tls`, `registry`, `secrets`: where a stack runs, and the outside services it stands on. */
import { z } from "zod";
import { CLOUDS } from "../../clouds";
import { duration, host, key, nonEmpty, oneOf, secretName, url, whole, yesOrNo } from "./types";

export const cluster = z.strictObject({
  cloud: key(
    oneOf(...CLOUDS).prefault("generic"),
    "Platform it runs on: decides storage, load balancer, identity and zones",
    "eks",
  ),
  context: key(
    nonEmpty("the name of a kubeconfig context", 253).optional(),
    "Context in the kubeconfig",
    "prod-eu",
  ),
  kubeconfig: key(
    nonEmpty("a file").optional(),
    "Kubeconfig file; when not said, KUBECONFIG or ~/.kube/config",
  ),
  kubeconfigSecret: key(
    secretName().optional(),
    "Secret holding a kubeconfig, for machines without one",
    "KUBECONFIG_EU",
  ),
  role: key(
    oneOf("primary", "standby", "active").prefault("primary"),
    "`primary` holds the database; `standby` takes over; `active` serves as well, with the primary's database",
  ),
  region: key(
    nonEmpty("a region").optional(),
    "Region, for the load balancer across clusters",
    "eu-central-1",
  ),
  weight: key(whole(0, 100).prefault(100), "Share of the traffic among the clusters that serve"),
  class: key(nonEmpty("a storage class").optional(), "Storage class instead of the cloud's usual one"),
  gateway: key(
    nonEmpty("a Gateway API class").prefault("traefik"),
    "Gateway API class that serves the routes",
  ),
  annotations: key(
    z.record(z.string(), z.string()).prefault({}),
    "Annotations on the load balancer's Service, over the cloud's",
    {},
  ),
});

export const dns = z.strictObject({
  provider: key(
    oneOf("cloudflare", "none"),
    "Who answers for the hosts' names; `none` when somebody else looks after them",
  ),
  zone: key(host().optional(), "Zone the hosts are in", "example.com"),
  account: key(
    z
      .string()
      .regex(/^[0-9a-f]{32}$/, { error: () => "a Cloudflare account's id, 32 hex digits" })
      .optional(),
    "Cloudflare account",
    "0123456789abcdef0123456789abcdef",
  ),
  token: key(
    secretName().optional(),
    "Secret with an API token for the zone; when not said, CLOUDFLARE_API_TOKEN of whoever runs Pulumi",
    "CLOUDFLARE_API_TOKEN",
  ),
  proxied: key(yesOrNo().prefault(true), "Send visitors through Cloudflare's proxy"),
  origin: key(
    oneOf("open", "cloudflare-only").prefault("open"),
    "`cloudflare-only`: nothing but Cloudflare's addresses reaches the cluster",
  ),
  plan: key(
    oneOf("free", "pro", "business", "enterprise").prefault("free"),
    "The zone's plan: decides how large a proxied upload may be, and which rules there are",
  ),
  waf: key(
    yesOrNo().prefault(true),
    "Cloudflare's managed rules against known attacks, on plans that have them",
  ),
  target: key(
    nonEmpty("an address or a host name").optional(),
    "Address the names point to, when not the load balancer's own",
    "203.0.113.7",
  ),
});

export const tls = z.strictObject({
  issuer: key(
    oneOf("letsencrypt", "letsencrypt-staging", "acme", "local", "existing", "cloudflare-origin").prefault(
      "letsencrypt",
    ),
    "Who signs the certificates; `local` is a CA of the cluster's own, `existing` uses `secret`",
  ),
  server: key(
    url().optional(),
    "Directory of another ACME server, for `acme`",
    "https://acme.example.com/directory",
  ),
  email: key(
    z.email({ error: () => "an e-mail address" }).optional(),
    "Address the issuer writes to",
    "ops@example.com",
  ),
  challenge: key(
    oneOf("http", "dns").prefault("http"),
    "How the issuer is shown that the names are ours; `dns` needs dns.provider cloudflare",
  ),
  secret: key(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]*$/, { error: () => "a Kubernetes Secret's name" })
      .optional(),
    "Kubernetes TLS Secret that is there already, for `existing`",
  ),
  minimum: key(
    z.enum(["1.2", "1.3"], { error: () => '"1.2" or "1.3"' }).prefault("1.2"),
    "Oldest TLS version accepted",
  ),
  redirect: key(yesOrNo().prefault(true), "Send plain http to https"),
});

export const registry = z.strictObject({
  allowed: key(
    z.array(nonEmpty("a registry or a path in one")).prefault([]),
    "Images may only come from these; empty for any",
    ["ghcr.io/acme"],
  ),
  server: key(nonEmpty("a registry").optional(), "Registry that wants a login", "ghcr.io"),
  username: key(nonEmpty("a user name").optional(), "User of that login", "acme-bot"),
  password: key(secretName().optional(), "Secret with its password", "REGISTRY_TOKEN"),
});

const given = z.strictObject({
  secure: key(z.string(), "Kept here, encrypted; written by `pulumi config set --secret --path`", "v1:..."),
});
const generated = z.strictObject({
  generate: key(
    z.strictObject({
      length: key(
        whole(8, 4096).prefault(32),
        "Random bytes for base64, base64url and hex; letters for a password",
      ),
      format: key(
        oneOf("password", "base64", "base64url", "hex", "uuid").prefault("password"),
        "How it is written",
      ),
      rotate: key(nonEmpty("any text", 64).optional(), "Change this text to get a new one", "2026-11"),
    }),
    "Made once at random, and kept in the state",
  ),
});
const fromStore = z.strictObject({
  external: key(
    z.strictObject({
      store: key(
        nonEmpty("a store's name", 253),
        "SecretStore or ClusterSecretStore of External Secrets",
        "vault",
      ),
      kind: key(
        oneOf("SecretStore", "ClusterSecretStore").prefault("ClusterSecretStore"),
        "Which of the two",
      ),
      key: key(nonEmpty("a key", 1024), "Entry in the store", "shop/production"),
      property: key(nonEmpty("a property", 253).optional(), "Field of the entry", "jwt"),
      refresh: key(duration(10e3).prefault("1h"), "How often it is read again"),
    }),
    "Read from a store by External Secrets",
  ),
});
const SECRET = "{secure: …} (pulumi config set --secret --path), {generate: {…}} or {external: {…}}";
export const secrets = z.record(
  secretName(),
  z
    .union([given, generated, fromStore], { error: () => SECRET })
    .transform((value) =>
      "generate" in value
        ? ({ kind: "generated", ...value.generate } as const)
        : "external" in value
          ? ({ ...value.external, kind: "external", storeKind: value.external.kind } as const)
          : ({ kind: "given" } as const),
    ),
  { error: () => `a map from names to ${SECRET}` },
);
