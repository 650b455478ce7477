import { text } from "../../cel/text";
import { cis, nsa, pages } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";
import { allowed, full } from "./reference";

export const imagesRegistries = objectRule({
  name: "images-come-from-known-registries",
  title: "Images come from the registries that the stack allows.",
  severity: "high",
  frameworks: [cis("5.5.1"), nsa("Building secure container images")],
  on: pods,
  variables: { allowed: (settings) => text(allowed(settings)) },
  validations: [
    {
      each: "containers",
      holds: `${full("c.image")}.matches(variables.allowed)`,
      property: "image",
      wanted: "an image of an allowed registry",
      message: "comes from a registry that is not allowed",
    },
  ],
  fix: "Use an allowed registry, or add this one to registry.allowed of the stack.",
  url: pages.images,
});
