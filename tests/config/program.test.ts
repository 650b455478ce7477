import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Problems } from "../../config";
import { type EngineConfig, fromEngine } from "../../config/program";
import { parseStackFile } from "../../config/source";
import { changed, settingsOf, SHOP } from "./stacks";

/** A stack file's config as the engine hands it over: texts, JSON for the rest, secrets decrypted and keys sorted. */
function engine(text: string, decrypt: Readonly<Record<string, string>> = {}): EngineConfig {
  const { raw } = parseStackFile(text, "x");
  const secret = new Set<string>();
  const plain = (key: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((below: unknown) => plain(key, below));
    if (typeof value !== "object" || value === null) return value;
    if ("secure" in value) {
      secret.add(`slipway:${key}`);
      return decrypt[String(value.secure)] ?? "decrypted";
    }
    const entries = Object.entries(value).map(([name, below]): [string, unknown] => [
      name,
      plain(key, below),
    ]);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  const values = Object.entries(raw).map(([key, value]) => {
    const clear = plain(key, value);
    return [`slipway:${key}`, typeof clear === "string" ? clear : JSON.stringify(clear)];
  });
  return { values: Object.fromEntries(values) as Record<string, string>, isSecret: (key) => secret.has(key) };
}

async function valueOf(output: pulumi.Output<string>): Promise<{ value: string; secret: boolean }> {
  const value = await new Promise<string>((resolve) => output.apply(resolve));
  return { value, secret: await pulumi.isSecret(output) };
}

describe("the config of a running program", () => {
  it("gives the same settings as the file", () => {
    assert.deepEqual(fromEngine(engine(SHOP), "x").settings, settingsOf(SHOP));
  });

  it("hands secrets over as secret outputs, and keeps them out of the settings", async () => {
    const { settings, secrets } = fromEngine(engine(SHOP, { "v1:AAAA:BBBB": "routing-key-123" }), "x");
    assert.deepEqual(Object.keys(secrets), ["PAGERDUTY_ROUTING_KEY"]);
    const given = secrets.PAGERDUTY_ROUTING_KEY;
    assert.ok(given !== undefined);
    assert.deepEqual(await valueOf(given), { value: "routing-key-123", secret: true });
    assert.ok(!JSON.stringify(settings).includes("routing-key-123"));
    assert.deepEqual(settings.secrets.PAGERDUTY_ROUTING_KEY, { kind: "given" });
  });

  it("reads scalars that the engine hands over as texts", () => {
    const { settings } = fromEngine(engine(changed({ protect: false, owner: "42" })), "x");
    assert.deepEqual([settings.protect, settings.owner], [false, "42"]);
  });

  it("refuses a secret in clear, without repeating it", () => {
    const text = changed({
      "secrets.STRIPE": "sk-in-clear",
      "secrets.PAGERDUTY_ROUTING_KEY": "also-in-clear",
    });
    assert.throws(
      () => fromEngine(engine(text), "x"),
      (error: Error) =>
        error instanceof Problems && error.problems.length === 2 && !error.message.includes("in-clear"),
    );
  });

  it("tells a secret in clear from an encrypted one beside it, by the file", () => {
    const text = changed({ "secrets.STRIPE": "sk-in-clear" });
    const file = parseStackFile(text, "Pulumi.test.yaml");
    assert.throws(() => fromEngine(engine(text), "Pulumi.test.yaml", file), {
      message:
        "Pulumi.test.yaml: 1 problem\nPulumi.test.yaml:" +
        `${file.lineOf(["secrets", "STRIPE"])}: secrets.STRIPE: found a text in clear; allowed: {secure: …} (pulumi config set --secret --path), {generate: {…}} or {external: {…}}`,
    });
  });

  it("refuses a secret outside secrets before anyone looks at its value", () => {
    const text = changed({ "dns.token": { secure: "v1:x" } });
    assert.throws(
      () => fromEngine(engine(text, { "v1:x": "cf-token-value" }), "x"),
      (error: Error) =>
        error.message.includes("dns: found a secret; allowed: secrets in slipway:secrets only") &&
        !error.message.includes("cf-token"),
    );
  });

  it("leaves other namespaces alone", () => {
    const { values, isSecret } = engine(SHOP);
    const { settings } = fromEngine(
      { values: { ...values, "aws:region": "eu", "slipwayx:product": "y" }, isSecret },
      "x",
    );
    assert.equal(settings.product, "shop");
  });

  it("says what is wrong when nothing is configured at all", () => {
    assert.throws(
      () => fromEngine({ values: {}, isSecret: () => false }, "Pulumi.x.yaml"),
      /clusters: found nothing; allowed: a map/,
    );
  });
});
