/** Isolation by upstream's word: some of its own truth tables, each of who may reach whom. All of them: the long test. */
import { policyCases } from "../../../toolchain/cluster/e2e/cases";
import { describeCases } from "./e2e";

/** One of each kind: default deny both ways, selectors of pods and namespaces, ports, egress, UDP, and a policy that goes. */
const some = [
  "client should support a 'default-deny-all' policy",
  "client should enforce policy based on PodSelector and NamespaceSelector",
  "client should enforce policy based on Ports",
  "client should deny egress from pods based on PodSelector",
  "using UDP should support a 'default-deny-ingress' policy",
  "should stop enforcing policies after they are deleted",
];

describeCases(
  "upstream's NetworkPolicy truth tables, some of them",
  some.map((end) => {
    const found = policyCases().filter((name) => name.includes(end));
    if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} cases say "${end}"`);
    return found[0];
  }),
  8,
);
