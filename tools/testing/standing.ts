/**
 * The cluster that is up, as it is: nothing is built, brought up or taken down, and what stands on it is taken for what
 * the tests want. For whoever writes a test and runs its file again and again.
 */
import { owner } from "../../toolchain/cluster/owner";
import { files } from "../../toolchain/cluster/layout";
import { Failure } from "../../toolchain/lib/failure";
import { ownState, slipway, type Environment } from "../lib/own-cluster";
import type { Footing } from "./ground";

export const standing: Footing = {
  prepare: () => Promise.resolve(),
  async of(need) {
    if (need === "none" || need === "services") return ownState("tests");
    const there = owner();
    if (there === undefined) {
      throw new Failure("no embedded cluster is up here", {
        next: "./slipway up --full, then this again; without --here the tests bring up a cluster of their own",
      });
    }
    const { stdout } = await slipway(["env", "--json"], {});
    return {
      ...(JSON.parse(stdout) as Environment),
      KUBECONFIG: files.kubeconfig,
      SLIPWAY_TEST_HERE: "true",
      TS_NODE_PROJECT: undefined,
      TS_NODE_TRANSPILE_ONLY: undefined,
    };
  },
  leave: () => Promise.resolve(),
};
