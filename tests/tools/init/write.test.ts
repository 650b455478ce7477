import assert from "node:assert/strict";
import { parse } from "yaml";
import { textOf } from "../../../tools/init/write";

describe("the stack file that init writes", () => {
  // The engine writes the file anew, and makes another of a folded text with indented lines.
  it("keeps a script of long lines as it is, unfolded", () => {
    const script = `while :; do\n  echo "${"a long line ".repeat(20)}"\ndone`;
    const parts = { worker: { command: ["sh", "-c", script] } };
    const text = textOf({ parts }, [], "schema.json");
    assert.match(text, /- \|-\n/);
    assert.doesNotMatch(text, /- >/);
    assert.deepEqual(parse(text), { config: { "slipway:parts": parts } });
  });
});
