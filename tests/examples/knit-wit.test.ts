/** Knit-Wit's document, promise by promise; the names of these tests stand in examples/knit-wit/README.md. */
import assert from "node:assert/strict";
import { checksOf } from "../../tools/release/checks";
import { describeProduct } from "./every-stack";
import { settingsOf, stacksOf } from "./stacks";

describeProduct("knit-wit", ["local", "staging", "production"], (of) => {
  it("each environment has its own name, log level and CORS origins", () => {
    const said = ["local", "staging", "production"].map((stack) => {
      const { CORS_ORIGINS, ENV, LOG_LEVEL } = of(stack).env("api");
      return [ENV, LOG_LEVEL, CORS_ORIGINS];
    });
    assert.deepEqual(said, [
      ["development", "DEBUG", "http://localhost:19006,http://localhost:19000"],
      ["staging", "INFO", "https://staging.knitwit.app"],
      ["production", "WARNING", "https://app.knitwit.com"],
    ]);
  });

  it("the API listens on 0.0.0.0:8000 as user 1000", () => {
    const look = of("production");
    const { API_HOST, API_PORT } = look.env("api");
    assert.deepEqual([API_HOST, API_PORT], ["0.0.0.0", "8000"]);
    assert.deepEqual(look.container("api").ports, [{ containerPort: 8000, name: "http" }]);
    assert.equal((look.pod("api").securityContext as { runAsUser: number }).runAsUser, 1000);
  });

  it("the health check is /health every 30 s, within 10 s, three times, after 40 s", () => {
    const { livenessProbe, startupProbe } = of("production").container("api") as unknown as Record<
      string,
      { failureThreshold: number; httpGet: { path: string }; periodSeconds: number; timeoutSeconds: number }
    >;
    assert.equal(livenessProbe?.httpGet.path, "/health");
    assert.deepEqual(
      [livenessProbe.periodSeconds, livenessProbe.timeoutSeconds, livenessProbe.failureThreshold],
      [30, 10, 3],
    );
    const patience = (startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0);
    assert.ok(patience >= 40 && patience <= 60, String(patience));
  });

  it("the database is Postgres 15, called knitwit", () => {
    for (const stack of ["local", "staging"]) {
      assert.match(String(of(stack).spec("Cluster", "postgres").imageName), /:15\./);
    }
    const { bootstrap, imageName } = of("production").spec("Cluster", "postgres");
    assert.match(String(imageName), /postgresql:15@sha256:/);
    assert.equal((bootstrap as { initdb: { database: string } }).initdb.database, "knitwit");
    assert.ok(of("production").secretEnv("api").includes("DATABASE_URL"));
  });

  it("migrations run before the new version's pods", () => {
    const { graph } = of("production");
    const [job] = graph.all("kubernetes:batch/v1:Job");
    assert.ok(job);
    assert.ok(graph.named("main-api-deployment").after.includes(job.urn));
  });

  it("an update never has fewer replicas than before", () => {
    const { replicas, strategy } = of("production").spec("Deployment", "api");
    assert.equal(replicas, 2);
    assert.deepEqual(strategy, {
      rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 },
      type: "RollingUpdate",
    });
  });

  it("staging is loaded with test data after each deployment, once a version", () => {
    const jobs = of("staging")
      .graph.all("kubernetes:batch/v1:Job")
      .map(({ name }) => name);
    assert.ok(jobs.includes("main-test-data-job"), jobs.join(", "));
    assert.ok(!of("production").graph.names().includes("main-test-data-job"));
  });

  it("staging asks for a password everywhere but on /health", () => {
    assert.ok(of("staging").way("/").basicAuth);
    assert.ok(of("staging").way("/api/v1/generate").basicAuth);
    assert.equal(of("staging").way("/health").basicAuth, undefined);
    assert.equal(of("production").way("/").basicAuth, undefined);
  });

  it("generating takes 10 requests a minute from one visitor, and nothing else is limited", () => {
    const { rateLimit } = of("production").way("/api/v1/generate");
    assert.deepEqual([rateLimit?.average, rateLimit?.period, rateLimit?.burst], [10, "60000ms", 10]);
    assert.equal(of("production").way("/").rateLimit, undefined);
  });

  it("http goes to https, TLS starts at 1.2, and the certificate is Let's Encrypt's", () => {
    const look = of("production");
    const [redirect] = look.spec("HTTPRoute", "ingress-https").rules as { filters: object[] }[];
    assert.deepEqual(redirect?.filters, [
      { requestRedirect: { scheme: "https", statusCode: 301 }, type: "RequestRedirect" },
    ]);
    assert.ok(!look.has("TLSOption", "default"), "1.2 is the gateway's own least");
    const issuers = look.graph.resources.filter(({ type }) => type.endsWith(":Issuer"));
    assert.ok(JSON.stringify(issuers.map(({ inputs }) => inputs)).includes("acme-v02.api.letsencrypt.org"));
  });

  it("secrets are made, or read from the cloud's store, and reach the API as variables", () => {
    const look = of("production");
    assert.deepEqual(look.secretEnv("api"), [
      "DATABASE_READ_URL",
      "DATABASE_URL",
      "JWT_SECRET",
      "SENTRY_DSN",
    ]);
    const external = look.graph.resources.filter(({ type }) => type.endsWith(":ExternalSecret"));
    assert.equal(external.length, 6);
  });

  it("the JWT secret is made anew by changing one word", () => {
    const { keepers } = of("production").graph.named("main-secrets-jwt-secret").inputs;
    assert.deepEqual(keepers, { rotate: "2026-q4" });
  });

  it("Sentry has the environment and traces one request in ten", () => {
    for (const stack of ["staging", "production"]) {
      const { SENTRY_ENVIRONMENT, SENTRY_TRACES_SAMPLE_RATE } = of(stack).env("api");
      assert.deepEqual([SENTRY_ENVIRONMENT, SENTRY_TRACES_SAMPLE_RATE], [stack, "0.1"]);
    }
    assert.ok(!of("local").secretEnv("api").includes("SENTRY_DSN"));
  });

  const alerts: [name: string, threshold: RegExp, lasts: string, severity: string, channel: string][] = [
    ["HighErrorRate", /> 0\.01$/, "5m", "critical", "pagerduty"],
    ["SlowAPIResponse", /histogram_quantile\(0\.95.*> 0\.5$/, "10m", "high", "slack"],
    ["DiskSpaceHigh", /> 0\.8$/, "15m", "medium", "email"],
    ["HighCrashRate", /mobile_crash_rate.* > 0\.02$/, "30m", "high", "slack"],
    [
      "SlowPatternGeneration",
      /histogram_quantile\(0\.95, .*pattern_generation_seconds_bucket.* > 0\.5$/,
      "10m",
      "high",
      "slack",
    ],
    // Over its hour by itself: waiting as long again would say it twice as late.
    ["UptimeLow", /probe_success.*\[1h\].*< 0\.99$/, "0s", "critical", "pagerduty"],
  ];
  for (const [name, threshold, lasts, severity, channel] of alerts) {
    it(`${name} rings as the document says`, () => {
      const [rule, ...more] = of("production").alerts(name);
      assert.ok(rule);
      assert.deepEqual(more, []);
      assert.match(rule.expr, threshold);
      assert.deepEqual([rule.for, rule.labels.severity], [lasts, severity]);
      assert.deepEqual(of("production").heardBy(rule), [channel]);
    });
  }

  it("critical goes to PagerDuty, high to #alerts, medium to the team's mail", () => {
    const look = of("production");
    const heard = (severity: string) => look.heardBy({ alert: "Any", labels: { severity } });
    assert.deepEqual(["critical", "high", "medium"].map(heard), [["pagerduty"], ["slack"], ["email"]]);
    const receivers = JSON.stringify(look.spec("AlertmanagerConfig", "monitoring").receivers);
    assert.match(receivers, /"channel":"#alerts"/);
    assert.match(receivers, /team@knitwit\.com/);
  });

  it("the targets have alerts of their own: 200 ms, 0.1 %, 99.5 %", () => {
    const look = of("production");
    assert.match(look.alerts("LatencyBudgetBurns")[0]?.expr ?? "", /> 0\.2 and/);
    assert.match(look.alerts("ErrorsAboveTarget")[0]?.expr ?? "", /> 0\.001 and/);
    assert.match(look.alerts("ErrorBudgetBurns")[0]?.expr ?? "", /> 0\.072 and/);
  });

  it("the dashboards show API health, pattern generation by shape, exports and the mobile app", () => {
    const look = of("production");
    assert.ok("Availability over 30 days" in look.panels("overview"));
    const business = look.panels("business");
    assert.match(business["Pattern generation"] ?? "", /by \(le, shape\).*pattern_generation_seconds_bucket/);
    assert.match(business.Exports ?? "", /by \(format\)/);
    assert.match(business["Crash rate"] ?? "", /mobile_crash_rate/);
    assert.ok("Active users today" in business && "Length of a session" in business);
  });

  it("a full backup is taken at 02:00 UTC, encrypted, and every change archived within the RPO", () => {
    const look = of("production");
    assert.equal(look.spec("ScheduledBackup", "postgres").schedule, "0 0 2 * * *");
    const { configuration } = look.spec("ObjectStore", "postgres");
    const { data, destinationPath } = configuration as {
      data: { encryption: string };
      destinationPath: string;
    };
    assert.deepEqual([destinationPath, data.encryption], ["s3://knitwit-backups", "AES256"]);
    const { parameters } = look.spec("Cluster", "postgres").postgresql as {
      parameters: Record<string, string>;
    };
    assert.equal(parameters.archive_timeout, "900s");
  });

  it("the smoke test generates a sphere and wants rounds", () => {
    const production = stacksOf("knit-wit").find(({ stack }) => stack === "production");
    assert.ok(production);
    const asked = checksOf(settingsOf(production)).find(({ name }) => name === "generates a sphere");
    assert.ok(asked?.question);
    assert.equal(asked.question.url, "https://app.knitwit.com/api/v1/generate");
    assert.equal(asked.question.body, '{"diameter":4,"gauge":{"rpi":6,"spi":5},"shape":"sphere"}');
    assert.deepEqual(asked.expect, { contains: '"rounds"', kind: "said", status: 200 });
  });

  it("backups are there for twelve months", () => {
    const look = of("production");
    assert.equal(look.spec("ObjectStore", "postgres").retentionPolicy, "7d");
    const { jobTemplate } = look.spec("CronJob", "postgres-tiers") as {
      jobTemplate: {
        spec: { template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } };
      };
    };
    const { env = [] } = jobTemplate.spec.template.spec.containers[0] ?? {};
    const told = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    assert.deepEqual([told.WEEKLY, told.MONTHLY, told.SERVER], ["4", "12", "postgres"]);
  });
});
