// Where the pack keeps what it worked out once: rules without their types, parsed expressions.
/* global process, require, module */
"use strict";
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { homedir, tmpdir } = require("node:os");
const { join } = require("node:path");

const folder = join(
  process.env.SLIPWAY_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir() || tmpdir(), ".cache"), "slipway"),
  "policies",
);

/** What was kept under this name; undefined where nothing was. */
function read(name) {
  try {
    return readFileSync(join(folder, name));
  } catch {
    return undefined; // not kept yet
  }
}

/** A cache that cannot be written costs some tenths of a second a start, and is no reason to fail. */
function keep(name, content) {
  try {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, name);
    writeFileSync(`${file}.${process.pid}`, content);
    renameSync(`${file}.${process.pid}`, file); // whole or not at all, even with two starts at once
  } catch {
    /* read-only home */
  }
}

module.exports = { folder, read, keep };
