// The SDK tells the engine of every step of every resource, for `--debug`: some three lines a resource, each a call of its
// own, whether anybody asked or not. Here the lines of a moment go in one call.
/* global module, require, setTimeout */
"use strict";

/** Milliseconds: long for a program that registers resources, short for one that ends. */
const MOMENT = 10;

module.exports = function tellTogether() {
  const log = require("@pulumi/pulumi/log");
  const { rpcKeepAlive } = require("@pulumi/pulumi/runtime/settings");
  const tell = log.debug;
  let lines = [];
  let told;

  log.debug = (line, ...about) => {
    if (about.some((one) => one !== undefined)) return tell(line, ...about);
    lines.push(line);
    return (told ??= inAMoment());
  };

  function inAMoment() {
    const keepAlive = rpcKeepAlive(); // the SDK does not hang up before they are told
    return new Promise((done) => {
      setTimeout(() => {
        const text = lines.join("\n");
        lines = [];
        told = undefined;
        done(tell(text));
        keepAlive();
      }, MOMENT);
    });
  }
};
