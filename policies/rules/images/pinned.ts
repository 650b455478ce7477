import { nsa, pages } from "../../frameworks";
import { text } from "../../cel/text";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";
import { pinned } from "./reference";

export const imagesPinned = objectRule({
  name: "images-are-pinned",
  title: "In production an image is named by the digest of its content.",
  severity: "high",
  frameworks: [nsa("Building secure container images")],
  on: pods,
  variables: { tier: ({ tier }) => text(tier) },
  validations: [
    {
      each: "containers",
      when: "variables.tier == 'production'",
      holds: pinned("c.image"),
      property: "image",
      wanted: "name:tag@sha256:… with 64 hex digits",
      message: "runs whatever its tag points to at the moment",
    },
  ],
  fix: "Append the digest that was tested: `./slipway image pin STACK` asks the registries and writes them.",
  url: pages.images,
});
