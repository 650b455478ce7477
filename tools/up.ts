/** `slipway up`: a cluster, the platform and the product of a stack; ends by printing URLs that answer. */
import type { Command } from "commander";
import { up as clusterUp } from "../toolchain/cluster/up";
import { ensureImages } from "../toolchain/images/ensure";
import { Failure } from "../toolchain/lib/failure";
import { checkout } from "../toolchain/lib/paths";
import { steps, type Step } from "../toolchain/lib/progress";
import { run } from "../toolchain/lib/run";
import { authority } from "./lib/authority";
import { answers, type Answer } from "./lib/answers";
import { doors, settingsIn, settingsOf } from "./lib/doors";
import { environment } from "./lib/environment";
import { fullImages, localImages } from "./lib/local-images";
import { full, rememberFull, stackFileWith } from "./lib/overlay";
import { Stack } from "./lib/stack";
import { policyPacks } from "./review/packs";

interface Options {
  stack: string;
  context?: string;
  platform: boolean;
  full?: boolean;
}

export function register(program: Command): void {
  program
    .command("up")
    .description("brings up a cluster with the product of a stack on it, and prints URLs that answer")
    .option("--stack <name>", "the stack, by its file Pulumi.<name>.yaml", "local")
    .option("--context <name>", "a cluster of your kubeconfig instead of the embedded one")
    .option("--no-platform", "leave the operators and the gateway as they are")
    .option("--full", "the demo with monitoring and backups too, and its needs enforced by the pod network")
    .action(up);
}

async function up(options: Options): Promise<void> {
  if (options.full && (options.stack !== "local" || options.context !== undefined)) {
    throw new Failure("--full is for the demo on the embedded cluster", {
      details: [
        "any other stack's file says itself what it wants: slipway:alerts, slipway:targets, postgres.backup",
      ],
      next: "leave out --full, or --stack and --context",
    });
  }
  // first of all: a wrong stack file must not cost anyone a cluster
  const settings = options.full
    ? settingsIn(stackFileWith(options.stack, full.product))
    : settingsOf(options.stack);
  const embedded = options.context === undefined;
  let env: Record<string, string> = {};
  const look = { title: "Engine", run: async (step: Step) => void (env = await environment(step)) };
  await steps([look]);
  if (embedded) {
    await clusterUp({ take: false, ...(options.full ? { isolation: true } : {}) });
    await steps([
      look, // again: now there is a cluster to talk to
      {
        title: "Images",
        run: async (step) => {
          await ensureImages(options.full ? [...localImages, ...fullImages] : localImages, step);
        },
      },
    ]);
  }
  const where = { stack: options.stack, env, ...(embedded ? { cluster: await clusterIdentity(env) } : {}) };
  const also = (file: string) => (options.full ? { also: file } : {});
  const platform = new Stack({ project: "platform", ...where, ...also(full.platform) });
  const product = new Stack({ project: "", ...where, ...also(full.product) });
  let found: Answer[] = [];
  await steps([
    {
      title: "Platform",
      skip: () => !options.platform && "left as it is (--no-platform)",
      run: async (step) => {
        await platform.up(step);
      },
    },
    {
      title: "Product",
      run: async (step) => {
        if (embedded && options.stack === "local") rememberFull(options.full === true);
        const packs = policyPacks(checkout, { policy: true });
        // In a local stack findings are advice, and nobody waits for a preview.
        await product.up(step, { packs, careful: settings.tier !== "local" });
      },
    },
    {
      title: "URLs",
      run: async (step) => {
        found = await answers(doors(settings), {
          step,
          ...(embedded ? { through: "127.0.0.1", authority: await authority(env) } : {}),
        });
      },
    },
  ]);
  print(found, embedded, options.full ? ` --config-file ${product.settings}` : "");
}

/** The one thing that a cluster keeps for life and no two share. */
async function clusterIdentity(env: Record<string, string>): Promise<string> {
  const jsonpath = "-o=jsonpath={.metadata.uid}";
  return (
    await run("kubectl", ["--context", "slipway", "get", "namespace", "kube-system", jsonpath], { env })
  ).stdout;
}

function print(found: Answer[], embedded: boolean, more: string): void {
  process.stdout.write(
    `\n${found.map(({ url, status, took }) => `  ${url}  (${status}, ${took} ms)`).join("\n")}\n`,
  );
  if (!embedded) return;
  process.stdout.write(
    [
      "",
      `  The certificates come from an authority of this cluster: ${authority.file()}`,
      `  Add it to your browser's authorities, or: curl --cacert ${authority.file()} ${found[0]?.url ?? ""}`,
      `  By hand: eval "$(./slipway env)"; pulumi preview -s local${more}; kubectl get pods -A`,
      "",
    ].join("\n"),
  );
}
