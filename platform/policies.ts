/**
 * The policy pack's rules about single objects as ValidatingAdmissionPolicies: what review lets pass is what the cluster
 * admits, whoever brings it. Bound to the namespaces that the product program makes, by the label it puts on them.
 */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { rules } from "../policies/index";
import { careful, tiers } from "../policies/settings";
import { admissionPolicies } from "../policies/vap";
import { KubernetesResource } from "./manifests";

const pair = /^([a-z0-9./-]+)=([A-Za-z0-9._-]+)$/;

/**
 * Not there unless asked for, and then it only warns: whoever installs a platform on a cluster with products on it has
 * not looked yet at what their next update would be refused for, nor at what the cluster's own operators make there.
 */
export const policiesSchema = z.strictObject({
  /** `deny` refuses; `warn` tells the client, and writes to the audit log. */
  action: z.enum(["deny", "warn"]).default("warn"),
  /** Namespaces with this label are policed, and cluster-wide objects that carry it themselves. */
  label: z
    .string()
    .regex(pair, "write it as name=value, for example slipway.dev/policies=enforced")
    .default("app.kubernetes.io/managed-by=slipway"),
  /** How strict: `production` wants digests and two replicas, too. */
  tier: z.enum(tiers).default("production"),
  /** Where images may come from. */
  registries: z.array(z.string().min(1)).min(1).optional(),
});

export type PoliciesArgs = z.infer<typeof policiesSchema>;

interface Policy extends pulumi.Inputs {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
}

export class Policies extends pulumi.ComponentResource {
  constructor(
    name: string,
    { action, label, registries, tier }: PoliciesArgs,
    options: pulumi.ComponentResourceOptions & { provider: pulumi.ProviderResource },
  ) {
    super("slipway:platform:Policies", name, {}, options);
    const [, key = "", value = ""] = pair.exec(label) ?? [];
    const settings = { ...careful, tier, ...(registries === undefined ? {} : { registries }) };
    const made = admissionPolicies(rules, settings, { action, label: [key, value] }) as unknown as Policy[];
    for (const policy of made) {
      const kind = policy.kind === "ValidatingAdmissionPolicy" ? "policy" : "binding";
      new KubernetesResource(`${name}-${kind}-${policy.metadata.name}`, policy, { parent: this });
    }
    this.registerOutputs({});
  }
}
