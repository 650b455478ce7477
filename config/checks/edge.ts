/** Clusters, DNS and certificates: one primary, names in the zone, an issuer who can see them. */
import type { Problem } from "../problems";
import type { Settings } from "../settings";
import { type Check, problem, repeated } from "./check";
import { missingSecret } from "./needs";

export const clusters: Check = (settings) => {
  const all = Object.entries(settings.clusters);
  if (all.length === 0)
    return [problem("clusters", "no cluster", "at least one cluster", "such as main: {context: my-cluster}")];
  const found: Problem[] = [];
  for (const [name, cluster] of all) {
    const path = `clusters.${name}`;
    if (cluster.kubeconfig !== undefined && cluster.kubeconfigSecret !== undefined) {
      found.push(problem(path, "both kubeconfig and kubeconfigSecret", "one of them", "take one out"));
    }
    if (cluster.kubeconfigSecret !== undefined)
      found.push(...neededHere(settings, `${path}.kubeconfigSecret`, cluster.kubeconfigSecret));
    else if (cluster.context === undefined) {
      // Never the current context: it is whatever somebody looked at last.
      found.push(
        problem(
          `${path}.context`,
          "nothing",
          "the kubeconfig context of the cluster",
          "write context: as `kubectl config get-contexts` shows it",
        ),
      );
    }
  }
  found.push(
    ...repeated(all, ([, { context, kubeconfig, kubeconfigSecret }]) =>
      [context, kubeconfig, kubeconfigSecret].join("\n"),
    ).flatMap(({ item: [name, { context }], first: [other] }) =>
      context === undefined
        ? []
        : [
            problem(
              `clusters.${name}.context`,
              `"${context}", as clusters.${other} has`,
              "each cluster once",
              "change one",
            ),
          ],
    ),
  );
  const primaries = all.filter(([, { role }]) => role === "primary");
  if (primaries.length !== 1) {
    const which = primaries.map(([name]) => name).join(", ");
    found.push(
      problem(
        "clusters",
        primaries.length === 0 ? "no primary" : `${primaries.length} primaries (${which})`,
        "one cluster with role primary",
        "the others are standby or active",
      ),
    );
  }
  const standby = all.find(([, { role }]) => role === "standby");
  const { postgres } = settings;
  if (standby !== undefined && postgres?.mode === "operator" && postgres.backup === undefined) {
    found.push(
      problem(
        `clusters.${standby[0]}.role`,
        "a standby with nothing to follow",
        "standby together with postgres.backup",
        "declare postgres.backup: a standby reads its archive",
      ),
    );
  }
  if (all.length > 1 && settings.dns.provider !== "cloudflare") {
    found.push(
      problem(
        "clusters",
        `${all.length} clusters and nobody to share visitors among them`,
        "one cluster, or dns.provider cloudflare",
        "write dns: {provider: cloudflare, zone: ...}",
      ),
    );
  }
  return found;
};

export const dns: Check = (settings) => {
  const { dns: names, hosts } = settings;
  const found: Problem[] = [];
  if (names.provider === "none") {
    if (names.origin === "cloudflare-only")
      found.push(
        problem(
          "dns.origin",
          "cloudflare-only without Cloudflare",
          "it together with provider cloudflare",
          "take it out",
        ),
      );
    return found;
  }
  if (names.token !== undefined) found.push(...neededHere(settings, "dns.token", names.token));
  const { zone } = names;
  if (zone === undefined) {
    found.push(problem("dns.zone", "nothing", "the zone the hosts are in", "such as example.com"));
  } else {
    for (const [key, { name }] of Object.entries(hosts)) {
      if (name === zone || name.endsWith(`.${zone}`)) continue;
      found.push(
        problem(`hosts.${key}`, `"${name}"`, `names in dns.zone (${zone})`, "correct one of the two"),
      );
    }
  }
  if (names.origin === "cloudflare-only") {
    for (const [key, host] of Object.entries(hosts)) {
      if (!host.proxied)
        found.push(
          problem(
            `hosts.${key}.proxied`,
            "false",
            "true where dns.origin is cloudflare-only",
            "visitors of this host would be turned away",
          ),
        );
    }
  }
  return found;
};

/** A secret that Pulumi itself uses: it must be in the stack file, since a store in the cluster is out of its reach. */
function neededHere(settings: Settings, path: string, name: string): Problem[] {
  const source = settings.secrets[name];
  if (source === undefined) return missingSecret(settings, path, name);
  if (source.kind === "given") return [];
  const remedy = `run: pulumi config set --secret --path 'slipway:secrets.${name}'`;
  return [problem(path, `"${name}", which is ${source.kind}`, "a secret kept in the stack file", remedy)];
}

const NOT_PUBLIC = /(?:^|\.)(?:localhost|local|internal|test|example|invalid|lan|home\.arpa)$/;

export const tls: Check = (settings) => {
  const { tls: certificates, dns: names, hosts } = settings;
  const found: Problem[] = [];
  const { issuer } = certificates;
  if (issuer === "acme" && certificates.server === undefined)
    found.push(
      problem(
        "tls.server",
        "nothing",
        "the directory of the ACME server",
        "such as https://acme.example.com/directory",
      ),
    );
  if (issuer !== "acme" && certificates.server !== undefined)
    found.push(
      problem(
        "tls.server",
        `a server with issuer ${issuer}`,
        "a server with issuer acme",
        "write issuer: acme",
      ),
    );
  if (issuer === "existing" && certificates.secret === undefined)
    found.push(problem("tls.secret", "nothing", "the name of a Kubernetes TLS Secret", "such as shop-tls"));
  if (issuer !== "existing" && certificates.secret !== undefined)
    found.push(
      problem(
        "tls.secret",
        `a Secret with issuer ${issuer}`,
        "a Secret with issuer existing",
        "write issuer: existing",
      ),
    );
  if (certificates.challenge === "dns" && names.provider !== "cloudflare")
    found.push(
      problem(
        "tls.challenge",
        "dns without Cloudflare",
        "dns together with dns.provider cloudflare",
        "write challenge: http",
      ),
    );
  if (certificates.challenge === "dns" && names.provider === "cloudflare" && names.token === undefined) {
    found.push(
      problem(
        "dns.token",
        "nothing",
        "the secret with the token, which tls.challenge dns needs in the cluster",
        "write token: CLOUDFLARE_API_TOKEN",
      ),
    );
  }
  if (issuer === "cloudflare-origin") {
    if (names.provider !== "cloudflare")
      found.push(
        problem(
          "tls.issuer",
          "cloudflare-origin without Cloudflare",
          "it together with dns.provider cloudflare",
          "write issuer: letsencrypt",
        ),
      );
    for (const [key, { proxied }] of Object.entries(hosts)) {
      if (!proxied && names.provider === "cloudflare")
        found.push(
          problem(
            `hosts.${key}.proxied`,
            "false",
            "true where tls.issuer is cloudflare-origin",
            "browsers do not trust that certificate",
          ),
        );
    }
  }
  if (issuer === "letsencrypt" || issuer === "letsencrypt-staging") {
    for (const [key, { name }] of Object.entries(hosts)) {
      if (NOT_PUBLIC.test(name))
        found.push(
          problem(
            `hosts.${key}`,
            `"${name}", which ${issuer} cannot see`,
            "public names",
            "write tls: {issuer: local}",
          ),
        );
    }
  }
  return found;
};
