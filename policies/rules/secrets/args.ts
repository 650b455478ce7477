import { text } from "../../cel/text";
import { nsa, pages } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule, type Validation } from "../../rule";
import { secretOption, secretText } from "./patterns";

const clean = (property: "command" | "args"): Validation => ({
  each: "containers",
  holds: `!has(c.${property}) || c.${property}.all(word, !word.matches(${text(secretText)}) && !word.matches(${text(secretOption)}))`,
  property,
  wanted: "$(NAME) of a variable that comes from a Secret, or a mounted file",
  message: "has a secret on its command line, which every process of the node can see",
});

export const argsSecrets = objectRule({
  name: "commands-hold-no-secrets",
  title: "No command line spells out a secret.",
  severity: "critical",
  frameworks: [nsa("Protecting sensitive information")],
  on: pods,
  validations: [clean("command"), clean("args")],
  fix: "Pass the secret as a variable from a Secret, or as a mounted file.",
  url: pages.secrets,
});
