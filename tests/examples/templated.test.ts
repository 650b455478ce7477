/** The templated specification, promise by promise; the names of these tests stand in examples/templated/README.md. */
import assert from "node:assert/strict";
import { describeProduct } from "./every-stack";

describeProduct("templated", ["local", "staging", "production"], (of) => {
  it("development, staging.DOMAIN and DOMAIN, with www sent to the bare name", () => {
    const hosts = (stack: string) =>
      (of(stack).spec("Gateway", "ingress").listeners as { hostname?: string }[]).flatMap(
        ({ hostname }) => hostname ?? [],
      );
    assert.deepEqual(hosts("local"), ["acme-shop.localhost"]);
    assert.deepEqual(hosts("staging"), ["staging.acme-shop.com"]);
    assert.deepEqual(hosts("production"), ["acme-shop.com", "www.acme-shop.com"]);
  });

  it("every part knows its environment by name and address", () => {
    for (const [stack, mode] of [
      ["local", "development"],
      ["staging", "production"],
      ["production", "production"],
    ] as const) {
      for (const part of ["api", "web"]) {
        const { APP_NAME, NODE_ENV } = of(stack).env(part);
        assert.deepEqual([NODE_ENV, APP_NAME], [mode, "acme-shop"]);
      }
    }
    assert.equal(of("production").env("api").APP_URL, "https://acme-shop.com");
    assert.equal(of("production").env("api").ALLOWED_ORIGINS, "https://acme-shop.com");
  });

  it("the log level is debug on a developer's machine and info elsewhere", () => {
    const levels = ["local", "staging", "production"].map((stack) => of(stack).env("api").LOG_LEVEL);
    assert.deepEqual(levels, ["debug", "info", "info"]);
  });

  it("the API listens on 3000 as user 1001, and tokens last as written", () => {
    const look = of("production");
    assert.deepEqual(look.container("api").ports, [{ containerPort: 3000, name: "http" }]);
    assert.equal((look.pod("api").securityContext as { runAsUser: number }).runAsUser, 1001);
    const { JWT_EXPIRES_IN, PORT, REFRESH_TOKEN_EXPIRES_IN } = look.env("api");
    assert.deepEqual([PORT, JWT_EXPIRES_IN, REFRESH_TOKEN_EXPIRES_IN], ["3000", "15m", "7d"]);
  });

  it("traffic comes while /health says the stores answer; pods restart by /ready alone", () => {
    const { livenessProbe, readinessProbe } = of("production").container("api") as Record<
      string,
      { httpGet?: { path: string } } | undefined
    >;
    assert.deepEqual([livenessProbe?.httpGet?.path, readinessProbe?.httpGet?.path], ["/ready", "/health"]);
  });

  it("the database comes whole and in pieces, as the program reads it", () => {
    const look = of("production");
    const { DB_HOST, DB_NAME, DB_PORT, DB_USER } = look.env("api");
    assert.deepEqual(
      [DB_HOST, DB_PORT, DB_NAME, DB_USER],
      ["postgres-pooler", "5432", "acme_shop", "acme_shop"],
    );
    const given = look.secretEnv("api");
    for (const name of ["DATABASE_URL", "DB_PASSWORD", "REDIS_URL", "JWT_SECRET", "PAYMENTS_API_KEY"]) {
      assert.ok(given.includes(name), name);
    }
  });

  it("migrations come first, past the pooler", () => {
    const [job] = of("production").graph.all("kubernetes:batch/v1:Job");
    const [container] = job?.inputs.spec.template.spec.containers as {
      command: string[];
      env: { name: string; value?: string }[];
    }[];
    assert.deepEqual(container?.command, ["npm", "run", "db:migrate"]);
    assert.equal(container.env.find(({ name }) => name === "DB_HOST")?.value, "postgres-rw");
  });

  it("a visitor has 100 requests in 15 minutes", () => {
    for (const stack of ["local", "staging", "production"]) {
      const { rateLimit } = of(stack).way("/api/v1");
      assert.deepEqual([rateLimit?.average, rateLimit?.period, rateLimit?.burst], [100, "900000ms", 100]);
    }
  });

  it("answers carry Helmet's headers, and https is the only way", () => {
    const { headers } = of("production").way("/");
    assert.equal(headers?.contentTypeNosniff, true);
    assert.equal(headers.customFrameOptionsValue, "DENY");
    assert.match(headers.contentSecurityPolicy ?? "", /default-src 'self'/);
    assert.equal(headers.stsSeconds, 730 * 86_400);
    assert.ok(of("production").has("HTTPRoute", "ingress-https"));
  });

  it("names are Cloudflare's, proxied", () => {
    const records = of("production").graph.all("cloudflare:index/dnsRecord:DnsRecord");
    assert.deepEqual(
      records.map(({ inputs }) => [inputs.name, inputs.proxied]),
      [
        ["acme-shop.com", true],
        ["www.acme-shop.com", true],
      ],
    );
  });

  it("pages are asked about each time, files with a hash in their name kept for a year", () => {
    const { cache } = of("production").way("/", "GET");
    assert.deepEqual([...cache].sort(), ["no-cache", "public, max-age=31536000, immutable"]);
  });

  it("the API grows by CPU above 70 %, from three replicas", () => {
    const { maxReplicas, metrics, minReplicas } = of("production").spec("HorizontalPodAutoscaler", "api");
    assert.deepEqual([minReplicas, maxReplicas], [3, 10]);
    assert.deepEqual(metrics, [
      {
        resource: { name: "cpu", target: { averageUtilization: 70, type: "Utilization" } },
        type: "Resource",
      },
    ]);
  });

  it("Postgres 15 has replicas to read from, and one that has each transaction", () => {
    const look = of("production");
    const { imageName, instances, postgresql } = look.spec("Cluster", "postgres");
    assert.match(String(imageName), /postgresql:15@sha256:/);
    assert.equal(instances, 3);
    assert.equal((postgresql as { synchronous: { number: number } }).synchronous.number, 1);
    assert.equal(look.spec("Pooler", "postgres-reads").type, "ro");
  });

  it("Redis is a cache: least recently used first", () => {
    const { stringData } = of("production").graph.named("main-redis-config").inputs;
    assert.match((stringData as Record<string, string>)["redis.conf"] ?? "", /maxmemory-policy allkeys-lru/);
  });

  const alerts: [name: string, threshold: RegExp, severity: string][] = [
    ["SlowApi", /0\.95.*> 0\.5$/, "high"],
    ["HighErrorRate", /> 0\.01$/, "critical"],
    ["SlowQueries", /pg_stat_statements.*> 0\.2$/, "high"],
    ["UptimeLow", /< 0\.995$/, "critical"],
    ["HighCpu", /cpu.*> 0\.9$/, "high"],
  ];
  for (const [name, threshold, severity] of alerts) {
    it(`${name} rings at the specification's threshold`, () => {
      const [rule, ...more] = of("production").alerts(name);
      assert.ok(rule);
      assert.deepEqual(more, []);
      assert.match(rule.expr, threshold);
      assert.equal(rule.labels.severity, severity);
      assert.deepEqual(of("production").heardBy(rule), ["pagerduty"]);
    });
  }

  it("what lasts for 15 minutes is told to others as well", () => {
    const high = { alert: "Any", labels: { severity: "high" } };
    assert.deepEqual(of("production").heardBy(high, "15m"), ["slack"]);
    assert.deepEqual(of("production").heardBy(high), ["pagerduty"]);
  });

  it("the targets ring as well: 200 ms, 0.1 %, 50 ms a query, 99.9 %", () => {
    const look = of("production");
    assert.match(look.alerts("LatencyBudgetBurns")[0]?.expr ?? "", /> 0\.2 and/);
    assert.match(look.alerts("ErrorsAboveTarget")[0]?.expr ?? "", /> 0\.001 and/);
    assert.match(look.alerts("QueriesSlow")[0]?.expr ?? "", /> 0\.05$/);
    assert.match(look.alerts("ErrorBudgetBurns")[0]?.expr ?? "", /> 0\.0144 and/);
  });

  it("backups are daily for 30 days, every change within 5 minutes, by a role and no keys", () => {
    const look = of("production");
    const { configuration, retentionPolicy } = look.spec("ObjectStore", "postgres");
    assert.equal(retentionPolicy, "30d");
    assert.deepEqual((configuration as { s3Credentials: object }).s3Credentials, {
      inheritFromIAMRole: true,
    });
    assert.equal(look.spec("ScheduledBackup", "postgres").schedule, "0 0 2 * * *");
    const { parameters } = look.spec("Cluster", "postgres").postgresql as {
      parameters: Record<string, string>;
    };
    assert.equal(parameters.archive_timeout, "300s");
    assert.match(look.alerts("ArchiveBehind")[0]?.expr ?? "", /> 3600 and/);
  });

  it("errors go to Sentry, traces to the collector", () => {
    const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG, SENTRY_ENVIRONMENT } =
      of("production").env("api");
    assert.equal(SENTRY_ENVIRONMENT, "production");
    assert.equal(OTEL_EXPORTER_OTLP_ENDPOINT, "http://otel-collector.slipway-monitoring:4318");
    assert.equal(OTEL_TRACES_SAMPLER_ARG, "0.1");
  });

  it("staging is open to the office and the pipeline only, its health check to everyone", () => {
    assert.deepEqual(of("staging").way("/").ipAllowList?.sourceRange, ["203.0.113.0/24", "198.51.100.7/32"]);
    assert.equal(of("staging").way("/health").ipAllowList, undefined);
  });

  it("development data is seeded once", () => {
    const jobs = of("local").graph.all("kubernetes:batch/v1:Job");
    assert.ok(jobs.some(({ inputs }) => JSON.stringify(inputs).includes("db:seed")));
  });

  it("uploads and payments are reached over https, and nothing inside", () => {
    const { egress } = of("production").graph.named("main-api-network").inputs.spec as {
      egress: { ports?: { port: number }[]; to: { ipBlock?: { cidr: string; except: string[] } }[] }[];
    };
    const outside = egress.filter(({ to }) => to.some(({ ipBlock }) => ipBlock?.cidr === "0.0.0.0/0"));
    assert.ok(outside.length > 0);
    for (const { ports, to } of outside) {
      assert.deepEqual(
        ports?.map(({ port }) => port),
        [443],
      );
      assert.ok(to[0]?.ipBlock?.except.includes("10.0.0.0/8"));
    }
  });
});
