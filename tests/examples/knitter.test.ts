/** knitter.app's document, promise by promise; the names of these tests stand in examples/knitter/README.md. */
import assert from "node:assert/strict";
import { describeProduct } from "./every-stack";

const BOTH = ["production", "supabase"];

describeProduct("knitter", ["staging", "production", "supabase"], (of) => {
  it("the backend listens on 8000 and answers /health every 30 s, within 10 s, three times", () => {
    const { livenessProbe, ports } = of("production").container("backend") as {
      livenessProbe?: {
        failureThreshold: number;
        httpGet: { path: string };
        periodSeconds: number;
        timeoutSeconds: number;
      };
      ports?: { containerPort: number }[];
    };
    assert.equal(ports?.[0]?.containerPort, 8000);
    assert.deepEqual(
      [livenessProbe?.httpGet.path, livenessProbe?.periodSeconds, livenessProbe?.timeoutSeconds],
      ["/health", 30, 10],
    );
    assert.equal(livenessProbe?.failureThreshold, 3);
  });

  it("three backends at least and ten at most, by CPU at 70 %; two frontends", () => {
    for (const stack of BOTH) {
      const { maxReplicas, metrics, minReplicas } = of(stack).spec("HorizontalPodAutoscaler", "backend");
      assert.deepEqual([minReplicas, maxReplicas], [3, 10]);
      assert.match(JSON.stringify(metrics), /"averageUtilization":70/);
      assert.equal(of(stack).spec("Deployment", "frontend").replicas, 2);
    }
  });

  it("CPU and memory are as the manifests have them, and as they grow", () => {
    const sizes = (stack: string, part: string) => {
      const { limits, requests } = of(stack).container(part).resources as Record<
        string,
        { cpu: string; memory: string }
      >;
      return [requests?.memory, requests?.cpu, limits?.memory, limits?.cpu];
    };
    assert.deepEqual(sizes("staging", "backend"), ["256Mi", "250m", "512Mi", "500m"]);
    assert.deepEqual(sizes("production", "backend"), ["512Mi", "500m", "2Gi", "2"]);
    assert.deepEqual(sizes("production", "frontend"), ["128Mi", "100m", "256Mi", "200m"]);
  });

  it("the namespace is knitter", () => {
    assert.equal(of("production").graph.named("main-namespace").inputs.metadata.name, "knitter");
  });

  it("/api takes 10 requests a second and 20 beyond, search 5 and 10", () => {
    for (const stack of ["staging", ...BOTH]) {
      const limit = (path: string) => {
        const { average, burst, period } = of(stack).way(path).rateLimit ?? {};
        return [average, period, burst];
      };
      assert.deepEqual(
        [limit("/api"), limit("/api/search")],
        [
          [10, "1000ms", 20],
          [5, "1000ms", 10],
        ],
      );
      assert.equal(of(stack).way("/").rateLimit, undefined);
    }
  });

  it("every answer has the four headers", () => {
    for (const path of ["/", "/api"]) {
      const { headers } = of("production").way(path);
      assert.equal(headers?.customFrameOptionsValue, "DENY");
      assert.equal(headers.contentTypeNosniff, true);
      assert.equal(headers.customResponseHeaders?.["X-XSS-Protection"], "1; mode=block");
      assert.deepEqual(
        [headers.stsSeconds, headers.stsIncludeSubdomains, headers.stsPreload],
        [63_072_000, true, true],
      );
    }
  });

  it("unknown paths get the index page, files with a hash in their name are kept for a year", () => {
    const look = of("production");
    assert.ok(look.has("Middleware", "ingress-page-app-all"));
    assert.deepEqual([...look.way("/", "GET").cache].sort(), [
      "no-cache",
      "public, max-age=31536000, immutable",
    ]);
  });

  it("answers from 1024 bytes on are compressed", () => {
    assert.equal(of("production").way("/").compress?.minResponseBodyBytes, 1024);
  });

  it("http goes to https with 301, and the certificate is Let's Encrypt's", () => {
    const look = of("production");
    assert.match(
      JSON.stringify(look.spec("HTTPRoute", "ingress-https").rules),
      /"scheme":"https","statusCode":301/,
    );
    const issuers = look.graph.resources.filter(({ type }) => type.endsWith(":Issuer"));
    assert.match(JSON.stringify(issuers.map(({ inputs }) => inputs)), /acme-v02\.api\.letsencrypt\.org/);
  });

  it("CORS is for the product's own name", () => {
    assert.equal(of("production").env("backend").CORS_ORIGINS, "https://knitter.app");
    assert.equal(of("staging").env("backend").CORS_ORIGINS, "https://staging.knitter.app");
  });

  it("the keys of others are variables of the backend, and of nobody else", () => {
    const look = of("production");
    for (const name of ["SUPABASE_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "ENCRYPTION_KEY", "SENTRY_DSN"]) {
      assert.ok(look.secretEnv("backend").includes(name), name);
    }
    assert.deepEqual(look.secretEnv("frontend"), []);
  });

  it("the encryption key is 32 random bytes in base64", () => {
    const key = of("production").graph.one(
      "random:index/randomBytes:RandomBytes",
      "main-secrets-encryption-key",
    );
    assert.equal(key.inputs.length, 32);
  });

  it("Postgres 15 has pgvector and pg_stat_statements", () => {
    const { extensions } = of("production").spec("Database", "postgres");
    assert.deepEqual(
      (extensions as { name: string }[]).map(({ name }) => name),
      ["pg_stat_statements", "vector"],
    );
    assert.match(String(of("production").spec("Cluster", "postgres").imageName), /postgresql:15-pgvector@/);
  });

  it("Postgres is tuned as written: 200 connections, 256MB, 1GB, 4MB, 64MB", () => {
    const { parameters } = of("production").spec("Cluster", "postgres").postgresql as {
      parameters: Record<string, string>;
    };
    const { effective_cache_size, maintenance_work_mem, max_connections, shared_buffers, work_mem } =
      parameters;
    assert.deepEqual(
      [max_connections, shared_buffers, effective_cache_size, work_mem, maintenance_work_mem],
      ["200", "256MB", "1GB", "4MB", "64MB"],
    );
  });

  it("there is one address to write to and one to read from, under the program's names", () => {
    for (const stack of ["staging", ...BOTH]) {
      const given = of(stack).secretEnv("backend");
      assert.ok(given.includes("WRITE_DB_URL") && given.includes("READ_DB_URL"), stack);
    }
    assert.equal(of("production").spec("Pooler", "postgres-reads").type, "ro");
  });

  it("Redis is a cache of 256 MB that forgets the least used first, and keeps the rest on disk", () => {
    const { stringData } = of("production").graph.named("main-redis-config").inputs;
    const config = (stringData as Record<string, string>)["redis.conf"] ?? "";
    for (const line of [`maxmemory ${256 * 1024 ** 2}`, "maxmemory-policy allkeys-lru", "appendonly yes"]) {
      assert.ok(config.includes(line), line);
    }
  });

  it("backups are daily, in their folder of the bucket, for 30 days", () => {
    const { configuration, retentionPolicy } = of("production").spec("ObjectStore", "postgres");
    assert.equal(retentionPolicy, "30d");
    assert.equal(
      (configuration as { destinationPath: string }).destinationPath,
      "gs://knitter-production-backups/database",
    );
    assert.equal(of("production").spec("ScheduledBackup", "postgres").schedule, "0 0 2 * * *");
  });

  it("Redis is copied every day by redis-cli --rdb, and the copies kept for 30 days", () => {
    const { jobTemplate, schedule } = of("production").spec("CronJob", "redis-copy") as {
      jobTemplate: {
        spec: {
          template: {
            spec: Record<
              "initContainers" | "containers",
              { command: string[]; env: { name: string; value?: string }[] }[]
            >;
          };
        };
      };
      schedule: string;
    };
    assert.equal(schedule, "0 2 * * *");
    const { containers, initContainers } = jobTemplate.spec.template.spec;
    assert.match(initContainers[0]?.command.at(-1) ?? "", /redis-cli .*--rdb/);
    const told = Object.fromEntries((containers[0]?.env ?? []).map(({ name, value }) => [name, value]));
    assert.deepEqual([told.TO, told.KEEP], ["copies:knitter-production-backups/redis", `${30 * 86_400}s`]);
  });

  it("errors go to Sentry, one request in ten is traced", () => {
    const { SENTRY_ENVIRONMENT, SENTRY_TRACES_SAMPLE_RATE } = of("production").env("backend");
    assert.deepEqual([SENTRY_ENVIRONMENT, SENTRY_TRACES_SAMPLE_RATE], ["production", "0.1"]);
  });

  it("requests and their time are on the Business dashboard", () => {
    const panels = of("production").panels("business");
    assert.match(panels.Requests ?? "", /by \(endpoint\).*requests_total/);
    assert.match(panels["Time of a request"] ?? "", /request_duration_seconds_bucket/);
  });

  it("names are Cloudflare's, proxied", () => {
    const record = of("production").graph.one("cloudflare:index/dnsRecord:DnsRecord");
    assert.deepEqual([record.inputs.name, record.inputs.proxied], ["knitter.app", true]);
  });

  it("nothing comes in but through the gateway, and https is the way out", () => {
    const { egress, ingress } = of("production").graph.named("main-backend-network").inputs.spec as {
      egress: { ports?: { port: number }[]; to: { ipBlock?: object }[] }[];
      ingress: { from: { namespaceSelector?: { matchLabels: Record<string, string> } }[] }[];
    };
    const from = ingress.flatMap((rule) =>
      rule.from.map(({ namespaceSelector }) => namespaceSelector?.matchLabels["kubernetes.io/metadata.name"]),
    );
    assert.deepEqual(from.sort(), ["slipway-gateway", "slipway-monitoring"]);
    const out = egress.filter(({ to }) => to.some(({ ipBlock }) => ipBlock !== undefined));
    for (const { ports } of out)
      assert.deepEqual(
        ports?.map(({ port }) => port),
        [443],
      );
  });

  it("on Supabase the database is somebody else's: its URL from the store, past its pooler for migrations", () => {
    const look = of("supabase");
    assert.ok(!look.graph.resources.some(({ type }) => type.endsWith(":Cluster")));
    const urls = look.container("backend").env.find(({ name }) => name === "DATABASE_URL");
    assert.match(urls?.valueFrom?.secretKeyRef.name ?? "", /supabase-db-url/);
    assert.equal(look.env("backend").PGSSLMODE, "require");
  });

  it("staging is open to the office and the pipeline only", () => {
    assert.deepEqual(of("staging").way("/").ipAllowList?.sourceRange, ["203.0.113.0/24", "198.51.100.7/32"]);
    assert.equal(of("production").way("/").ipAllowList, undefined);
  });

  it("alerts reach the team in Slack", () => {
    const look = of("production");
    const heard = ["critical", "high", "medium"].map((severity) =>
      look.heardBy({ alert: "Any", labels: { severity } }),
    );
    assert.deepEqual(heard, [["slack"], ["slack"], ["slack"]]);
  });
});
