import { given } from "../../cel/text";
import { cis, nsa, pages } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule, type Validation } from "../../rule";

/** A pod's own resources (spec.resources) count for all of its containers. */
function needs(of: "requests" | "limits", what: "cpu" | "memory", because: string): Validation {
  return {
    each: "ownContainers",
    holds: [`c.resources.${of}.${what}`, `variables.pod.resources.${of}.${what}`]
      .map((path) => `(${given(path)} && ${path} != '0')`)
      .join(" || "),
    property: `resources.${of}.${what}`,
    wanted: what === "cpu" ? "an amount such as 250m" : "an amount such as 256Mi",
    message: `has no ${what} ${of.slice(0, -1)}: ${because}`,
  };
}

export const limits = objectRule({
  name: "pods-limit-resources",
  title: "Every container requests, and is limited to, an amount of CPU and memory.",
  severity: "high",
  frameworks: [cis("5.7.1"), nsa("Resource policies")],
  on: pods,
  validations: [
    needs("requests", "cpu", "the scheduler cannot keep a place for it"),
    needs("requests", "memory", "the scheduler cannot keep a place for it"),
    needs("limits", "cpu", "it can starve its neighbours"),
    needs("limits", "memory", "it can take its node down"),
  ],
  fix: "Set resources.requests and resources.limits for cpu and memory, from what the container was seen to use.",
  url: pages.resources,
});
