import { cis, nsa, pages } from "../../frameworks";
import { clusterRole, role } from "../../kinds";
import { objectRule, type Validation } from "../../rule";

const none = (field: "verbs" | "resources" | "apiGroups", message: string): Validation => ({
  each: "rules",
  holds: `!has(c.${field}) || !('*' in c.${field})`,
  property: field,
  wanted: "a list of names",
  message,
});

export const noWildcards = objectRule({
  name: "roles-have-no-wildcards",
  title: "Roles name verbs, resources and API groups one by one.",
  severity: "high",
  frameworks: [cis("5.1.3"), nsa("RBAC")],
  on: [role, clusterRole],
  validations: [
    none("verbs", "allows every verb, those of the future included"),
    none("resources", "allows every resource, Secrets included"),
    none("apiGroups", "allows every API, those of the future included"),
  ],
  fix: "List what is used.",
  url: pages.rbac,
});

export const noEscalation = objectRule({
  name: "roles-cannot-escalate",
  title: "No role lets its holder become someone else, or raise its own rights.",
  severity: "critical",
  frameworks: [cis("5.1.8"), nsa("RBAC")],
  on: [role, clusterRole],
  validations: [
    {
      each: "rules",
      holds: "!has(c.verbs) || !c.verbs.exists(verb, verb in ['escalate', 'bind', 'impersonate'])",
      property: "verbs",
      wanted: "no escalate, bind or impersonate",
      message: "lets its holder raise its own rights",
    },
    {
      each: "rules",
      holds:
        "!has(c.resources) || !c.resources.exists(name, name in ['pods/exec', 'pods/attach', 'nodes/proxy', 'serviceaccounts/token'])",
      property: "resources",
      wanted: "no pods/exec, pods/attach, nodes/proxy or serviceaccounts/token",
      message: "lets its holder act as any pod or account",
    },
  ],
  fix: "Take these out; give people such rights for an hour, through the cloud's own access tool.",
  url: pages.rbac,
});
