/** The embedded cluster is Kubernetes by upstream's word: its [Conformance] cases, those of our growing list. */
import { conformanceCases } from "../../../toolchain/cluster/e2e/cases";
import { describeCases } from "./e2e";

describeCases("upstream's [Conformance] cases", conformanceCases(), 60);
