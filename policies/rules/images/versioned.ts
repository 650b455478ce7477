import { cis, pages } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";
import { versioned } from "./reference";

export const imagesVersioned = objectRule({
  name: "images-are-versioned",
  title: "No image is `latest`.",
  severity: "high",
  frameworks: [cis("5.5.1")],
  on: pods,
  validations: [
    {
      each: "containers",
      holds: versioned("c.image"),
      property: "image",
      wanted: "a tag other than latest, or a digest",
      message: "runs `latest`, which is never the same twice",
    },
  ],
  fix: "Name the version.",
  url: pages.images,
});
