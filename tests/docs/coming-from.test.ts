/** The pages for those who come from elsewhere: each stack file in them is right, each piece of one as well. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { parseSettings, type Settings } from "../../config";
import { parseStackFile } from "../../config/source";
import { convert } from "../../tools/init/compose/convert";
import { options } from "../tools/init/options";
import { parseCompose } from "../../tools/init/compose/read";
import { textOf } from "../../tools/init/write";
import { checkout } from "../../toolchain/lib/paths";
import { graphOf } from "../helpers/stack";

const FOLDER = join(checkout, "docs/coming-from");
const pages = readdirSync(FOLDER);

/** Stack files that pieces of one are put into: a piece takes the place of what is there. */
const AROUND = {
  "slipway:product": "shop",
  "slipway:tier": "staging",
  "slipway:clusters": { main: { cloud: "eks", context: "shop" } },
  "slipway:hosts": { app: "staging.example.com" },
  "slipway:parts": { api: { kind: "api", image: "ghcr.io/acme/api:1.2.3", port: 8000, needs: ["postgres"] } },
  "slipway:postgres": {},
  "slipway:routes": [{ host: "app", path: "/", to: "api" }],
  "slipway:access": { allow: ["203.0.113.0/24"] },
};

const snippets = (page: string, language: string): string[] => {
  const text = readFileSync(join(FOLDER, page), "utf8");
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]+?)\`\`\``, "g"))].map(
    ([, code = ""]) => code,
  );
};
const settingsOf = (text: string): Settings => {
  const file = parseStackFile(text, "Pulumi.staging.yaml");
  return parseSettings(file.raw, file);
};
const whole = (snippet: string): string => {
  const said = parse(snippet) as Record<string, unknown>;
  return "config" in said ? snippet : stringify({ config: { ...AROUND, ...said }, encryptionsalt: "v1:x" });
};

describe("docs/coming-from", function () {
  this.timeout(60_000);

  it("has a page for each of the four", () => {
    assert.deepEqual(pages, ["docker-compose.md", "helm.md", "railway-render.md", "terraform.md"]);
  });

  for (const page of pages) {
    const all = snippets(page, "yaml");
    it(`${page} shows stack files that are right`, () => {
      assert.ok(all.length > 0);
      for (const snippet of all) assert.equal(settingsOf(whole(snippet)).product, "shop");
    });

    it(`${page} shows a stack that the program makes`, async () => {
      const [first = ""] = all;
      const graph = await graphOf(page.replace(".md", ""), parseStackFile(first, page).raw);
      assert.ok(graph.all("kubernetes:apps/v1:Deployment").length > 0);
    });

    it(`${page} stays short`, () => {
      assert.ok(readFileSync(join(FOLDER, page), "utf8").split("\n").length <= 130);
    });
  }

  it("docker-compose.md shows what the command makes of its compose file", () => {
    const [compose = ""] = snippets("docker-compose.md", "yaml compose");
    const [shown = ""] = snippets("docker-compose.md", "yaml");
    const file = parseCompose(compose, { folder: FOLDER, variables: {}, where: "docker-compose.yml" });
    const { draft } = convert(file, options());
    assert.deepEqual(settingsOf(textOf(draft, [], "schema.json")), settingsOf(shown));
  });
});
