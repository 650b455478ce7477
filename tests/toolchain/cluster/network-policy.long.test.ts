/** Isolation by upstream's word: every truth table of its NetworkPolicy tests that Cilium promises to hold. */
import { policyCases } from "../../../toolchain/cluster/e2e/cases";
import { describeCases } from "./e2e";

describeCases("upstream's NetworkPolicy truth tables", policyCases(), 60);
