/** What the command line or the answers on a terminal say, as a frame for a stack file. */
import { Failure } from "../../toolchain/lib/failure";
import type { Question } from "./ask";
import { slug } from "./compose/values";
import type { Frame, Tier } from "./draft";

export interface Flags {
  fromCompose?: string;
  profile: string[];
  product?: string;
  tier?: Tier;
  host?: string;
  api?: string;
  apiPort: string;
  web?: string;
  webPort: string;
  worker?: string;
  postgres?: true;
  redis?: "queue" | "cache";
  cloud?: string;
  context?: string;
  allow: string[];
  bucket?: string;
  email?: string;
  owner?: string;
  alerts: "pagerduty" | "slack";
  /** Asks registries for the digests of what was named. */
  pin?: true;
  registry?: string;
  out?: string;
  force?: true;
  yes?: true;
}
type Answers = Readonly<Record<string, string>>;

const yesOrNo = (answer: string) => (/^(?:y|yes|n|no)$/i.test(answer) ? undefined : "yes or no");
const PORT = (answer: string) => (/^\d{1,5}$/.test(answer) ? undefined : "a number from 1 to 65535");

/** What no flag has said. */
export function questionsFor(flags: Flags & { tier: Tier }): Question[] {
  const all: (Question & { readonly unless: unknown })[] = [
    { name: "product", text: "The product's name", unless: flags.product, usual: "shop" },
    {
      name: "host",
      text: "Its host name",
      unless: flags.host ?? (flags.tier === "local" ? "local" : undefined),
      wrong: (answer) => (answer.includes(".") ? undefined : "a host name such as app.example.com"),
    },
    { name: "api", text: "Image of its API (empty for none)", unless: flags.api, usual: "" },
    {
      name: "apiPort",
      text: "Port the API listens on",
      unless: undefined,
      usual: flags.apiPort,
      wrong: PORT,
    },
    { name: "web", text: "Image of its web front end (empty for none)", unless: flags.web, usual: "" },
    {
      name: "webPort",
      text: "Port the front end listens on",
      unless: undefined,
      usual: flags.webPort,
      wrong: PORT,
    },
    { name: "worker", text: "Image of its worker (empty for none)", unless: flags.worker, usual: "" },
    {
      name: "postgres",
      text: "With a Postgres database",
      unless: flags.postgres,
      usual: "yes",
      wrong: yesOrNo,
    },
    {
      name: "redis",
      text: "With a Redis: queue, cache or no",
      unless: flags.redis,
      usual: "no",
      wrong: (answer) => (/^(?:queue|cache|no)$/.test(answer) ? undefined : "queue, cache or no"),
    },
    ...(flags.tier === "production"
      ? [
          {
            name: "bucket",
            text: "Bucket for backups, such as s3://shop-backups (empty without a database)",
            unless: flags.bucket,
            usual: "",
          },
          {
            name: "owner",
            text: "Who answers for it (empty for the product's team)",
            unless: flags.owner,
            usual: "",
          },
        ]
      : []),
  ];
  return all.filter(({ unless }) => unless === undefined);
}

/** Flags before answers before what is usual. */
export function fromFlags(flags: Flags & { tier: Tier }, answers: Answers, folder: string): Frame {
  const said = (name: "api" | "web" | "worker") =>
    flags[name] ?? (answers[name] === "" ? undefined : answers[name]);
  const product = flags.product ?? slug(answers.product ?? folder);
  const postgres = flags.postgres === true || /^y/i.test(answers.postgres ?? "no");
  const role = flags.redis ?? (/^(?:queue|cache)$/.test(answers.redis ?? "") ? answers.redis : undefined);
  const needs = [...(postgres ? ["postgres"] : []), ...(role === undefined ? [] : ["redis"])];
  const needing = needs.length === 0 ? {} : { needs };
  const [api, web, worker] = [said("api"), said("web"), said("worker")];
  if (api === undefined && web === undefined && worker === undefined) {
    throw new Failure("nothing to run: no image was given", {
      next: "give --api, --web or --worker with an image, or --from-compose with a file",
    });
  }
  const parts = {
    ...(api === undefined
      ? {}
      : {
          api: {
            kind: "api",
            image: api,
            port: Number(answers.apiPort ?? flags.apiPort),
            health: "/health",
            ...needing,
          },
        }),
    ...(worker === undefined ? {} : { worker: { kind: "worker", image: worker, ...needing } }),
    ...(web === undefined
      ? {}
      : { web: { kind: "web", image: web, port: Number(answers.webPort ?? flags.webPort), spa: true } }),
  };
  const host = flags.host ?? answers.host;
  if (flags.tier !== "local" && host === undefined) {
    throw new Failure(`${flags.tier} needs a host name`, { next: "give --host app.example.com" });
  }
  return {
    alerts: flags.alerts,
    allow: flags.allow,
    bucket: flags.bucket ?? (answers.bucket === "" ? undefined : answers.bucket),
    cloud: flags.cloud,
    context: flags.context,
    email: flags.email,
    fallback: folder,
    host,
    owner: flags.owner ?? (answers.owner === "" ? undefined : answers.owner),
    keys: { ...(postgres ? { postgres: {} } : {}), ...(role === undefined ? {} : { redis: { role } }) },
    parts,
    product,
    tier: flags.tier,
  };
}
