import { given } from "../../cel/text";
import { cis, nsa, pages } from "../../frameworks";
import { alertmanager, pooler, postgresCluster, prometheus } from "../../kinds";
import { objectRule, type Validation } from "../../rule";

const parts = [
  ["requests", "cpu"],
  ["requests", "memory"],
  ["limits", "cpu"],
  ["limits", "memory"],
] as const;

export const operatedLimits = objectRule({
  name: "operated-pods-limit-resources",
  title: "Pods that an operator makes request, and are limited to, an amount of CPU and memory.",
  severity: "high",
  frameworks: [cis("5.7.1"), nsa("Resource policies")],
  on: [postgresCluster, prometheus, alertmanager],
  validations: parts.map(([of, what]): Validation => ({
    holds: given(`object.spec.resources.${of}.${what}`),
    property: `spec.resources.${of}.${what}`,
    wanted: what === "cpu" ? "an amount such as 500m" : "an amount such as 1Gi",
    message: `the pods of this resource have no ${what} ${of.slice(0, -1)}`,
  })),
  fix: "Set spec.resources.requests and limits for cpu and memory.",
  url: pages.cnpgResources,
});

const containers = "object.spec.template.spec.containers";

export const poolerLimits = objectRule({
  name: "poolers-limit-resources",
  title: "A pooler's containers request, and are limited to, an amount of CPU and memory.",
  severity: "high",
  frameworks: [cis("5.7.1"), nsa("Resource policies")],
  on: [pooler],
  validations: parts.map(([of, what]): Validation => ({
    holds: `${given(containers)} && ${containers}.exists(p, p.name == 'pgbouncer') && ${containers}.all(p, ${given(`p.resources.${of}.${what}`)})`,
    property: "spec.template.spec.containers",
    wanted: `a container pgbouncer with resources.${of}.${what}`,
    message: `the pooler's pods have no ${what} ${of.slice(0, -1)}`,
  })),
  fix: "Name the container pgbouncer in spec.template and set its resources.",
  url: pages.cnpgPooling,
});
