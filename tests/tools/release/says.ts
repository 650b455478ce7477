/** For `assert.throws` and `rejects`: the whole message as a person reads it. */
import assert from "node:assert/strict";
import { Failure } from "../../../toolchain/lib/failure";

export const says = (pattern: RegExp, exitCode?: number) => (error: unknown) => {
  assert.ok(error instanceof Failure, String(error));
  assert.match(error.format(), pattern);
  if (exitCode !== undefined) assert.equal(error.exitCode, exitCode);
  return true;
};
