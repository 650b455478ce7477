// What the engine loads. Its runner would type-check a TypeScript pack at every start; the repository has a step of its
// own for that, so here types are only taken off, by the compiler the runner has already loaded, and the result is kept.
/* global process, require, setTimeout */
"use strict";
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { homedir, tmpdir } = require("node:os");
const { enableCompileCache, flushCompileCache } = require("node:module");
const { join } = require("node:path");
const typescript = require("typescript");

const folder = join(
  process.env.SLIPWAY_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir() || tmpdir(), ".cache"), "slipway"),
  "policies",
);
// Node's own cache of compiled code: most of a start is reading the SDKs.
enableCompileCache?.(join(folder, "v8"));

const options = {
  module: typescript.ModuleKind.CommonJS,
  target: typescript.ScriptTarget.ES2023,
  esModuleInterop: true,
  inlineSourceMap: true,
};

require.extensions[".ts"] = (module, file) => {
  const source = readFileSync(file, "utf8");
  const key = createHash("sha256").update(typescript.version).update(file).update(source).digest("hex");
  const kept = join(folder, `${key}.js`);
  module._compile(read(kept) ?? keep(kept, compile(source, file)), file);
};

function compile(source, file) {
  return typescript.transpileModule(source, { compilerOptions: options, fileName: file }).outputText;
}

function read(kept) {
  try {
    return readFileSync(kept, "utf8");
  } catch {
    return undefined; // not kept yet
  }
}

/** A cache that cannot be written costs a tenth of a second a start, and is no reason to fail. */
function keep(kept, output) {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${kept}.${process.pid}`, output);
    renameSync(`${kept}.${process.pid}`, kept); // whole or not at all, even with two starts at once
  } catch {
    /* read-only home */
  }
  return output;
}

require("./pack.ts");

// The engine ends the pack without warning, so what was compiled is written as soon as there is a moment's rest.
setTimeout(() => flushCompileCache?.(), 300).unref();
