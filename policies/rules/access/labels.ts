import { pages } from "../../frameworks";
import { cronJob, daemonSet, deployment, job, postgresCluster, statefulSet } from "../../kinds";
import { objectRule, type Validation } from "../../rule";
import { declared } from "../pods/context";

const labelled = (label: string, meaning: string): Validation => ({
  when: declared,
  holds: `has(object.metadata.labels) && '${label}' in object.metadata.labels && object.metadata.labels['${label}'] != ''`,
  property: `metadata.labels["${label}"]`,
  wanted: meaning,
  message: `nobody can tell ${meaning} from the label`,
});

export const labels = objectRule({
  name: "workloads-say-whose-they-are",
  title: "What runs is labelled with what it is, what it belongs to and who keeps it.",
  severity: "low",
  on: [deployment, statefulSet, daemonSet, job, cronJob, postgresCluster],
  validations: [
    labelled("app.kubernetes.io/name", "what it is"),
    labelled("app.kubernetes.io/part-of", "what it belongs to"),
    labelled("app.kubernetes.io/managed-by", "who keeps it"),
  ],
  fix: "Set the labels app.kubernetes.io/name, part-of and managed-by.",
  url: pages.labels,
});
