// A kubeconfig with one context, whose user is whoever this run is.
"use strict";
/* global process, console, __dirname, require */
const { join } = require("node:path");
const { CONTEXT, SERVER, CA, AUDIENCE } = process.env;
const exec = {
  apiVersion: "client.authentication.k8s.io/v1",
  command: join(__dirname, "token.sh"),
  env: [{ name: "OIDC_AUDIENCE", value: AUDIENCE }],
  interactiveMode: "Never",
};
console.log(
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": CONTEXT,
    contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user: CONTEXT } }],
    clusters: [{ name: CONTEXT, cluster: { server: SERVER, "certificate-authority-data": CA } }],
    users: [{ name: CONTEXT, user: { exec } }],
  }),
);
