// Where a start keeps what it worked out once, for the next ones: files without their types, parsed expressions.
/* global process, module, require */
"use strict";
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { homedir, tmpdir } = require("node:os");
const { join } = require("node:path");

const cache =
  process.env.SLIPWAY_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir() || tmpdir(), ".cache"), "slipway");

/** What is kept in a folder of that name. */
module.exports = function kept(name) {
  const folder = join(cache, name);
  return {
    folder,

    /** What was kept under this name; undefined where nothing was. */
    read(file) {
      try {
        return readFileSync(join(folder, file));
      } catch {
        return undefined; // not kept yet
      }
    },

    /** A cache that cannot be written costs some tenths of a second a start, and is no reason to fail. */
    keep(file, content) {
      try {
        mkdirSync(folder, { recursive: true });
        const path = join(folder, file);
        writeFileSync(`${path}.${process.pid}`, content);
        renameSync(`${path}.${process.pid}`, path); // whole or not at all, even with two starts at once
      } catch {
        /* read-only home */
      }
    },
  };
};
