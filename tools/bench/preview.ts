/** What a preview of the production stack costs over programs that load the same SDKs, in one run. */
import { paired, type Bench } from "./figure";
import { onGround, type Load } from "./ground";
import { starts } from "./project";

export const preview: Bench = {
  name: "preview of the production stack",
  measure: ({ env, step }) =>
    onGround(env, async (ground) => {
      const load = await ground.load();
      const against = async (name: string, text: string, start: string) => {
        step.note(`against ${name} program`);
        return paired(ground.product(), (await ground.program(name.replaceAll(" ", "-"), text, start))());
      };
      const alone = await against("an empty", emptyProgram(load), starts.plain);
      const kept = await against("an empty kept", emptyProgram(load), starts.ours);
      const plain = await against("a plain", plainProgram(load), starts.ours);
      return [
        { name: "preview -s production", value: alone.a, unit: "s" },
        {
          name: "preview -s production, against an empty program of the same SDKs and plugins",
          value: alone.ratio,
          unit: "x",
          promise: 1.6,
          details: [`${load.files.length} files of packages, without a type check`],
        },
        {
          name: "against the same, started as ours is",
          value: kept.ratio,
          unit: "x",
        },
        {
          // What is left is our own: the engine and the SDK take their time for each resource.
          name: `against ${load.resources} ConfigMaps of one value, started as ours is`,
          value: plain.ratio,
          unit: "x",
        },
      ];
    }),
};

/** The packages the product's program loads, each file of them, the plugins it starts, and nothing made of them. */
const emptyProgram = ({ files }: Load) => `
import * as cloudflare from "@pulumi/cloudflare";
import * as kubernetes from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
for (const file of ${JSON.stringify(files)}) require(file);
export const providers = [
  new cloudflare.Provider("cloudflare"),
  new kubernetes.Provider("kubernetes", { context: "production" }),
  new random.Provider("random"),
];
`;

/** As many resources as the product has, each as small as can be. */
const plainProgram = (load: Load) => `${emptyProgram(load)}
for (let n = 0; n < ${load.resources}; n++) {
  const metadata = { name: "plain-" + n, namespace: "plain" };
  new kubernetes.core.v1.ConfigMap("plain-" + n, { metadata, data: { key: "value" } }, { provider: providers[1] });
}
`;
