/** Options that many verbs take, in the same words everywhere. */
import { Option } from "commander";
import { checkout } from "../../toolchain/lib/paths";

export const folderOption = (): Option =>
  new Option("--cwd <folder>", "the folder of the project").default(checkout);

export const contextOption = (): Option =>
  new Option(
    "--context <name>",
    "your kubeconfig's context for the stack's primary cluster, where it has another name",
  );
