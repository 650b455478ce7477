/** Which of upstream's cases are run here, by the names `e2e.test --list-tests` gives them, one a line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** [Conformance] cases that pass with the images at hand. The list only grows. */
export const conformanceCases = () => read("conformance.txt");

/** The truth tables of NetworkPolicies: everything but SCTP, and but what Cilium does not do (README.md). */
export const policyCases = () => read("network-policy.txt");

const read = (file: string) =>
  readFileSync(join(__dirname, file), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
