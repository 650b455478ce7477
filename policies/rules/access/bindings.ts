import { cis, nsa, pages } from "../../frameworks";
import { clusterRoleBinding, roleBinding } from "../../kinds";
import { objectRule } from "../../rule";

export const bindings = objectRule({
  name: "bindings-are-narrow",
  title: "No binding makes an administrator, and none is for everyone.",
  severity: "critical",
  frameworks: [cis("5.1.1"), cis("5.1.7"), nsa("RBAC")],
  on: [roleBinding, clusterRoleBinding],
  validations: [
    {
      holds: "!(object.roleRef.kind == 'ClusterRole' && object.roleRef.name in ['cluster-admin', 'admin'])",
      property: "roleRef.name",
      wanted: "a role of its own",
      message: "the binding makes an administrator",
    },
    {
      holds:
        "!has(object.subjects) || object.subjects.all(s, !(s.name in ['system:anonymous', 'system:unauthenticated', 'system:authenticated', 'system:serviceaccounts', 'system:masters']))",
      property: "subjects",
      wanted: "accounts by name",
      message: "the binding is for everyone",
    },
    {
      holds:
        "!has(object.subjects) || object.subjects.all(s, !(s.kind == 'ServiceAccount' && s.name == 'default'))",
      property: "subjects",
      wanted: "a service account of its own",
      message: "the binding is for the default account, which every pod has that names none",
    },
  ],
  fix: "Bind a role that names what is needed to the account that needs it.",
  url: pages.rbac,
});
