/** The settings file that the engine is given: what the stack file says, to the letter. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { Stack } from "../../../tools/lib/stack";

describe("a stack's settings file", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "slipway-settings-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("breaks no line: folded, a text with lines of its own would be another one to the engine", async () => {
    const program = `${"x".repeat(60)} ${"y".repeat(60)}\n\n  indented ${"z ".repeat(60)}\nend`;
    const config = { "slipway:parts": { job: { command: ["sh", "-c", program] } } };
    const file = join(folder, "Pulumi.test.yaml");
    const text = stringify({ encryptionsalt: "v1:none", config }, { lineWidth: 0 });
    writeFileSync(file, text);
    writeFileSync(join(folder, "Pulumi.yaml"), "name: test\n");
    const stack = new Stack({ project: "", stack: "test", file, folder, env: {} });
    try {
      await stack.settle();
      const written = readFileSync(stack.settings, "utf8");
      assert.equal(written, text);
      assert.deepEqual(parse(written), { encryptionsalt: "v1:none", config });
    } finally {
      rmSync(stack.own, { recursive: true, force: true });
    }
  });
});
