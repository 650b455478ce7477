/** What plain HTTP may do: send people to HTTPS. */
import { nsa, pages } from "../frameworks";
import { gateway, httpRoute } from "../kinds";
import { stackRule } from "../rule";
import type { Resource, Stack } from "../resource";
import { namespaceOf, nameOf } from "./workloads";

interface Parent {
  name: string;
  namespace?: string;
  sectionName?: string;
  port?: number;
}
interface Filter {
  type: string;
  requestRedirect?: { scheme?: string };
}
interface Route {
  parentRefs?: Parent[];
  rules?: { filters?: Filter[]; backendRefs?: unknown[] }[];
}
interface Listener {
  name: string;
  port: number;
  protocol: string;
}

function listenersOf(stack: Stack): Map<string, Listener[]> {
  const found = new Map<string, Listener[]>();
  stack.each(stack.of(gateway), (resource) => {
    const { spec } = resource.props as { spec: { listeners?: Listener[] } };
    found.set(`${namespaceOf(resource)}/${nameOf(resource)}`, [...(spec.listeners ?? [])]);
  });
  return found;
}

const redirects = (rule: NonNullable<Route["rules"]>[number]) =>
  (rule.filters ?? []).some(
    (filter) => filter.type === "RequestRedirect" && filter.requestRedirect?.scheme === "https",
  );

export const redirectsOnly = stackRule({
  name: "plain-http-only-redirects",
  title: "A route on a plain HTTP listener does nothing but redirect to HTTPS.",
  severity: "critical",
  frameworks: [nsa("Network separation and hardening: TLS")],
  check: (stack, report) => {
    const gateways = listenersOf(stack);
    stack.each(stack.of(httpRoute), (resource) => {
      const { spec } = resource.props as { spec: Route };
      const plain = (spec.parentRefs ?? []).filter((parent) => opensPlain(parent, resource, gateways));
      const serving = (spec.rules ?? [{}]).some((rule) => !redirects(rule));
      if (plain.length === 0 || !serving) return;
      report(resource, {
        property: "spec.parentRefs",
        found: plain
          .map(({ name, sectionName }) => [name, sectionName ?? "every listener"].join("/"))
          .join(", "),
        wanted: "sectionName of an HTTPS listener, or rules that only redirect to https",
        message: "the route answers over plain HTTP",
      });
    });
  },
  fix: "Attach the route to the HTTPS listener by sectionName, and let a route of its own redirect port 80.",
  url: pages.gatewayTls,
});

/** True when one of the listeners that the route attaches to is plain HTTP, as far as the stack knows the gateway. */
function opensPlain(
  parent: Parent,
  route: Resource,
  gateways: ReadonlyMap<string, readonly Listener[]>,
): boolean {
  const listeners = gateways.get(`${parent.namespace ?? namespaceOf(route)}/${parent.name}`) ?? [];
  return listeners
    .filter(({ name }) => parent.sectionName === undefined || name === parent.sectionName)
    .filter(({ port }) => parent.port === undefined || port === parent.port)
    .some(({ protocol }) => protocol === "HTTP");
}
