/** The product as its visitors come to it: by its names, through the gateway, by the probes of each route. */
import { alerting, type AlertRule, type RulesArgs } from "./rule";

/** Seconds for a name's address: from here on, visitors notice. */
const SLOW_NAME = 1;

export function outsideRules(args: RulesArgs): AlertRule[] {
  const { namespace } = args.watched;
  const routes = Object.entries(args.routes);
  if (routes.length === 0) return [];
  return [
    ...routes.map(([route, { part }]) =>
      alerting(args, {
        alert: "Unreachable",
        description: `Asked by its name, from outside the product, route ${route} does not answer as it should.`,
        expr: `max(probe_success{namespace="${namespace}",route="${route}"}) < 1`,
        labels: { route },
        part,
        severity: "critical",
        summary: `${part} cannot be reached by route ${route}`,
        wait: "2m",
      }),
    ),
    alerting(args, {
      alert: "NamesSlow",
      description: `It takes longer than ${SLOW_NAME} s to find out where one of its names is.`,
      expr: `max(probe_dns_lookup_time_seconds{namespace="${namespace}"}) > ${SLOW_NAME}`,
      part: "cluster",
      severity: "medium",
      summary: "The cluster finds the names of the product slowly",
      wait: "10m",
    }),
  ];
}
