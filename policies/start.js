// What the engine loads. Its runner would type-check a TypeScript pack at every start (first.js has it not do so);
// the repository has a step of its own for that, so here types are only taken off, and the result is kept.
/* global require, setTimeout */
"use strict";
const Module = require("node:module");

require("../start/typescript.js")(require("../start/kept.js")("policies"));

require("./pack.ts");

// The engine ends the pack without warning, so what was compiled is written as soon as there is a moment's rest.
setTimeout(() => Module.flushCompileCache?.(), 300).unref();
