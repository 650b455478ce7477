/** One example's stack lives and dies on a real API server, the rules asked meanwhile; up.long.test.ts has them all. */
import assert from "node:assert/strict";
import type { Finding } from "../../policies/rule";
import { slipway, start } from "../helpers/lacking";
import { controlPlaneMissing } from "../helpers/control-plane";
import { describeWith } from "../helpers/services";
import { Lives } from "./life";
import { stacksOf } from "./stacks";

describeWith(controlPlaneMissing(), "an example's stack on an API server", function () {
  this.timeout(240_000);
  const examples = stacksOf("flakeguard").filter(({ stack }) => stack === "production");
  const lives = new Lives();
  before(async function () {
    this.timeout(900_000); // with nothing cached, the operators' kinds are fetched first
    await lives.start(examples);
  });
  after(() => lives.stop());

  for (const example of examples) {
    it("comes up, stays as it is, and goes without a trace", () => lives.live(example, byHand));
  }

  /** What somebody changes by hand is in no state: `slipway policy check --live` asks the API server. */
  async function byHand(stack: string): Promise<void> {
    assert.deepEqual(await findings("--stack", stack, "--live"), []);
    const path = "/spec/template/spec/containers/0/securityContext/runAsNonRoot";
    const patch = JSON.stringify([{ op: "replace", path, value: false }]);
    const words = ["deployment", "api", "--namespace=flakeguard", "--type=json", `--patch=${patch}`];
    await lives.plane.kubectl("patch", ...words);
    const live = await findings("--stack", stack, "--live");
    assert.deepEqual(
      [...new Set(live.map(({ rule, resource }) => `${rule} ${resource}`))],
      ["pods-run-as-non-root Deployment/flakeguard/api"],
    );
    assert.deepEqual(await findings("--stack", stack), []);
  }

  async function findings(...words: string[]): Promise<Finding[]> {
    const { stdout, stderr } = await start(slipway("policy", "check", ...words, "--json"), lives.env);
    assert.match(stdout, /^{/, stderr);
    return (JSON.parse(stdout) as { findings: Finding[] }).findings;
  }
});
