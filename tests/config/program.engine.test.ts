/** What the engine really hands over: nested secrets decrypted, types kept, the file's lines in its refusals. */
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { parseSettings } from "../../config";
import { readStackFile } from "../../config/source";
import { checkout } from "../../toolchain/lib/paths";
import { type Project, project, removeProjects } from "../helpers/pulumi";
import { SHOP } from "./stacks";

const PROGRAM = `
import { readSettings } from ${JSON.stringify(join(checkout, "config", "program"))};
const { settings, secrets } = readSettings();
export const read = settings;
export const names = Object.keys(secrets);
export const key = secrets.PAGERDUTY_ROUTING_KEY;
`;

describe("the config of a real program", function () {
  this.timeout(180_000);
  afterEach(removeProjects);

  /** A project whose stack file is the shop's, with its given secret really encrypted. */
  async function shop(text: string): Promise<{ made: Project; path: string }> {
    const made = await project(PROGRAM);
    const path = join(made.folder, "Pulumi.test.yaml");
    const config = text.replace(/ +PAGERDUTY_ROUTING_KEY: .*\n/, "").replace(/^encryptionsalt:.*\n/m, "");
    appendFileSync(path, config.trimStart());
    const name = "slipway:secrets.PAGERDUTY_ROUTING_KEY";
    await made.must("config", "set", "--secret", "--path", name, "routing-key-123");
    return { made, path };
  }

  it("gives what the file says, and the secret as a secret", async () => {
    const { made, path } = await shop(SHOP);
    await made.must("up", "--yes", "--skip-preview");
    const read = async (...more: string[]) =>
      JSON.parse((await made.must("stack", "output", "--json", ...more)).stdout) as Record<string, unknown>;
    const outputs = await read();
    const file = readStackFile(path);
    assert.deepEqual(outputs.read, JSON.parse(JSON.stringify(parseSettings(file.raw, file))));
    assert.deepEqual([outputs.names, outputs.key], [["PAGERDUTY_ROUTING_KEY"], "[secret]"]);
    assert.equal((await read("--show-secrets")).key, "routing-key-123");
  });

  it("refuses a wrong file by line, without a stack trace and without the secrets in it", async () => {
    const wrong = SHOP.replace("min: 3, max: 10", "min: 3, max: 2").replace(
      "JWT_SECRET: {generate: {length: 48}}",
      "JWT_SECRET: in-clear-456",
    );
    const { made } = await shop(wrong);
    const outcome = await made.preview();
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.text, /Pulumi\.test\.yaml:\d+: parts\.api\.scale\.max: found 2; allowed: at least/);
    assert.match(
      outcome.text,
      /Pulumi\.test\.yaml:\d+: secrets\.JWT_SECRET: found a text in clear; allowed: /,
    );
    assert.doesNotMatch(outcome.text, /in-clear-456|routing-key-123|\bat .*\.[jt]s:\d+/);
  });
});
