/** What a preview of the production stack costs over a program that only loads the same SDKs, in one run. */
import { paired, type Bench } from "./figure";
import { onGround } from "./ground";

export const preview: Bench = {
  name: "preview of the production stack",
  measure: ({ env, step }) =>
    onGround(env, async (ground) => {
      const empty = await ground.program("empty", emptyProgram);
      step.note("against an empty program");
      const alone = await paired(ground.product(), empty());
      return [
        { name: "preview -s production", value: alone.a, unit: "s" },
        {
          name: "preview -s production, against an empty program",
          value: alone.ratio,
          unit: "x",
          promise: 1.6,
        },
      ];
    }),
};

/** The SDKs the product's program loads, and nothing made of them. */
const emptyProgram = `
import * as cloudflare from "@pulumi/cloudflare";
import * as kubernetes from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
export const loaded = [typeof cloudflare, typeof kubernetes, typeof random];
`;
