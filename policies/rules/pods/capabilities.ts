import { given } from "../../cel/text";
import { cis, nsa, pages, pss } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";

const dropped = "c.securityContext.capabilities.drop";
const added = "c.securityContext.capabilities.add";

export const capabilities = objectRule({
  name: "pods-drop-capabilities",
  title: "Every container drops all capabilities and adds none but NET_BIND_SERVICE.",
  severity: "high",
  frameworks: [pss("restricted", "Capabilities"), cis("5.2.8 to 5.2.10"), nsa("Pod security enforcement")],
  on: pods,
  validations: [
    {
      each: "containers",
      holds: `${given(dropped)} && 'ALL' in ${dropped}`,
      property: "securityContext.capabilities.drop",
      wanted: "[ALL]",
      message: "keeps its runtime's default capabilities",
    },
    {
      each: "containers",
      holds: `!${given(added)} || ${added}.all(name, name == 'NET_BIND_SERVICE')`,
      property: "securityContext.capabilities.add",
      wanted: "nothing, or [NET_BIND_SERVICE]",
      message: "adds capabilities",
    },
  ],
  fix: "Set securityContext.capabilities to {drop: [ALL]}; add only what the program fails without.",
  url: pages.podSecurity,
});
