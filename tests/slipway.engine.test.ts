/** What was built or fetched once needs no network again. */
import assert from "node:assert/strict";
import { versions } from "../toolchain/versions";
import { namespacesMissing, slipway, start, without } from "./helpers/lacking";
import { describeWith } from "./helpers/services";

describeWith(namespacesMissing(), "a machine without any network that has its engine", function () {
  this.timeout(60_000);

  it("gets the environment to work in, and pulumi works in it", async () => {
    const answer = await start([...without.network, ...slipway("env", "--json")]);
    assert.equal(answer.code, 0, answer.stderr);
    const env = JSON.parse(answer.stdout) as Record<string, string>;
    const pulumi = await start([...without.network, "pulumi", "version"], env);
    assert.deepEqual([pulumi.code, pulumi.stdout], [0, `v${versions.pulumi}\n`], pulumi.stderr);
  });
});
