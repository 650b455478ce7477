// What the engine loads. Its runner would type-check a TypeScript pack at every start (PulumiPolicy.yaml tells it not to);
// the repository has a step of its own for that, so here types are only taken off, and the result is kept.
/* global require, setTimeout */
"use strict";
const Module = require("node:module");
const { join } = require("node:path");
const kept = require("../start/kept.js")("policies");

// Node's own cache of compiled code: most of a start is reading the SDKs.
Module.enableCompileCache?.(join(kept.folder, "v8"));

require("../start/typescript.js")(kept);

require("../start/later.js")();

require("./pack.ts");

// The engine ends the pack without warning, so what was compiled is written as soon as there is a moment's rest.
setTimeout(() => Module.flushCompileCache?.(), 300).unref();
