/**
 * Turns each part into a folder that needs nothing but Node: `main.js` and what it reads.
 *
 *     npm run build -- [api|worker|web|all] [FOLDER]
 *
 * The Dockerfiles use it, and so may whoever packs an image without Docker: FOLDER/<part> is the image's /app.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build as bundle } from "esbuild";

export const partNames = ["api", "worker", "web"] as const;
export type PartName = (typeof partNames)[number];

const entries: Record<PartName, string> = {
  api: "api/main.ts",
  worker: "worker/main.ts",
  web: "web/server.ts",
};

/** Builds one part from the demo's folder `from` into `into`. The same sources give the same bytes. */
export async function buildPart(part: PartName, from: string, into: string): Promise<void> {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  await bundle({
    entryPoints: [join(from, entries[part])],
    outfile: join(into, "main.js"),
    bundle: true,
    platform: "node",
    target: "node22.12",
    format: "cjs",
    absWorkingDir: from,
    // Names in stack traces and metrics stay readable; only the space goes.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    // Optional companions of the libraries, asked for in a try: native parsers and other Redis clients.
    external: ["pg-native", "bufferutil", "utf-8-validate", "redis", "@valkey/valkey-glide", "bullmq-otel"],
    logLevel: "warning",
  });
  if (part === "api") cpSync(join(from, "api/migrations"), join(into, "migrations"), { recursive: true });
  if (part === "web") await buildPage(join(from, "web/page"), join(into, "public"));
}

/** The page: scripts and styles under names that carry their content's hash, and compressed copies of everything. */
async function buildPage(from: string, into: string): Promise<void> {
  mkdirSync(join(into, "assets"), { recursive: true });
  const result = await bundle({
    entryPoints: { app: join(from, "main.ts"), style: join(from, "style.css") },
    outdir: join(into, "assets"),
    absWorkingDir: from,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome120", "firefox121", "safari17.2"],
    write: false,
    logLevel: "warning",
  });
  let html = readFileSync(join(from, "index.html"), "utf8");
  for (const { path, contents } of result.outputFiles) {
    const extension = extname(path);
    const hash = createHash("sha256").update(contents).digest("hex").slice(0, 12);
    const name = `${basename(path, extension)}-${hash}${extension}`;
    writeFileSync(join(into, "assets", name), contents);
    html = html.replaceAll(`/assets/${basename(path)}`, `/assets/${name}`);
  }
  writeFileSync(join(into, "index.html"), html);
  cpSync(join(from, "icon.svg"), join(into, "icon.svg"));
  for (const name of readdirSync(into, { recursive: true, encoding: "utf8" })) {
    if (!/\.(js|css|html|svg)$/.test(name)) continue;
    const content = readFileSync(join(into, name));
    writeFileSync(join(into, `${name}.br`), brotliCompressSync(content));
    writeFileSync(join(into, `${name}.gz`), gzipSync(content, { level: 9 }));
  }
}

async function main([what = "all", into = "../artefacts/demo"]: string[]): Promise<void> {
  const wanted = partNames.filter((part) => what === "all" || what === part);
  if (wanted.length === 0)
    throw new Error(`There is no part "${what}": write ${partNames.join(", ")} or all.`);
  // One part goes straight into the folder named, all of them each into their own.
  for (const part of wanted)
    await buildPart(part, process.cwd(), wanted.length === 1 ? into : join(into, part));
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
