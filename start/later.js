// What the SDK does at every start and needs only to send a function of the program to a cloud: it loads a compiler and npm's
// own resolver, and has a debugger tell it of every script that is read. Together a quarter of a start; here it is done when
// it is needed.
/* global module, require */
"use strict";
const Module = require("node:module");
const { basename } = require("node:path");

/** By what is asked for and the SDK's file that asks. */
const later = {
  "@npmcli/arborist codePaths.js": whenUsed,
  "typescript typescript-shim.js": whenUsed,
  "../../runtime/closure/v8Hooks index.js": whenAsked,
  "./v8Hooks v8.js": whenAsked,
};

/** `more` are further ones, of who asks: each answers what is to be there instead, from what would load it. */
module.exports = function loadLater(more = {}) {
  const all = { ...later, ...more };
  const requests = new Set(Object.keys(all).map((each) => each.split(" ")[0]));
  const load = Module._load;
  Module._load = function (request, parent, ...rest) {
    const found = requests.has(request) && all[`${request} ${basename(parent?.filename ?? "")}`];
    return found
      ? found(() => load.call(this, request, parent, ...rest))
      : load.call(this, request, parent, ...rest);
  };
};

/** The module is loaded with the first of its properties. */
function whenUsed(load) {
  // Without __esModule its importers would copy all properties, which would be their use.
  return new Proxy({}, { get: (_, name) => name === "__esModule" || load()[name] });
}

let session;
/** The debugger starts with the first question to it. */
function whenAsked(load) {
  return {
    __esModule: true,
    getScriptUrl: (id) => load().getScriptUrl(id),
    getSessionAsync: () => (session ??= begin(load())),
    isInitializedAsync: () => Promise.resolve(),
  };
}

async function begin(hooks) {
  const begun = await hooks.getSessionAsync();
  // Enabled once more, now that the SDK listens, it tells of all scripts that were read before.
  for (const method of ["Debugger.disable", "Debugger.enable"]) {
    await new Promise((done, fail) => begun.post(method, (error) => (error ? fail(error) : done())));
  }
  return begun;
}
