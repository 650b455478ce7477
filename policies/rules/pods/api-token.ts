import { is } from "../../cel/text";
import { cis, nsa, pages } from "../../frameworks";
import { pods } from "../../kinds";
import { objectRule } from "../../rule";
import { byPostgresOperator } from "./context";

const account = "variables.pod.serviceAccountName";

export const apiToken = objectRule({
  name: "pods-hold-no-api-token",
  title: "A pod gets a token for the Kubernetes API only where it asks for one, under an account of its own.",
  severity: "medium",
  frameworks: [cis("5.1.6"), nsa("Protecting Pod service account tokens")],
  on: pods,
  validations: [
    {
      when: `!${byPostgresOperator}`,
      holds: `${is("variables.pod.automountServiceAccountToken", "false")} || (${is("variables.pod.automountServiceAccountToken", "true")} && has(${account}) && ${account} != 'default')`,
      property: "pod:automountServiceAccountToken",
      wanted: "false, or true with a serviceAccountName of its own",
      message: "the pod is handed a token for the Kubernetes API without asking",
    },
  ],
  fix: "Set automountServiceAccountToken to false; a pod that does use the API says true and names its own service account.",
  url: pages.serviceAccounts,
});
