// Pipelines call ./slipway: every such line must be one that the command takes.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { checkout } from "../../toolchain/lib/paths";
import { slipway } from "../../tools/program";

const workflows = join(checkout, ".github", "workflows");
const files = [
  ...readdirSync(workflows).map((name) => join(workflows, name)),
  join(checkout, "docs", "gitlab-ci.md"),
];

/** The words of each call, without what the shell does with its answer. */
const calls = (text: string): string[][] =>
  [...text.matchAll(/\.\/slipway ([^\n`]+)/g)].map(([, line = ""]) =>
    (line.split(/ \|\| | # |;|"?\n/)[0] ?? "")
      .trim()
      .split(/\s+/)
      .map((word) => word.replaceAll('"', "")),
  );

/** The command, with nothing behind its verbs. */
function parser(): Command {
  const still = (command: Command): Command => {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    if (command.commands.length === 0) command.action(() => undefined);
    command.commands.forEach(still);
    return command;
  };
  return still(slipway());
}

describe("the calls of ./slipway in pipelines", () => {
  for (const file of files) {
    const found = calls(readFileSync(file, "utf8"));
    it(`${file.slice(checkout.length + 1)}: all ${found.length} are taken`, async () => {
      assert.ok(found.length > 0);
      for (const words of found) {
        await parser()
          .parseAsync(words, { from: "user" })
          .catch((error: unknown) => assert.fail(`./slipway ${words.join(" ")}: ${String(error)}`));
      }
    });
  }

  it("would not be taken with a flag that is none", async () => {
    await assert.rejects(parser().parseAsync(["deploy", "staging", "--plans", "x"], { from: "user" }));
  });
});
