import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { generated, REFERENCE_FILE } from "../../config/generate";
import { type JsonSchema, settingsSchema, stackFileSchema } from "../../config/json-schema";
import { types } from "./bad-stacks/types";
import { changed, settingsOf, SHOP } from "./stacks";

const ajv = new Ajv({ strict: false, validateFormats: false });

describe("what is made from the schema", () => {
  const validate = ajv.compile(stackFileSchema());

  it("is up to date: else run `npm run generate`", async () => {
    for (const [path, text] of Object.entries(await generated()))
      assert.equal(readFileSync(path, "utf8"), text, path);
  });

  it("lets editors accept every stack file that is right", () => {
    const folder = join(__dirname, "good-stacks");
    const root = join(__dirname, "..", "..");
    const files = [
      ...readdirSync(folder).map((name) => join(folder, name)),
      ...["local", "staging", "production"].map((tier) => join(root, `Pulumi.${tier}.yaml`)),
    ];
    for (const text of [SHOP, ...files.map((path) => readFileSync(path, "utf8"))]) {
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors?.slice(0, 3)));
    }
  });

  it("lets editors refuse most values of the wrong type or name", () => {
    const accepted = types.filter(({ changes }) => validate(parse(changed(changes)))).map(({ name }) => name);
    // What a pattern cannot say is left to the preview.
    assert.ok(accepted.length <= types.length / 3, accepted.join(", "));
    for (const changes of [
      { produt: "shop" },
      { "parts.api.scael": 3 },
      { tier: "prod" },
      { "parts.api.port": "http" },
      { parts: [] },
    ]) {
      assert.ok(!validate(parse(changed(changes))), JSON.stringify(changes));
    }
  });

  it("leaves Pulumi's own keys and other programs' config alone", () => {
    const file = { ...(parse(SHOP) as object), secretsprovider: "passphrase" };
    assert.ok(validate(file));
    const config = { ...(parse(SHOP) as { config: object }).config, "aws:region": "eu-central-1" };
    assert.ok(validate({ config }));
  });

  it("describes every key, in the file for editors and in the reference", () => {
    const page = readFileSync(REFERENCE_FILE, "utf8");
    const keys = described(settingsSchema(), "");
    assert.ok(keys.length > 250, String(keys.length));
    for (const { path, description } of keys) {
      assert.ok(description !== "", `${path} has no description`);
      assert.ok(page.includes(`\`${path}\``), `${path} is not in the reference`);
    }
  });

  it("shows examples that are right", () => {
    const page = readFileSync(REFERENCE_FILE, "utf8");
    const [, smallest = ""] = /The smallest stack that runs:\s+```yaml\n([\s\S]+?)```/.exec(page) ?? [];
    assert.equal(settingsOf(smallest).product, "shop");
  });
});

/** Every key below a schema, each once, with what is said of it. */
function described(schema: JsonSchema, path: string): { path: string; description: string }[] {
  const forms = schema.anyOf ?? schema.oneOf ?? [schema];
  const found = forms.flatMap((form) => {
    if (form !== schema && (form.anyOf ?? form.oneOf) !== undefined) return described(form, path);
    const own = Object.entries(form.properties ?? {}).flatMap(([key, below]) => {
      const at = path === "" ? key : `${path}.${key}`;
      return [{ path: at, description: below.description ?? "" }, ...described(below, at)];
    });
    const named =
      typeof form.additionalProperties === "object"
        ? described(form.additionalProperties, `${path}.<name>`)
        : [];
    return [...own, ...named, ...(form.items === undefined ? [] : described(form.items, `${path}[]`))];
  });
  return [...new Map(found.map((one) => [one.path, one])).values()];
}
