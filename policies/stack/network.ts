/** The network is closed: each namespace denies by default, and each pod is covered in both directions. */
import { cis, nsa, pages } from "../frameworks";
import { namespace, networkPolicy } from "../kinds";
import { stackRule } from "../rule";
import type { Resource, Stack } from "../resource";
import { namespaceOf, nameOf, selects, workloads, type Selector } from "./workloads";

interface Policy {
  namespace: string;
  selector: Selector;
  directions: string[];
  resource: Resource;
}

function policiesOf(stack: Stack): Policy[] {
  return stack.of(networkPolicy).flatMap((resource) => {
    const known = stack.known(resource, () => {
      const { spec } = resource.props as {
        spec: { podSelector?: Selector; policyTypes?: string[]; egress?: unknown };
      };
      // What Kubernetes does where the types are not said.
      const usual = spec.egress === undefined ? ["Ingress"] : ["Ingress", "Egress"];
      return {
        namespace: namespaceOf(resource),
        selector: { ...spec.podSelector },
        directions: [...(spec.policyTypes ?? usual)],
        resource,
      };
    });
    return known === undefined ? [] : [known];
  });
}

const selectsAll = ({ matchLabels, matchExpressions }: Selector) =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
const directions = ["Ingress", "Egress"] as const;

export const defaultDeny = stackRule({
  name: "namespaces-deny-by-default",
  title: "In each namespace of the stack, nothing connects that no policy allows.",
  severity: "high",
  frameworks: [cis("5.3.2"), nsa("Network policies")],
  check: (stack, report) => {
    const policies = policiesOf(stack);
    stack.each(stack.of(namespace), (resource) => {
      const here = policies.filter(
        (policy) => policy.namespace === nameOf(resource) && selectsAll(policy.selector),
      );
      const open = directions.filter(
        (direction) => !here.some((policy) => policy.directions.includes(direction)),
      );
      if (open.length === 0) return;
      report(resource, {
        property: "metadata.name",
        wanted: "a NetworkPolicy with podSelector {} and policyTypes [Ingress, Egress]",
        message: `the namespace is open for ${open.join(" and ")}: no policy selects all of its pods`,
      });
    });
  },
  fix: "Add a NetworkPolicy to the namespace that selects every pod and allows nothing but DNS.",
  url: pages.networkPolicies,
});

export const covered = stackRule({
  name: "pods-are-covered-by-policies",
  title: "Each pod is selected by a NetworkPolicy, for what comes in and for what goes out.",
  severity: "high",
  frameworks: [cis("5.3.2"), nsa("Network policies")],
  check: (stack, report) => {
    const policies = policiesOf(stack);
    for (const { resource, namespace: where, labels } of workloads(stack)) {
      const mine = policies.filter(
        (policy) => policy.namespace === where && selects(policy.selector, labels),
      );
      const open = directions.filter(
        (direction) => !mine.some((policy) => policy.directions.includes(direction)),
      );
      if (open.length === 0) continue;
      report(resource, {
        property: "metadata.namespace",
        wanted: "a NetworkPolicy that selects these pods",
        message: `no policy covers these pods for ${open.join(" and ")}`,
      });
    }
  },
  fix: "Say what the pods connect to (their needs), or deny everything in their namespace.",
  url: pages.networkPolicies,
});
