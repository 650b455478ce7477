/** `npm run generate`: writes what is made from the schema: the JSON Schema for editors and the reference for people. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { stackFileSchema } from "./json-schema";
import { withReference } from "./reference";

const root = join(__dirname, "..");
export const SCHEMA_FILE = join(root, "config", "stack.schema.json");
export const REFERENCE_FILE = join(root, "docs", "configure.md");

/** What each generated file should hold now. */
export async function generated(): Promise<Readonly<Record<string, string>>> {
  const page = await format(withReference(readFileSync(REFERENCE_FILE, "utf8")), {
    parser: "markdown",
    printWidth: 110,
  });
  const schema = await format(JSON.stringify(stackFileSchema()), { parser: "json", printWidth: 110 });
  return { [SCHEMA_FILE]: schema, [REFERENCE_FILE]: page };
}

if (require.main === module) {
  void generated().then((files) => {
    for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
  });
}
