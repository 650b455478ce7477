import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { needs, rounds, testFiles } from "../../../tools/testing/suites";
import { checkout } from "../../../toolchain/lib/paths";

describe("the test run", () => {
  it("has a place for every suite, and one only", () => {
    assert.deepEqual(rounds.flat(2).sort(), [...needs].sort());
  });

  it("has every file in one suite", () => {
    const files = needs.flatMap((need) => testFiles(need));
    assert.equal(new Set(files).size, files.length);
    assert.ok(files.includes("tests/tools/testing/suites.test.ts"));
  });

  it("keeps what runs beside another suite until that one has had its say, its processes' words too", () => {
    const program = `
      const { kept, live } = require("./tools/testing/output");
      const { spawnSync } = require("node:child_process");
      const beside = kept();
      beside.say("second");
      spawnSync("sh", ["-c", "echo third; echo fourth >&2"], { stdio: ["ignore", beside.stream, beside.stream] });
      live.say("first");
      live.end();
      beside.end();`;
    const words = ["-r", "ts-node/register/transpile-only", "-e", program];
    const { stdout, stderr } = spawnSync(process.execPath, words, { cwd: checkout, encoding: "utf8" });
    assert.equal(stdout, "first\nsecond\nthird\nfourth\n", stderr);
  });
});
