// What Node loads before the engine's runner of packs (`nodeargs` in PulumiPolicy.yaml), for a short start: the runner's own,
// and the compiler that it loads to type-check packs. start.js has the types taken off without it.
/* global require */
"use strict";
const { enableCompileCache } = require("node:module");
const { join } = require("node:path");

// Node's own cache of compiled code: most of a start is reading the SDKs.
enableCompileCache?.(join(require("../start/kept.js")("policies").folder, "v8"));

const compiler = () => ({ version: require("typescript/package.json").version });
const hook = () => ({ VERSION: require("ts-node/package.json").version, register() {} });
require("../start/later.js")({
  "typescript tsutils.js": compiler,
  "typescript run.js": compiler,
  "ts-node tsutils.js": hook,
  "ts-node run.js": hook,
});
