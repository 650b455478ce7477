// How the programs here start (`nodeargs` in each Pulumi.yaml): what Node and ts-node make of files is kept for the next start.
/* global require */
"use strict";
const { enableCompileCache } = require("node:module");
const { join } = require("node:path");
const kept = require("./kept.js")("programs");

enableCompileCache?.(join(kept.folder, "v8"));
require("./later.js")();
require("./together.js")();
require("./stacks.js")(require("./typescript.js")(kept));
