// Stack traces that point into TypeScript, by ts-node's own library. Pulumi takes one for every promise, to be shown if that
// never settles, and one for every resource: they were a sixth of a preview's time. Most of their lines are the same and are
// looked up once, and what is not read is not written.
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
  const write = Error.prepareStackTrace;
  const lines = new Map();
  Error.prepareStackTrace = (error, frames) => {
    const text = () => {
      const head = write(error, []);
      const line = (frame) => {
        const unmapped = frame.toString();
        let mapped = lines.get(unmapped);
        if (mapped === undefined) lines.set(unmapped, (mapped = write(error, [frame]).slice(head.length)));
        return mapped;
      };
      return head + frames.map(line).join("");
    };
    // Kept by its promise, and only read by the report of those that never settled.
    return frames[0]?.getFunctionName() === "debuggablePromise" ? { toString: text } : text();
  };
};
