// Stack traces that point into TypeScript, by ts-node's own library.
/* global module, require */
"use strict";
const { createRequire } = require("node:module");

module.exports = function mapStacks(mapOf) {
  createRequire(require.resolve("ts-node"))("@cspotcode/source-map-support").install({
    environment: "node",
    retrieveSourceMap: (file) => {
      const map = mapOf(file);
      return map ? { url: file, map } : null;
    },
  });
};
