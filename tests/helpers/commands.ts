/** Commands that a page shows, held against those there are. */
import assert from "node:assert/strict";
import type { Command } from "commander";
import { slipway } from "../../tools/program";

/** The verb is there, and takes these words. */
export function assertCommand(words: string[]): void {
  let command: Command = slipway();
  while (command.commands.length > 0) {
    const next = command.commands.find((each) => each.name() === words[0]);
    assert.ok(
      next,
      `${command.name()} has no ${words[0]}; it has ${command.commands.map((each) => each.name()).join(", ")}`,
    );
    command = next;
    words = words.slice(1);
  }
  let taken = false;
  command
    .action(() => void (taken = true))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  command.parse(words, { from: "user" });
  assert.ok(taken);
}
