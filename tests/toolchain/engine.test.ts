import assert from "node:assert/strict";
import { newEnough } from "../../toolchain/engine";
import { atLeast } from "../../toolchain/go";

describe("which engine and which Go are new enough", () => {
  for (const [version, wanted, is] of [
    ["v3.259.0", "3.259.0", true],
    ["v3.270.1", "3.259.0", true],
    ["v3.258.9", "3.259.0", false],
    ["v4.0.0", "3.259.0", false],
    ["3.259.1-dev", "3.259.0", true],
    ["nonsense", "3.259.0", false],
  ] as const) {
    it(`an installed pulumi ${version} ${is ? "serves" : "does not serve"} where ${wanted} is pinned`, () => {
      assert.equal(newEnough(version, wanted), is);
    });
  }

  for (const [version, is] of [
    ["go1.26.0", true],
    ["go1.27rc1", true],
    ["go1.25.9", false],
    ["go2.0", true],
    ["", false],
  ] as const) {
    it(`${version === "" ? "no version" : version} ${is ? "is" : "is not"} a Go to build with`, () =>
      assert.equal(atLeast(version), is));
  }
});
