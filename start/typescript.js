// TypeScript as ts-node makes it run, without a type check, and kept by its text: the compiler is the largest thing a start
// would load, and is only loaded where something is new.
/* global __dirname, process, module, require, Buffer */
"use strict";
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const root = join(__dirname, "..");
const project = join(root, "tsconfig.json");
const MAP = "//# sourceMappingURL=";

/** Lets `require` load .ts files; the answer finds the source map of one that was loaded. */
module.exports = function runTypeScript({ read, keep }) {
  const makes = createHash("sha256")
    .update(require("ts-node/package.json").version)
    .update(require("typescript/package.json").version)
    .update(readFileSync(project))
    .digest();
  const keyOf = (source) => createHash("sha256").update(makes).update(source).digest("hex");
  /** Where each file's map is kept, or the map itself where it was made just now. */
  const maps = new Map();
  const debugged = process.execArgv
    .concat(process.env.NODE_OPTIONS ?? "")
    .some((word) => /--inspect/.test(word));

  let compiler;
  function compile(source, file, key) {
    compiler ??= require("ts-node").create({ cwd: root, project, transpileOnly: true });
    const output = compiler.compile(source, file);
    const end = output.lastIndexOf(MAP);
    const code = output.slice(0, end);
    const map = JSON.parse(Buffer.from(output.slice(output.indexOf(",", end)), "base64").toString());
    delete map.sourcesContent; // the file itself has it
    keep(`${key}.map`, JSON.stringify(map)); // before the code: where that is, its map is
    keep(`${key}.js`, code);
    maps.set(file, { map });
    return code;
  }

  function mapOf(file) {
    const known = maps.get(file);
    if (known === undefined) return undefined;
    known.map ??= JSON.parse(read(`${known.key}.map`)?.toString() ?? "null");
    return known.map && { ...known.map, file, sources: [file] };
  }

  /** What a debugger reads to show TypeScript. */
  function inline(file) {
    const map = { ...mapOf(file), sources: [pathToFileURL(file).href] };
    return `${MAP}data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString("base64")}`;
  }

  require.extensions[".ts"] = (loaded, file) => {
    const source = readFileSync(file, "utf8");
    const key = keyOf(source);
    maps.set(file, { key });
    const code = read(`${key}.js`)?.toString() ?? compile(source, file, key);
    loaded._compile(debugged ? code + inline(file) : code, file);
  };
  return mapOf;
};
