/** What the policy pack adds to a preview: of the production stack, and of a thousand resources, in one run each. */
import { paired, type Bench } from "./figure";
import { onGround, withPack } from "./ground";

const FEW = 250;
const MANY = 1000;

export const policy: Bench = {
  name: "policy pack in a preview",
  measure: ({ env, step }) =>
    onGround(env, async (ground) => {
      step.note("the production stack, with and without it");
      const product = await paired(ground.product(...withPack), ground.product());
      const added: number[] = [];
      for (const count of [FEW, MANY]) {
        step.note(`${count} resources, with and without it`);
        const preview = await ground.program(`resources-${count}`, programOf(count));
        const { a, b } = await paired(preview(...withPack), preview(), 3);
        added.push(a - b);
      }
      const [few = NaN, many = NaN] = added;
      return [
        {
          name: "what the policy pack adds to preview -s production",
          value: (product.ratio - 1) * 100,
          unit: "%",
          promise: 25,
        },
        // The share grows when the preview itself gets quicker; this does not.
        { name: "what it adds to it", value: product.a - product.b, unit: "s" },
        { name: `what it adds to ${MANY} resources`, value: many, unit: "s" },
        {
          // Linear: four times the resources take four times as long, and its start counts once.
          name: `what it adds to ${MANY} resources, against ${FEW}`,
          value: many / few,
          unit: "x",
          promise: MANY / FEW,
        },
      ];
    }),
};

/** Deployments with a budget and a way in each: what most rules look at, alone and together. */
const programOf = (count: number) => `
import * as kubernetes from "@pulumi/kubernetes";
const space = { namespace: "shop" };
for (let n = 0; n < ${Math.floor(count / 3)}; n++) {
  const name = "api-" + n;
  const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "shop", "app.kubernetes.io/managed-by": "slipway" };
  const selector = { matchLabels: labels };
  new kubernetes.networking.v1.NetworkPolicy(name, {
    metadata: { ...space, name },
    spec: { podSelector: selector, policyTypes: ["Ingress", "Egress"] },
  });
  new kubernetes.policy.v1.PodDisruptionBudget(name, { metadata: { ...space, name }, spec: { maxUnavailable: 1, selector } });
  const probe = { httpGet: { path: "/health", port: 8080 } };
  new kubernetes.apps.v1.Deployment(name, {
    metadata: { ...space, name, labels },
    spec: {
      replicas: 2,
      selector,
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, seccompProfile: { type: "RuntimeDefault" } },
          topologySpreadConstraints: [
            { labelSelector: selector, maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" },
          ],
          containers: [
            {
              name,
              image: "ghcr.io/acme/api:1.2.3@sha256:${"a".repeat(64)}",
              livenessProbe: probe,
              readinessProbe: probe,
              ports: [{ containerPort: 8080 }],
              resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true },
            },
          ],
        },
      },
    },
  });
}
`;
