import { given, text } from "../../cel/text";
import { cis, nsa, pages } from "../../frameworks";
import { alertmanager, postgresCluster, prometheus } from "../../kinds";
import { objectRule, type Validation } from "../../rule";
import { allowed, full, versioned } from "./reference";

const about = (kind: string, path: string): Validation[] => {
  const said = `object.kind == '${kind}' && ${given(path)}`;
  const property = path.replace("object.", "");
  return [
    {
      when: said,
      holds: `${full(path)}.matches(variables.allowed)`,
      property,
      wanted: "an image of an allowed registry",
      message: "its pods run an image of a registry that is not allowed",
    },
    {
      when: said,
      holds: versioned(path),
      property,
      wanted: "a tag other than latest, or a digest",
      message: "its pods run `latest`, which is never the same twice",
    },
  ];
};

export const operatedImages = objectRule({
  name: "operated-images-are-known",
  title: "Pods that an operator makes run versioned images of the registries that the stack allows.",
  severity: "high",
  frameworks: [cis("5.5.1"), nsa("Building secure container images")],
  on: [postgresCluster, prometheus, alertmanager],
  variables: { allowed: (settings) => text(allowed(settings)) },
  validations: [
    ...about("Cluster", "object.spec.imageName"),
    ...about("Prometheus", "object.spec.image"),
    ...about("Alertmanager", "object.spec.image"),
  ],
  fix: "Name the image with its version, from an allowed registry, or add the registry to registry.allowed of the stack.",
  url: pages.images,
});
