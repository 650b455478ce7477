/* eslint-disable @typescript-eslint/no-non-null-assertion -- breaks reach into objects of any shape */
/** One broken thing a line in a whole good stack: the rule that must find it, and in which words; and what a rule cannot know before up. */
import { fixtures, selector, type Loose } from "../fixtures";
import { secret, sent, unknownText } from "../harness";

export type Change = (
  resources: Record<string, { props: Loose; outputs?: Loose; protect?: boolean }>,
) => void;

export interface Break {
  rule: string;
  breaks: string;
  change: Change;
  says: RegExp;
  config?: Record<string, unknown>;
  also?: string[];
}

export const container = (resources: Parameters<Change>[0]): Loose =>
  resources.deployment?.props.spec.template.spec.containers[0];

// One case a line.
// prettier-ignore
export const breaks: readonly Break[] = [
  {
    rule: "namespaces-deny-by-default",
    breaks: "no default policy in a namespace without pods",
    change: (r) => {
      r.empty = sent({
        ...fixtures.Namespace(),
        metadata: { ...fixtures.Namespace().metadata, name: "empty" },
      });
    },
    says: /^the namespace is open for Ingress and Egress: no policy selects all of its pods\nmetadata\.name: found empty, wanted a NetworkPolicy/,
  },
  {
    rule: "namespaces-deny-by-default",
    breaks: "a default policy for one direction",
    change: (r) => {
      r.denyAll!.props.spec.policyTypes = ["Ingress"];
    },
    says: /^the namespace is open for Egress: /,
    also: ["pods-are-covered-by-policies"],
  },
  {
    rule: "pods-are-covered-by-policies",
    breaks: "pods in a namespace of someone else",
    change: (r) => {
      r.stray = sent({
        ...fixtures.Job(),
        metadata: { ...fixtures.Job().metadata, name: "stray", namespace: "elsewhere" },
      });
    },
    says: /^no policy covers these pods for Ingress and Egress\nmetadata\.namespace: found elsewhere/,
  },
  {
    rule: "replicas-have-one-owner",
    breaks: "replicas beside an autoscaler",
    change: (r) => {
      r.deployment!.props.spec.replicas = 3;
    },
    says: /^each deploy undoes what the autoscaler has done\nspec\.replicas: found 3, wanted nothing: HorizontalPodAutoscaler\/shop\/api sets it/,
  },
  {
    rule: "services-have-two-replicas",
    breaks: "one replica",
    change: (r) => {
      delete r.autoscaler;
      r.deployment!.props.spec.replicas = 1;
    },
    says: /^one pod's end is an outage\nspec\.replicas: found 1, wanted 2 or more \(or 0, switched off\), or an autoscaler that keeps them/,
  },
  {
    rule: "services-have-two-replicas",
    breaks: "one replica of a service, though there may never be two",
    change: (r) => {
      delete r.autoscaler;
      r.deployment!.props.spec.replicas = 1;
      r.deployment!.props.spec.strategy = { type: "Recreate" };
    },
    says: /^one pod's end is an outage\nspec\.replicas: found 1/,
  },
  {
    rule: "services-have-two-replicas",
    breaks: "nothing said and nobody who scales it",
    change: (r) => {
      delete r.autoscaler;
    },
    says: /^one pod's end is an outage\nspec\.replicas: found nothing/,
  },
  {
    rule: "replicas-are-spread",
    breaks: "no spread",
    change: (r) => {
      delete r.deployment!.props.spec.template.spec.topologySpreadConstraints;
    },
    says: /^all replicas may land on one node, and end with it\nspec\.template\.spec\.topologySpreadConstraints: found nothing, wanted a spread over/,
  },
  {
    rule: "autoscalers-fit-their-targets",
    breaks: "an autoscaler of nothing",
    change: (r) => {
      r.autoscaler!.props.spec.scaleTargetRef.name = "gone";
      r.deployment!.props.spec.replicas = 2;
    },
    says: /^the autoscaler has nothing to scale\nspec\.scaleTargetRef\.name: found gone/,
  },
  {
    rule: "autoscalers-fit-their-targets",
    breaks: "a share of no request",
    change: (r) => {
      delete container(r).resources.requests.cpu;
    },
    says: /^the autoscaler's share is of a request that nobody made: it never scales\nspec\.metrics: .*wanted resources\.requests\.cpu of container api of Deployment\/shop\/api/,
    also: ["pods-limit-resources"],
  },
  {
    rule: "disruption-budgets-fit-replicas",
    breaks: "no budget",
    change: (r) => {
      delete r.budget;
    },
    says: /^a drain may take all replicas at once: they have no disruption budget/,
  },
  {
    rule: "disruption-budgets-fit-replicas",
    breaks: "a budget of all replicas",
    change: (r) => {
      r.budget!.props.spec = { minAvailable: 2, selector: { matchLabels: selector("api") } };
    },
    says: /^the budget lets no pod go: no node with one of them can be drained\nspec\.minAvailable: found 2, wanted less than the 2 replicas of Deployment\/shop\/api/,
  },
  {
    rule: "plain-http-only-redirects",
    breaks: "a route on every listener",
    change: (r) => {
      delete r.route!.props.spec.parentRefs[0].sectionName;
    },
    says: /^the route answers over plain HTTP\nspec\.parentRefs: found gateway\/every listener/,
  },
  {
    rule: "plain-http-only-redirects",
    breaks: "a redirect to http",
    change: (r) => {
      r.redirect!.props.spec.rules[0].filters[0].requestRedirect.scheme = "http";
    },
    says: /^the route answers over plain HTTP\nspec\.parentRefs: found gateway\/web/,
  },
  {
    rule: "databases-are-backed-up",
    breaks: "no archive",
    change: (r) => {
      delete r.cluster!.props.spec.plugins;
    },
    says: /^changes are not archived/,
  },
  {
    rule: "databases-are-backed-up",
    breaks: "an archive that is not there",
    change: (r) => {
      delete r.store;
    },
    says: /^the archive's ObjectStore is not there\nspec\.plugins: found postgres/,
  },
  {
    rule: "databases-are-backed-up",
    breaks: "no schedule",
    change: (r) => {
      delete r.backup;
    },
    says: /^no backup is scheduled/,
  },
  {
    rule: "databases-are-backed-up",
    breaks: "a suspended schedule",
    change: (r) => {
      r.backup!.props.spec.suspend = true;
    },
    says: /^no backup is scheduled/,
  },
  {
    rule: "backups-meet-the-rpo",
    breaks: "an archive too slow for the promise",
    change: (r) => {
      r.cluster!.props.spec.postgresql.parameters.archive_timeout = "30min";
    },
    says: /^a disaster may cost more data than the stack promises\nspec\.postgresql\.parameters\.archive_timeout: found 30min, wanted at most 15m, the RPO of the stack/,
  },
  {
    rule: "backups-meet-the-rpo",
    breaks: "a promise under the operator's default",
    change: (r) => {
      delete r.cluster!.props.spec.postgresql.parameters.archive_timeout;
    },
    config: { targets: { rpo: "1m" } },
    says: /found 5min, wanted at most 1m/,
  },
  {
    rule: "backups-are-kept-as-declared",
    breaks: "backups that go too soon",
    change: (r) => {
      r.store!.props.spec.retentionPolicy = "2w";
    },
    config: { postgres: { backup: { keep: { days: 21, weekly: 4 } } } },
    says: /^backups are deleted before the day until which they were promised\nspec\.retentionPolicy: found 2w, wanted at least 21d, as the stack declares/,
  },
  {
    rule: "data-is-protected",
    breaks: "a database without protection",
    change: (r) => {
      r.cluster!.protect = false;
    },
    says: /^a renamed or removed line would delete this data\noptions\.protect: found false, wanted true/,
  },
  {
    rule: "data-is-protected",
    breaks: "volumes without protection",
    change: (r) => {
      r.queue = sent(fixtures.StatefulSet(), { protect: false });
    },
    says: /^a renamed or removed line would delete this data/,
  },
  {
    rule: "cloudflare-is-strict",
    breaks: "an origin that nobody checks",
    change: (r) => {
      r.ssl!.props.value = "flexible";
    },
    says: /^Cloudflare does not check who answers behind it\nvalue: found flexible, wanted strict or full_strict for ssl/,
  },
  {
    rule: "cloudflare-is-strict",
    breaks: "TLS 1.0 at the edge",
    change: (r) => {
      r.tls!.props.value = "1.0";
    },
    says: /^Cloudflare takes versions of TLS that are broken/,
  },
  {
    rule: "cloudflare-zones-set-tls",
    breaks: "a setting left to chance",
    change: (r) => {
      delete r.https;
    },
    says: /^the zone leaves to chance what TLS depends on\nsettingId: found min_tls_version, ssl, wanted always_use_https besides/,
  },
  {
    rule: "secret-values-stay-in-secrets",
    breaks: "a secret from the configuration in the environment",
    change: (r) => {
      container(r).env.push({ name: "GREETING", value: secret("hello") });
    },
    says: /^a secret value is stored here in clear\nspec\.template\.spec\.containers\[0\]\.env\[5\]\.value: found a secret \(not shown\)/,
  },
  {
    rule: "secrets-turn-up-nowhere-else",
    breaks: "a Secret's value in a ConfigMap",
    change: (r) => {
      r.config = sent({ ...fixtures.ConfigMap(), data: { "app.ini": "key = correct-horse-battery" } });
    },
    says: /^a secret stands here in clear\ndata\["app\.ini"\]: found the value of a secret \(not shown\)/,
  },
  {
    rule: "outputs-hold-no-secrets",
    breaks: "a secret among the outputs",
    change: (r) => {
      r.stack!.outputs = { hint: "it is correct-horse-battery" };
    },
    says: /^the output shows a secret to whoever may see the stack\nhint: found the value of a secret \(not shown\)/,
  },
];

// prettier-ignore
export const unknowns: [rule: string, property: string, change: Change][] = [
  [
    "pods-are-covered-by-policies",
    "metadata.namespace",
    (r) => {
      r.deployment!.props.metadata.namespace = unknownText;
    },
  ],
  [
    "namespaces-deny-by-default",
    "metadata.name",
    (r) => {
      r.namespace!.props.metadata.name = unknownText;
    },
  ],
  [
    "replicas-have-one-owner",
    "spec.replicas",
    (r) => {
      r.deployment!.props.spec.replicas = unknownText;
    },
  ],
  [
    "services-have-two-replicas",
    "spec.replicas",
    (r) => {
      delete r.autoscaler;
      r.deployment!.props.spec.replicas = unknownText;
    },
  ],
  [
    "replicas-are-spread",
    "spec.template.spec.topologySpreadConstraints",
    (r) => {
      r.deployment!.props.spec.template.spec.topologySpreadConstraints = unknownText;
    },
  ],
  [
    "autoscalers-fit-their-targets",
    "spec.scaleTargetRef.name",
    (r) => {
      r.autoscaler!.props.spec.scaleTargetRef.name = unknownText;
    },
  ],
  [
    "disruption-budgets-fit-replicas",
    "spec.minAvailable",
    (r) => {
      r.budget!.props.spec.minAvailable = unknownText;
    },
  ],
  [
    "plain-http-only-redirects",
    "spec.parentRefs[0].sectionName",
    (r) => {
      r.route!.props.spec.parentRefs[0].sectionName = unknownText;
    },
  ],
  [
    "databases-are-backed-up",
    "spec.plugins",
    (r) => {
      r.cluster!.props.spec.plugins = unknownText;
    },
  ],
  [
    "backups-meet-the-rpo",
    "spec.postgresql.parameters.archive_timeout",
    (r) => {
      r.cluster!.props.spec.postgresql.parameters.archive_timeout = unknownText;
    },
  ],
  [
    "backups-are-kept-as-declared",
    "spec.retentionPolicy",
    (r) => {
      r.store!.props.spec.retentionPolicy = unknownText;
    },
  ],
  [
    "data-is-protected",
    "spec.volumeClaimTemplates",
    (r) => {
      const queue = sent(fixtures.StatefulSet(), { protect: false });
      (queue.props as Loose).spec.volumeClaimTemplates = unknownText;
      r.queue = queue;
    },
  ],
  [
    "cloudflare-is-strict",
    "value",
    (r) => {
      r.ssl!.props.value = unknownText;
    },
  ],
  [
    "cloudflare-zones-set-tls",
    "settingId",
    (r) => {
      r.ssl!.props.settingId = unknownText;
    },
  ],
];

/** Rules without such a value, and why. */
export const open: Readonly<Record<string, string>> = {
  "secret-values-stay-in-secrets": "what is secret is marked so before its value is known",
  "secrets-turn-up-nowhere-else": "judged by values: again on the final state, where all are known",
  "outputs-hold-no-secrets": "judged by values and marks: again on the final state",
};
