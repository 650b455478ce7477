/** The runbook of each kind of stack: its own names, commands that there are, a section for each alert's link. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { settingsOf } from "../../../tools/lib/doors";
import { factsOf } from "../../../tools/recovery/runbook/facts";
import { page } from "../../../tools/recovery/runbook/page";
import { ADVICE } from "../../../tools/recovery/runbook/advice";
import { checkout } from "../../../toolchain/lib/paths";
import { assertCommand } from "../../helpers/commands";
import { graphOfStack } from "../../helpers/stack";

async function factsAbout(stack: string, folder = checkout) {
  const graph = await graphOfStack(stack, folder);
  const manifests = graph.resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ inputs }) => ({ file: "", object: inputs }));
  return factsOf(stack, settingsOf(stack, folder), manifests);
}

const example = (product: string) => join(checkout, "examples", product);
const commandsIn = (text: string) =>
  [...text.matchAll(/^\.\/slipway ([^#\n]+)/gm)].map(([, words = ""]) => words.trim());

describe("the runbook", () => {
  let production: string;
  before(async () => {
    production = page(await factsAbout("production"));
  });

  it("has a section for each alert, where its link leads", async () => {
    const { alerts } = await factsAbout("production");
    assert.ok(alerts.length > 30);
    const sections = new Set(
      [...production.matchAll(/^### (.+)$/gm)].map(([, title = ""]) => title.toLowerCase()),
    );
    assert.deepEqual(
      alerts.filter(({ name }) => !sections.has(name.toLowerCase())),
      [],
    );
  });

  it("says what to do at every alert that the program makes by itself", async () => {
    const own = Object.keys(settingsOf("production").alerts.rules);
    const { alerts } = await factsAbout("production");
    const mute = alerts.filter(({ name }) => ADVICE[name] === undefined && !own.includes(name));
    assert.deepEqual([...new Set(mute.map(({ name }) => name))], []);
  });

  it("shows commands that there are", () => {
    const commands = commandsIn(production);
    assert.ok(commands.length > 10);
    for (const words of new Set(commands)) assertCommand(words.split(/\s+/));
  });

  it("leaves no name to be filled in but those that nobody can know", () => {
    assert.doesNotMatch(production, /\b(STACK|KUBECTL|POSTGRES)\b/);
  });

  it("names the stack's own numbers", () => {
    assert.match(production, /at most 15m lost, back within 1h/);
    assert.match(production, /Postgres has 3 instances: a replica takes over/);
    assert.match(production, /\.\/slipway rotate production JWT_SECRET/);
    assert.match(production, /\| api \/auth \| 10\/m \| 5 \|/);
  });

  it("says of each disaster what is lost without a precaution", async () => {
    const local = page(await factsAbout("local"));
    assert.match(local, /\*\*There are no backups\*\*/);
    assert.match(local, /Postgres has one instance/);
    assert.match(local, /This stack has none: `monitoring` is off/);
  });

  it("sends to the vendor for a database that is managed elsewhere", async () => {
    const supabase = page(await factsAbout("supabase", example("knitter")));
    assert.match(supabase, /The database is managed elsewhere: restore it there/);
    assert.doesNotMatch(supabase, /slipway restore/);
  });
});
