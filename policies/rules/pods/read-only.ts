import { is } from "../../cel/text";
import { nsa, pages } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";

export const readOnlyRoot = objectRule({
  name: "pods-have-read-only-root",
  title: "No container can write to its own image's file system.",
  severity: "medium",
  frameworks: [nsa("Immutable container file systems")],
  on: pods,
  validations: [
    {
      // A debugging container may write: it lives as long as its session, and nobody keeps what it writes.
      each: "ownContainers",
      holds: is("c.securityContext.readOnlyRootFilesystem", "true"),
      property: "securityContext.readOnlyRootFilesystem",
      wanted: "true",
      message: "can write to its root file system",
    },
  ],
  fix: "Set securityContext.readOnlyRootFilesystem to true and mount an emptyDir where the program must write.",
  url: pages.securityContext,
});
