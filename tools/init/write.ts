/** A draft as a stack file: commented, and read once by the program itself before anybody gets it. */
import { Document, isMap, isScalar } from "yaml";
import { parseSettings, Problems } from "../../config";
import { parseStackFile } from "../../config/source";
import { Failure } from "../../toolchain/lib/failure";
import type { Draft } from "./draft";

/** What the reader of a fresh file wants to know of a key. */
const COMMENTS: Readonly<Record<string, string>> = {
  access: "Who may come in at all: ranges (allow) or users and passwords (basicAuth).",
  alerts: "Who hears of what; alerts follow from the targets. More: slipway:alerts in docs/configure.md",
  clusters: "Where it runs: a context of your kubeconfig.",
  hosts: "Names that routes use.",
  jobs: "What runs and ends: once for each new version, or at times (every).",
  parts: "What runs. Each is non-root, read-only, limited, probed and closed to all but what it needs.",
  postgres: "The database; parts that need it get DATABASE_URL.",
  redis: "role: queue never forgets; role: cache may.",
  routes: "What is reachable from outside, and within which limits: limit, body, timeout, cache.",
  secrets:
    "generate: made once at random. external: read from your store by External Secrets; name the store you have.\nOr keep one here, encrypted: pulumi config set --secret --path 'slipway:secrets.NAME'",
  owner: "Who answers for it: an annotation of its namespaces.",
  tier: "How careful to be: local, staging or production.",
  tls: "Who signs the certificates.",
};

/** The file's text. `top` stands above everything. */
export function textOf(draft: Draft, top: readonly string[], schema: string): string {
  const config = Object.fromEntries(Object.entries(draft).map(([key, value]) => [`slipway:${key}`, value]));
  // Parts share their needs here; in the file each is on its own, to be changed alone.
  const document = new Document({ config }, { aliasDuplicateObjects: false });
  const map = document.get("config");
  if (!isMap(map)) throw new Error("a draft is a map");
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? String(pair.key.value).replace("slipway:", "") : "";
    const comment = COMMENTS[name];
    if (comment !== undefined && isScalar(pair.key)) pair.key.commentBefore = indented(comment);
  }
  const head = [`yaml-language-server: $schema=${schema}`, ...top].map((line) => `# ${line}\n`).join("");
  // Literal: the engine writes the file anew, and makes another of a folded text with indented lines.
  return head + document.toString({ blockQuote: "literal", lineWidth: 110 });
}

function indented(comment: string): string {
  return comment
    .split("\n")
    .map((line) => ` ${line}`)
    .join("\n");
}

/** Throws what is wrong with a text as the preview would say it. */
export function mustBeRight(text: string, where: string, next: string): void {
  try {
    const file = parseStackFile(text, where);
    parseSettings(file.raw, file);
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    const [, ...lines] = error.message.split("\n");
    const digests = lines.some((line) => line.includes("without a digest"));
    throw new Failure(`${where} would not be right yet, so it was not written`, {
      cause: error,
      details: lines.map((line) => line.replace(/^[^ ]*?:\d+: /, "")),
      next: digests ? `${next}; --pin asks the registries for the digests` : next,
    });
  }
}
