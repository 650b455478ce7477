import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { actionlint } from "../../toolchain/actionlint";
import { obtain } from "../../toolchain/cache";
import { checkout } from "../../toolchain/lib/paths";
import { quiet } from "../../toolchain/lib/progress";
import { run } from "../../toolchain/lib/run";

describe("actionlint", function () {
  this.timeout(600_000);
  let folder = "";
  let command = "";

  before(async () => {
    command = join(await obtain(actionlint(), quiet), "actionlint");
    folder = mkdtempSync(join(tmpdir(), "slipway-actionlint-"));
    mkdirSync(join(folder, ".git"));
    cpSync(join(checkout, ".github"), join(folder, ".github"), { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const lint = () => run(command, ["-no-color", "-oneline"], { cwd: folder, allowFailure: true });

  it("finds nothing wrong in the workflows", async () => {
    const { code, stdout, stderr } = await lint();
    assert.equal(`${stdout}${stderr}`, "");
    assert.equal(code, 0);
  });

  it("would find an unknown key, an output that does not exist and an injection", async () => {
    const file = join(folder, ".github", "workflows", "staging.yml");
    const whole = readFileSync(file, "utf8");
    for (const [wrong, expected] of [
      [whole.replace("timeout-minutes:", "timeout-minute:"), /unexpected key "timeout-minute"/],
      [
        whole.replace("./slipway smoke staging", "echo ${{ steps.none.outputs.x }}"),
        /property "none" is not defined/,
      ],
      [
        whole.replace("./slipway smoke staging", "echo ${{ github.event.head_commit.message }}"),
        /potentially untrusted/,
      ],
    ] as const) {
      assert.notEqual(wrong, whole);
      writeFileSync(file, wrong);
      const { code, stdout } = await lint();
      assert.equal(code, 1);
      assert.match(stdout, expected);
    }
    writeFileSync(file, whole);
  });
});
