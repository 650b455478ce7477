import { text } from "../../cel/text";
import { cis, nsa, pages } from "../../frameworks";
import { configMap } from "../../kinds";
import { objectRule } from "../../rule";
import { secretName, secretText } from "./patterns";

export const configMapSecrets = objectRule({
  name: "config-maps-hold-no-secrets",
  title: "No ConfigMap spells out a secret.",
  severity: "critical",
  frameworks: [cis("5.4.1"), nsa("Protecting sensitive information")],
  on: [configMap],
  validations: [
    {
      holds: `!has(object.data) || object.data.all(k, object.data[k] == '' || (!k.upperAscii().matches(${text(secretName)}) && !object.data[k].matches(${text(secretText)})))`,
      property: "data",
      wanted: "no secrets",
      message: "the ConfigMap holds a secret, unencrypted and readable to whoever may list ConfigMaps",
    },
  ],
  fix: "Move the value to a Secret.",
  url: pages.secrets,
});
