// A small pack with one rule of every kind that a review shows: mandatory, advisory, over the stack, unknown values, waivers.
/* global require */
"use strict";
const { PolicyPack } = require("@pulumi/policy");

const is = (args, kind) => args.type.endsWith(`:${kind}`);

new PolicyPack("review-rules", {
  policies: [
    {
      name: "service-selects",
      description: "A Service selects its pods by more than one label.",
      enforcementLevel: "mandatory",
      severity: "high",
      validateResource: (args, report) => {
        if (is(args, "Service") && Object.keys(args.props.spec.selector).length < 2) {
          report(
            "spec.selector: found one label, wanted two\nto mend: select by app and part too\nsee https://example.com/rules#selects",
          );
        }
      },
    },
    {
      name: "three-replicas",
      description: "A Deployment has three replicas.",
      enforcementLevel: "advisory",
      severity: "low",
      validateResource: (args, report) => {
        if (is(args, "Deployment") && args.props.spec.replicas < 3)
          report(`spec.replicas: found ${args.props.spec.replicas}, wanted 3`);
      },
    },
    {
      name: "long-passwords",
      description: "A password is long.",
      enforcementLevel: "mandatory",
      validateResource: (args, report) => {
        if (is(args, "Secret") && args.props.stringData.password.length < 10) report("too short");
      },
    },
    {
      name: "waivers",
      description: "Every waiver is needed, and none has expired.",
      enforcementLevel: "advisory",
      validateStack: (_args, report) => {
        report(
          "waived: three-replicas for Deployment/shop/api, by team-shop until 2026-12-01: one node only | until <spring>",
        );
      },
    },
  ],
});
