/** `slipway init`: a first stack file, from answers, from flags, or from a compose file. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { type Command, Option } from "commander";
import { CLOUDS } from "../clouds";
import { Failure } from "../toolchain/lib/failure";
import { checkout } from "../toolchain/lib/paths";
import { convert } from "./init/compose/convert";
import { readCompose } from "./init/compose/read";
import { formatSaid, type Said } from "./init/compose/report";
import { slug } from "./init/compose/values";
import { type Draft, frame } from "./init/draft";
import { type Flags, fromFlags, questionsFor } from "./init/flags";
import { ask } from "./init/ask";
import { mustBeRight, textOf } from "./init/write";
import { pinText } from "./image/pin";

export function register(program: Command): void {
  const many = (value: string, all: string[]) => [...all, value];
  program
    .command("init [stack]")
    .description("writes a first stack file: asks, takes flags, or reads a docker-compose file")
    .option("--from-compose <file>", "takes over what a docker-compose file says")
    .option("--profile <name>", "services of this profile too; may be repeated", many, [])
    .option("--product <name>", "the product's name")
    .addOption(new Option("--tier <tier>", "how careful to be").choices(["local", "staging", "production"]))
    .option("--host <name>", "the product's host name, such as app.example.com")
    .option("--api <image>", "an API, with its image")
    .option("--api-port <port>", "the port it listens on", "8000")
    .option("--web <image>", "a web front end, with its image")
    .option("--web-port <port>", "the port it listens on", "8080")
    .option("--worker <image>", "a worker, with its image")
    .option("--postgres", "with a database")
    .addOption(new Option("--redis <role>", "with a Redis").choices(["queue", "cache"]))
    .addOption(new Option("--cloud <cloud>", "the platform of its cluster").choices([...CLOUDS]))
    .option("--context <name>", "the kubeconfig context of its cluster")
    .option(
      "--allow <range>",
      "who may come to staging; may be repeated; a password, when not said",
      many,
      [],
    )
    .option("--bucket <bucket>", "where backups go, such as s3://shop-backups")
    .option("--email <address>", "whom Let's Encrypt writes to")
    .addOption(
      new Option("--alerts <channel>", "who hears of failures")
        .choices(["pagerduty", "slack"])
        .default("pagerduty"),
    )
    .option("--pin", "writes each image with the digest that its registry says its tag stands for")
    .option("--registry <path>", "where built images go, such as ghcr.io/acme")
    .option("--out <file>", "the file to write; when not said, Pulumi.<stack>.yaml here")
    .option("--force", "writes over a file that is there")
    .option("--yes", "asks nothing: flags and what is usual")
    .action(init);
}

async function init(stack: string | undefined, flags: Flags): Promise<void> {
  const tier = flags.tier ?? tierOf(stack);
  const named = flags.out ?? (stack === undefined ? undefined : `Pulumi.${stack}.yaml`);
  if (named !== undefined) mustBeFree([named], flags);
  const made =
    flags.fromCompose === undefined
      ? await asked({ ...flags, tier })
      : fromCompose(flags.fromCompose, { ...flags, tier });
  // A checkout has stacks of its own under the plain names: the product's name tells the new one apart.
  const product = slug(String(made.draft.product));
  const out = mustBeFree(
    named === undefined ? [`Pulumi.${tier}.yaml`, `Pulumi.${product}-${tier}.yaml`] : [named],
    flags,
  );
  const full = resolve(checkout, "config/stack.schema.json");
  const near = relative(dirname(out), full);
  // Outside the checkout a relative way would lead through half the disk.
  const schema = near.startsWith("../../../") ? full : near;
  const unasked = textOf(
    made.draft,
    [...made.top, "docs/configure.md says what each key means, and which others there are."],
    schema,
  );
  const { text } = flags.pin === true ? await pinText(unasked, basename(out)) : { text: unasked };
  mustBeRight(text, basename(out), made.next);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, text);
  process.stdout.write(summary(made, flags.fromCompose, out));
}

/** The first of these files that is not there yet. */
function mustBeFree(names: readonly string[], { force }: Flags): string {
  const paths = names.map((one) => resolve(one));
  const free = paths.find((path) => force === true || !existsSync(path));
  if (free !== undefined) return free;
  throw new Failure(`${paths.join(" and ")} ${paths.length > 1 ? "are" : "is"} there already`, {
    next: "give another name or --out, or --force to write over it",
  });
}

interface Made {
  readonly draft: Draft;
  readonly top: readonly string[];
  readonly said: readonly Said[];
  readonly next: string;
}

const FLAGS = "say the missing with flags: slipway init --help lists them";

async function asked(flags: Flags & { tier: NonNullable<Flags["tier"]> }): Promise<Made> {
  const terminal = process.stdin.isTTY && flags.yes !== true;
  const answers = terminal
    ? await ask(questionsFor(flags), { input: process.stdin, output: process.stdout })
    : {};
  const given = fromFlags(flags, answers, slug(basename(process.cwd())));
  return { draft: frame(given), next: FLAGS, said: [], top: [`${given.product}, ${flags.tier}.`] };
}

function fromCompose(path: string, flags: Flags & { tier: NonNullable<Flags["tier"]> }): Made {
  const file = readCompose(resolve(path));
  const fallback = basename(dirname(resolve(path)));
  const { draft, said } = convert(file, {
    alerts: flags.alerts,
    allow: flags.allow,
    bucket: flags.bucket,
    cloud: flags.cloud,
    context: flags.context,
    email: flags.email,
    fallback,
    host: flags.host,
    owner: flags.owner,
    keys: {},
    product: flags.product,
    profiles: flags.profile,
    registry: flags.registry,
    tier: flags.tier,
  });
  if (Object.keys(draft.parts as object).length === 0) {
    throw new Failure(`${file.where} has no service that Slipway would run as a part`, {
      details: said.map((one) => formatSaid(one, file.where)),
      next: "add the service with the product's own program",
    });
  }
  return {
    draft,
    next: `${FLAGS}; or write it with --tier local first, and mend it there`,
    said,
    top: [
      `${String(draft.product)}, ${flags.tier}: from ${file.where}, line by line as \`slipway init\` said.`,
    ],
  };
}

function tierOf(stack: string | undefined): NonNullable<Flags["tier"]> {
  return (["staging", "production"] as const).find((tier) => stack?.split("-").at(-1) === tier) ?? "local";
}

function summary({ draft, said }: Made, compose: string | undefined, out: string): string {
  const lines = said.map((one) => formatSaid(one, basename(compose ?? "")));
  const count = (outcome: Said["outcome"]) => said.filter((one) => one.outcome === outcome).length;
  const sums =
    compose === undefined
      ? []
      : [
          `${count("carried")} carried over, ${count("changed")} changed on the way, ${count("left out")} left out`,
        ];
  return [...lines, ...sums, `wrote ${out}`, `next: ${nextFor(out, draft)}`, ""].join("\n");
}

/** The very words that come next. */
function nextFor(out: string, draft: Draft): string {
  const stack = /^Pulumi\.(.+)\.yaml$/.exec(basename(out))?.[1];
  const { context } = Object.values(draft.clusters as Record<string, { context: string }>)[0] ?? {};
  const up = `./slipway up --stack ${stack ?? "NAME"}`;
  const then =
    draft.tier === "local"
      ? up
      : `./slipway render ${stack ?? "NAME"} shows what it makes, without a cluster; ${up} --context ${context ?? "NAME"} makes it`;
  if (stack === undefined) return `call it Pulumi.NAME.yaml, then ${then}`;
  return dirname(out) === checkout ? then : `put it beside Slipway's own Pulumi.yaml, then ${then}`;
}
