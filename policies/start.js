// What the engine loads. Its runner would type-check a TypeScript pack at every start (PulumiPolicy.yaml tells it not to);
// the repository has a step of its own for that, so here types are only taken off, and the result is kept.
/* global require, setTimeout */
"use strict";
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");
const { folder, keep, read } = require("./kept.js");

// Node's own cache of compiled code: most of a start is reading the SDKs.
Module.enableCompileCache?.(join(folder, "v8"));

const { version } = require("typescript/package.json");

require.extensions[".ts"] = (module, file) => {
  const source = readFileSync(file, "utf8");
  const key = createHash("sha256").update(version).update(file).update(source).digest("hex");
  const known = read(`${key}.js`)?.toString();
  const output = known ?? compile(source, file);
  if (known === undefined) keep(`${key}.js`, output);
  module._compile(output, file);
};

/** The compiler itself is large, and only loaded when there is something new. */
function compile(source, file) {
  const typescript = require("typescript");
  const compilerOptions = {
    module: typescript.ModuleKind.CommonJS,
    target: typescript.ScriptTarget.ES2023,
    esModuleInterop: true,
    inlineSourceMap: true,
  };
  return typescript.transpileModule(source, { compilerOptions, fileName: file }).outputText;
}

// The SDK loads npm's own resolver for programs with dynamic providers, a fifth of a start; a pack has none.
const load = Module._load;
Module._load = function (request, ...rest) {
  return request === "@npmcli/arborist" ? {} : load.call(this, request, ...rest);
};

require("./pack.ts");

// The engine ends the pack without warning, so what was compiled is written as soon as there is a moment's rest.
setTimeout(() => Module.flushCompileCache?.(), 300).unref();
