/** The pack as the engine serves it. */
import { PolicyPack } from "@pulumi/policy";
import { policies, warmUp } from "./engine/policies";
import { tap } from "./engine/tap";
import { rules } from "./index";

new PolicyPack("slipway", {
  displayName: "Slipway",
  description: "Kubernetes, Cloudflare and data-safety rules; the cluster's admission policies say the same.",
  enforcementLevel: "mandatory",
  policies: policies(rules, { tap: tap(), folder: process.cwd(), now: () => new Date() }),
});

// The server listens from the next turn on; the engine has read the list above before it starts the program.
setTimeout(() => warmUp(rules), 50);
