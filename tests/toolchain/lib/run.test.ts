import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../../toolchain/lib/failure";
import { exists, run, tail } from "../../../toolchain/lib/run";

describe("running other programs", () => {
  it("answers what they print, line by line as well", async () => {
    const lines: string[] = [];
    const answer = await run("sh", ["-c", "echo out; echo err >&2; cat"], {
      input: "in",
      onLine: (line) => lines.push(line),
    });
    assert.deepEqual(
      { ...answer, lines: lines.sort() },
      { code: 0, stdout: "out\nin", stderr: "err\n", lines: ["err", "in", "out"] },
    );
  });

  it("says the command, its exit code and its last lines when one fails", async () => {
    await assert.rejects(run("sh", ["-c", "seq 1 50 >&2; exit 3"]), (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, /^sh -c .* failed \(exit 3\)$/);
      assert.equal(error.details.at(-1), "50");
      assert.equal(error.details.length, 12);
      return true;
    });
  });

  it("answers a failure instead when that is asked for", async () => {
    assert.equal((await run("sh", ["-c", "exit 7"], { allowFailure: true })).code, 7);
  });

  it("says that a command was not found, also when failure is allowed", async () => {
    await assert.rejects(
      run("no-such-command-here", [], { allowFailure: true }),
      /the command no-such-command-here was not found/,
    );
  });

  it("reports a child killed by a signal as failed", async () => {
    await assert.rejects(run("sh", ["-c", "kill -9 $$"]), /exit 137/);
  });

  it("says which log could not be written", async function () {
    if (process.platform !== "linux") this.skip();
    await assert.rejects(
      run("echo", ["one"], { log: "/dev/full" }),
      /the log \/dev\/full could not be written: ENOSPC/,
    );
  });

  it("keeps a log of everything the child printed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-run-"));
    try {
      const log = join(folder, "deep/er/log");
      await run("sh", ["-c", "echo one; echo two >&2"], { log });
      assert.deepEqual(readFileSync(log, "utf8").trim().split("\n").sort(), ["one", "two"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("removes a variable given as undefined", async () => {
    process.env.SLIPWAY_TEST_GONE = "here";
    try {
      const { stdout } = await run("sh", ["-c", "echo ${SLIPWAY_TEST_GONE-gone}"], {
        env: { SLIPWAY_TEST_GONE: undefined },
      });
      assert.equal(stdout, "gone\n");
    } finally {
      delete process.env.SLIPWAY_TEST_GONE;
    }
  });

  it("ends a child with the signal that is wanted, and waits for what it still says", async () => {
    const stop = new AbortController();
    const program = `trap "echo cleaned; exit 7" INT; echo ready; while :; do sleep 0.05; done`;
    const { code, stdout } = await run("sh", ["-c", program], {
      allowFailure: true,
      killSignal: "SIGINT",
      onLine: (line) => line === "ready" && stop.abort(),
      signal: stop.signal,
    });
    assert.deepEqual([code, stdout], [7, "ready\ncleaned\n"]);
  });

  it("knows which commands there are", async () => {
    assert.deepEqual([await exists("sh"), await exists("no-such-command-here")], [true, false]);
  });

  it("takes the last lines of a text", () => assert.deepEqual(tail("a\nb\nc\n\n", 2), ["b", "c"]));
});
