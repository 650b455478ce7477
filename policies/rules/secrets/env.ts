import { text } from "../../cel/text";
import { cis, nsa, pages } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";
import { secretName, secretText } from "./patterns";

export const envSecrets = objectRule({
  name: "env-holds-no-secrets",
  title: "No environment variable spells out a secret.",
  severity: "critical",
  frameworks: [cis("5.4.1"), nsa("Protecting sensitive information")],
  on: pods,
  validations: [
    {
      each: "containers",
      holds: `!has(c.env) || c.env.all(e, !has(e.value) || e.value == '' || (!e.name.upperAscii().matches(${text(secretName)}) && !e.value.matches(${text(secretText)})))`,
      property: "env",
      wanted: "valueFrom.secretKeyRef for secrets",
      message: "has a secret in its environment, where whoever may read pods can read it",
    },
  ],
  fix: "Keep the value in a Secret and refer to it with valueFrom.secretKeyRef.",
  url: pages.secrets,
});
