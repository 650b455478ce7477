/** Compose files as people have them: each becomes a stack file that is right, and nothing in them goes unsaid. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { parseSettings, type Settings } from "../../../config";
import { parseStackFile } from "../../../config/source";
import { Failure } from "../../../toolchain/lib/failure";
import { convert, type ConvertOptions, type Converted } from "../../../tools/init/compose/convert";
import { options } from "./options";
import { type ComposeFile, parseCompose, readCompose } from "../../../tools/init/compose/read";
import { leaves, type Said } from "../../../tools/init/compose/report";
import { mustBeRight, textOf } from "../../../tools/init/write";

const FOLDER = join(__dirname, "compose");
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".yml"));
const good = names.filter((name) => /^[01]/.test(name));
const bad = names.filter((name) => !good.includes(name));

const path = (name: string) => join(FOLDER, names.find((one) => one.startsWith(name)) ?? name);
const read = (
  name: string,
  more: Partial<ConvertOptions> = {},
): Converted & { file: ComposeFile; text: string; settings: Settings } => {
  const file = readCompose(path(name));
  const converted = convert(file, options(more));
  const text = textOf(converted.draft, [], "schema.json");
  mustBeRight(text, "Pulumi.test.yaml", "");
  const stack = parseStackFile(text, "Pulumi.test.yaml");
  return { ...converted, file, settings: parseSettings(stack.raw, stack), text };
};
/** What was said of a setting, as `outcome: text`. */
const said = (all: readonly Said[], at: string): string[] =>
  all.filter((one) => one.path.join(".") === at).map(({ outcome, text }) => `${outcome}: ${text}`);

describe("slipway init --from-compose", () => {
  it("is tried on sixteen files at least, and on ten that are wrong", () => {
    assert.ok(good.length >= 16, String(good.length));
    assert.ok(bad.length >= 10, String(bad.length));
  });

  for (const name of good) {
    describe(name, () => {
      for (const more of [
        { tier: "local" as const },
        { host: "shop.example.com", tier: "staging" as const },
        { allow: ["203.0.113.0/24"], host: "shop.example.com", tier: "staging" as const },
      ]) {
        it(`becomes a stack file that is right, in ${more.tier}${"allow" in more ? " with an allow list" : ""}`, () => {
          assert.ok(Object.keys(read(name, more).settings.parts).length > 0);
        });
      }

      it("has something said of every setting, on its line", () => {
        const { file, said: all } = read(name);
        for (const leaf of leaves(file.root)) {
          const about = all.filter((one) => one.path.every((step, index) => step === leaf[index]));
          const words = about.filter(
            ({ text }) =>
              !/^(?:no healthcheck|pushed as|port \d+: parts|redis\.role: queue, which)/.test(text),
          );
          assert.ok(words.length > 0, leaf.join("."));
        }
        for (const one of all) assert.ok((one.line ?? 0) > 0, one.path.join("."));
      });

      it("never copies a secret's value", () => {
        const { text } = read(name);
        for (const value of ["hunter2", "sk_something_long", "changeme", "f3c1a9"])
          assert.ok(!text.includes(value), value);
      });

      it("means the same whenever it is read", () => {
        assert.equal(read(name).text, read(name).text);
      });
    });
  }

  it("carries over probes, ports and command of an API, and leaves a developer's folder behind", () => {
    const { said: all, settings } = read("01");
    const { api } = settings.parts;
    assert.ok(api?.kind === "api");
    assert.deepEqual(
      [api.port, api.health.live, api.health.interval.text, api.health.failures, api.health.startup.text],
      [8000, "/health", "30s", 3, "40s"],
    );
    assert.deepEqual(api.args?.slice(0, 2), ["uvicorn", "app.main:app"]);
    assert.match(
      said(all, "services.api.volumes.0")[0] ?? "",
      /^left out: \.\/apps\/api: files of this machine/,
    );
    assert.ok(settings.postgres?.mode === "operator");
    assert.deepEqual(
      [settings.postgres.version, settings.postgres.database, settings.postgres.owner],
      [15, "knitwit", "dev"],
    );
  });

  it("gives DATABASE_URL and REDIS_URL by needs, and says so", () => {
    const { said: all, settings } = read("02");
    assert.deepEqual([...(settings.parts.api?.needs ?? [])], ["postgres", "redis"]);
    assert.deepEqual(said(all, "services.api.environment.DATABASE_URL"), [
      "carried: needs: [postgres] gives DATABASE_URL",
    ]);
    assert.match(said(all, "services.web.environment.VITE_API_URL")[0] ?? "", /an address on this machine/);
    assert.deepEqual(settings.hosts.app?.name, "shop.localhost");
  });

  it("replaces a proxy by routes, and keeps secret build arguments out of the image", () => {
    const { said: all, settings } = read("03");
    assert.deepEqual(Object.keys(settings.parts), ["backend", "frontend"]);
    assert.match(said(all, "services.nginx")[0] ?? "", /^left out: the gateway does this/);
    assert.match(said(all, "services.frontend.build.args.1")[0] ?? "", /would stay in the image/);
    assert.match(said(all, "services.frontend").join(), /port 80: parts are not root/);
    assert.ok(settings.redis?.mode === "managed");
    assert.deepEqual(
      [settings.redis.role, settings.redis.eviction, settings.redis.persist],
      ["cache", "allkeys-lru", true],
    );
    assert.deepEqual(Object.keys(settings.secrets), ["OPENAI_API_KEY", "SUPABASE_KEY"]);
  });

  it("reads anchors and merges, and takes what has no port for a worker", () => {
    const { settings } = read("04");
    const { sidekiq, web } = settings.parts;
    assert.equal(sidekiq?.kind, "worker");
    assert.deepEqual(sidekiq.grace.value, 90_000);
    assert.deepEqual([web?.env.RAILS_ENV, web?.env.WEB_CONCURRENCY], ["production", "2"]);
    assert.deepEqual(Object.keys(settings.secrets), ["SECRET_KEY_BASE"]);
  });

  it("reads the long syntax of ports, volumes, secrets, probes and resources", () => {
    const { said: all, settings } = read("05");
    const { api } = settings.parts;
    assert.ok(api?.kind === "api");
    assert.deepEqual([settings.product, api.port, api.user, api.scale.max], ["long-form", 8080, 1001, 1]);
    assert.deepEqual(
      [api.cpu.request.text, api.cpu.limit.text, api.memory.request.text, api.memory.limit.text],
      ["250m", "500m", "128Mi", "512Mi"],
    );
    assert.deepEqual(api.architectures, ["arm64"]);
    assert.deepEqual(
      Object.entries(api.volumes).map(([name, { kind, path: at }]) => [name, kind, at]),
      [
        ["scratch", "memory", "/scratch"],
        ["uploads", "disk", "/data/uploads"],
      ],
    );
    assert.deepEqual(api.from.DB_HOST?.text, "postgres.host");
    assert.deepEqual(Object.keys(api.secrets), ["DB_PASSWORD", "API_TOKEN"]);
    assert.equal(api.health.live, "/ready");
    assert.match(said(all, "services.api.ports.1")[0] ?? "", /udp/);
    assert.match(
      said(all, "services.api.environment.DB_PASSWORD_FILE")[0] ?? "",
      /^changed: secrets are variables/,
    );
    assert.ok(settings.postgres?.mode === "operator");
    assert.deepEqual(
      [settings.postgres.connections, settings.postgres.extensions, settings.postgres.parameters],
      [200, ["vector", "pg_stat_statements"], { work_mem: "8MB" }],
    );
  });

  it("leaves services of a profile out, and takes them in when asked", () => {
    assert.deepEqual(Object.keys(read("06").settings.parts), ["app"]);
    assert.match(said(read("06").said, "services.debug")[0] ?? "", /--profile dev$/);
    assert.deepEqual(Object.keys(read("06", { profiles: ["full"] }).settings.parts), ["app", "jobs"]);
  });

  it("reads env files below the service's own words, and says which is not there", () => {
    const { said: all, settings } = read("07");
    assert.deepEqual(settings.parts.api?.env, { APP_NAME: "The Shop", LOG_LEVEL: "warn" });
    assert.deepEqual(Object.keys(settings.secrets), ["JWT_SECRET", "STRIPE_SECRET_KEY"]);
    assert.match(said(all, "services.api.env_file.1").join(), /missing\.env is not there/);
  });

  it("makes a migration of what migrates and ends, and a command of a worker's probe", () => {
    const { said: all, settings } = read("08");
    assert.deepEqual(settings.parts.web?.migrate?.command, ["python", "manage.py", "migrate"]);
    assert.match(said(all, "services.migrate")[0] ?? "", /^changed: parts\.web\.migrate/);
    assert.deepEqual(settings.parts.worker?.health?.command, ["sh", "-c", "celery -A shop inspect ping"]);
    assert.deepEqual(settings.parts.web.from.CELERY_BROKER_URL?.text, "redis.url");
    assert.deepEqual(settings.parts.web.build?.platforms, ["linux/amd64", "linux/arm64"]);
  });

  it("refuses privileges, devices and the node's own, each by name", () => {
    const { said: all } = read("09");
    const left = all.filter(({ outcome }) => outcome === "left out").map((one) => one.path.at(-1));
    for (const key of [
      "privileged",
      "network_mode",
      "pid",
      "cap_add",
      "devices",
      "sysctls",
      "ulimits",
      "something_new",
      "user",
    ]) {
      assert.ok(left.includes(key), key);
    }
    assert.match(said(all, "services.agent.volumes.0")[0] ?? "", /the node's containers/);
  });

  it("says what it does not run, and what the platform does instead", () => {
    for (const [name, services] of [
      ["10", ["mongo", "rabbit", "search"]],
      ["11", ["prometheus", "grafana", "mailpit", "adminer", "pgbouncer"]],
      ["12", ["traefik"]],
    ] as const) {
      const { said: all, settings } = read(name);
      for (const service of services) {
        assert.match(said(all, `services.${service}`)[0] ?? "", /^left out: /, service);
        assert.ok(!(service in settings.parts), service);
      }
    }
  });

  it("follows extends within the file", () => {
    const { api, mailer } = read("13").settings.parts;
    assert.deepEqual(api?.env, { NODE_ENV: "production", PORT: "4000" });
    assert.deepEqual(mailer?.args, ["sh", "-c", "node mailer.js | tee /dev/stdout"]);
  });

  it("finds out who calls whom", () => {
    const bff = read("14").settings.parts["gateway-api"];
    assert.deepEqual([...(bff?.needs ?? [])], ["orders", "pay", "postgres"]);
    assert.deepEqual(
      Object.entries(bff?.from ?? {}).map(([name, { text }]) => [name, text]),
      [
        ["PAY_BASE", "pay.url"],
        ["READ_DATABASE_URL", "postgres.readUrl"],
      ],
    );
  });

  it("makes names and sizes that Kubernetes takes", () => {
    const shop = read("15").settings.parts["shop-web"];
    assert.deepEqual([shop?.memory.limit.text, shop?.cpu.limit.text], ["1Gi", "1500m"]);
    assert.deepEqual(Object.keys(shop?.volumes ?? {}).sort(), ["run", "shm", "shop-content"]);
  });

  it("puts variables in as compose does", () => {
    const { said: all, settings } = read("16");
    const { api } = settings.parts;
    assert.ok(api?.kind === "api");
    assert.deepEqual([api.image?.text, api.port], ["ghcr.io/acme/api:1.0.0", 3000]);
    assert.deepEqual(api.env, { OPTIONAL: "", PRICE: "$5", REGION: "eu" });
    assert.match(said(all, "services.api.environment.NEEDED")[0] ?? "", /neither a value nor a default/);
    const given = readCompose(path("16"), { PORT: "4000", TAG: "2.0.0" });
    assert.equal((given.services.api as { image: string }).image, "ghcr.io/acme/api:2.0.0");
  });

  it("makes jobs of what runs once and ends, below the part whose image it has", () => {
    const { said: all, settings } = read("17");
    assert.deepEqual(Object.keys(settings.parts).sort(), ["mailer", "web"]);
    assert.deepEqual(settings.parts.web?.migrate?.command, ["npm", "run", "migrate"]);
    assert.deepEqual(
      Object.entries(settings.jobs).map(([name, { command, once, part }]) => [name, part, once, command]),
      [
        ["seed", "web", true, ["npm", "run", "seed"]],
        ["warm", "web", true, ["node", "warm.js"]],
      ],
    );
    assert.match(said(all, "services.seed")[0] ?? "", /^changed: jobs\.seed: once for each new version/);
    assert.match(said(all, "services.fixtures")[0] ?? "", /^left out: no part has its image/);
  });

  it("says which addresses lead to what is not here afterwards", () => {
    const about = (index: number) => said(read("17").said, `services.web.environment.${index}`);
    assert.deepEqual(about(1), [
      "changed: env.KAFKA_BROKERS: kafka is not here; write the address of the one you use",
    ]);
    assert.match(about(2)[0] ?? "", /search is not here/);
    assert.match(about(3)[0] ?? "", /kafka is not here/);
    assert.deepEqual(about(4), ["carried: env.TITLE"]);
  });

  it("says which of a range of ports it takes", () => {
    assert.deepEqual(said(read("17").said, "services.web.ports.0"), [
      "carried: port: 3000; from outside by its route",
      "left out: up to 3005: a part has one port",
    ]);
  });

  it("leaves out settings of Postgres that are the operator's, or have a key of their own", () => {
    const { said: all, settings } = read("17");
    assert.ok(settings.postgres?.mode === "operator");
    assert.deepEqual(settings.postgres.parameters, { work_mem: "8MB" });
    assert.deepEqual(said(all, "services.db.command").slice(0, 2), [
      "left out: wal_level=logical: take it out: the operator sets it",
      "left out: archive_timeout=60: write postgres.backup.wal instead",
    ]);
  });

  it("says of a volume that it is one replica's, another's too, or read only no more", () => {
    const { said: all, settings } = read("18");
    const { api, resize } = settings.parts;
    assert.deepEqual([api?.scale.max, resize?.scale.max], [1, 1]);
    assert.deepEqual(said(all, "services.api.deploy.replicas"), [
      "changed: scale: 1 instead of 3: its disk is one replica's",
    ]);
    assert.match(said(all, "services.resize.scale")[0] ?? "", /1 instead of 2/);
    assert.match(said(all, "services.api.volumes.0")[0] ?? "", /resize has another one/);
    assert.match(said(all, "services.resize.volumes.0")[0] ?? "", /api has another one.*can be written to/);
    assert.match(
      said(all, "services.api.volumes.1")[0] ?? "",
      /^left out: C:\\projects\\api: files of this machine/,
    );
    assert.match(said(all, "services.api.volumes.2")[0] ?? "", /a disk of 1Gi.*can be written to/);
    assert.deepEqual(Object.keys(api?.volumes ?? {}).sort(), ["models", "uploads"]);
  });

  it("says of production what is missing, and writes nothing", () => {
    assert.throws(
      () => read("02", { host: "shop.example.com", tier: "production" }),
      (error: unknown) =>
        error instanceof Failure && error.format().includes("postgres.backup: found nothing"),
    );
  });

  const refusals: Readonly<Record<string, RegExp>> = {
    "20": /no YAML that can be read\n {2}20-broken-indent\.yml:4: /,
    "21": /21-broken-bracket\.yml:\d+: /,
    "22": /22-broken-tab\.yml:3: Tabs are not allowed/,
    "23": /has no services/,
    "24": /has no services/,
    "25": /has include.*\n {2}next: run `docker compose config/,
    "26": /services\.a\.extends leads to another file/,
    "27": /in a ring/,
    "29": /Unresolved alias/,
    "30": /Map keys must be unique/,
  };
  for (const [name, pattern] of Object.entries(refusals)) {
    it(`refuses ${basename(path(name))} with a sentence`, () => {
      assert.throws(
        () => readCompose(path(name)),
        (error: unknown) => {
          assert.ok(error instanceof Failure);
          assert.match(error.format(), pattern);
          assert.match(error.format(), /next: /);
          return true;
        },
      );
    });
  }

  it("has nothing to run where there is only a store", () => {
    const { draft } = convert(readCompose(path("28")), options());
    assert.deepEqual(draft.parts, {});
  });

  it("never lets a setting go unsaid, whatever it is called", () => {
    const keys = [
      "image",
      "ports",
      "environment",
      "deploy",
      "volumes",
      "healthcheck",
      "build",
      "command",
      "secrets",
    ];
    for (const key of keys) {
      for (const value of [{ strange: { deep: [1, { x: 2 }] } }, ["a", { b: "c" }], "text", 7, true, null]) {
        const text = JSON.stringify({
          services: { api: { image: "ghcr.io/acme/a:1", ports: ["80"], [key]: value, zzz: value } },
        });
        const file = parseCompose(text, { folder: FOLDER, variables: {}, where: "made.yml" });
        const { said: all } = convert(file, options());
        for (const leaf of leaves(file.root)) {
          assert.ok(
            all.some((one) => one.path.every((step, index) => step === leaf[index])),
            `${leaf.join(".")} of ${text}`,
          );
        }
      }
    }
  });

  it("writes each key once, in the order people read, with a word on it", () => {
    const { text } = read("02");
    assert.deepEqual(Object.keys((parse(text) as { config: object }).config).slice(0, 4), [
      "slipway:product",
      "slipway:tier",
      "slipway:clusters",
      "slipway:hosts",
    ]);
    assert.match(text, /# The database; parts that need it get DATABASE_URL\.\n {2}slipway:postgres:/);
  });
});
