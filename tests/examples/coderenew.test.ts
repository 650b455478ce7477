/** CodeRenew's document, promise by promise; the names of these tests stand in examples/coderenew/README.md. */
import assert from "node:assert/strict";
import { connectionBudget } from "../../config/budget";
import { describeProduct } from "./every-stack";
import { settingsOf, stacksOf } from "./stacks";

const settings = (stack: string) => {
  const example = stacksOf("coderenew").find((one) => one.stack === stack);
  if (example === undefined) throw new Error(`no stack ${stack}`);
  return settingsOf(example);
};

describeProduct("coderenew", ["local", "staging", "production"], (of) => {
  it("the backend runs four uvicorn workers on 8000, the frontend listens on 3000", () => {
    const look = of("production");
    const { command, ports } = look.container("backend") as {
      command?: string[];
      ports?: { containerPort: number }[];
    };
    assert.deepEqual(command?.slice(-2), ["--workers", "4"]);
    assert.equal(ports?.[0]?.containerPort, 8000);
    assert.deepEqual(look.container("frontend").ports, [{ containerPort: 3000, name: "http" }]);
  });

  it("the health checks are /api/v1/health and /api/health, with time to start", () => {
    const probe = (part: string) =>
      (of("production").container(part).livenessProbe as { httpGet: { path: string } }).httpGet.path;
    assert.deepEqual(["backend", "frontend"].map(probe), ["/api/v1/health", "/api/health"]);
    assert.ok(of("production").container("backend").startupProbe);
  });

  it("CPU and memory are limited as written", () => {
    const look = of("production");
    const limits = (part: string) =>
      (look.container(part).resources as { limits: { cpu: string; memory: string } }).limits;
    assert.deepEqual(limits("backend"), { cpu: "2", memory: "2Gi" });
    assert.deepEqual(limits("frontend"), { cpu: "1", memory: "1Gi" });
    assert.deepEqual((look.spec("Cluster", "postgres").resources as { limits: object }).limits, {
      cpu: "2",
      memory: "2Gi",
    });
    const redis = look.object("StatefulSet", "redis").inputs.spec.template.spec.containers[0].resources
      .limits;
    assert.deepEqual(redis, { cpu: "500m", memory: "255Mi" });
  });

  it("15 connections a worker fit, by way of a pooler", () => {
    const budget = connectionBudget(settings("production"));
    assert.ok(budget);
    assert.equal(
      budget.pooled.find(({ path }) => path === "parts.backend")?.sum,
      "5 pods x 4 processes x (5 + 10)",
    );
    assert.ok(budget.asked <= budget.granted);
    assert.equal(of("production").spec("Pooler", "postgres-pooler").type, "rw");
  });

  it("API requests are limited, and those for signing in much more", () => {
    const look = of("production");
    const limit = (path: string) => {
      const { average, burst, period } = look.way(path).rateLimit ?? {};
      return [average, period, burst];
    };
    assert.deepEqual(limit("/api"), [10, "1000ms", 20]);
    assert.deepEqual(limit("^/api/v[^/]*/auth(/|$)"), [5, "60000ms", 5]);
    assert.equal(look.way("/api").inFlightReq?.amount, 20);
  });

  it("bodies of 50 MB pass on /api and /uploads, and uploads have five minutes", () => {
    const look = of("production");
    for (const path of ["/api", "/uploads"]) {
      assert.equal(look.way(path).buffering?.maxRequestBodyBytes, 50 * 1024 ** 2, path);
    }
    assert.equal(look.way("/uploads").timeout, "300000ms");
    assert.equal(look.way("/api").timeout, "30000ms");
  });

  it("/docs and /redoc are the backend's, with a policy that lets their pages run", () => {
    const look = of("production");
    for (const path of ["/docs", "/redoc"]) {
      assert.equal(look.way(path).to, "backend");
      assert.match(
        look.way(path).headers?.customResponseHeaders?.["Content-Security-Policy"] ?? "",
        /cdn\.jsdelivr\.net/,
      );
    }
  });

  it("static files of the build are kept for a year", () => {
    const { cache, to } = of("production").way("/_next/static", "GET");
    assert.equal(to, "frontend");
    assert.ok(cache.includes("public, max-age=31536000, immutable"));
  });

  it("hidden files are nobody's", () => {
    const { ipAllowList } = of("production").way("^/\\.[^/]*(/|$)");
    assert.deepEqual(ipAllowList?.sourceRange, ["127.0.0.0/8"]);
  });

  it("answers carry CSP, HSTS and X-Frame-Options, and not the server's name", () => {
    const { headers } = of("production").way("/");
    assert.match(headers?.contentSecurityPolicy ?? "", /https:\/\/js\.stripe\.com/);
    assert.equal(headers?.stsSeconds, 730 * 86_400);
    assert.equal(headers.customFrameOptionsValue, "DENY");
    assert.equal(headers.customResponseHeaders?.Server, "");
  });

  it("http goes to https, TLS from 1.2 on, the certificate Let's Encrypt's", () => {
    const look = of("production");
    assert.ok(look.has("HTTPRoute", "ingress-https"));
    assert.ok(!look.has("TLSOption", "default"), "1.2 is the gateway's own least");
    const issuers = look.graph.resources.filter(({ type }) => type.endsWith(":Issuer"));
    assert.match(JSON.stringify(issuers.map(({ inputs }) => inputs)), /acme-v02\.api\.letsencrypt\.org/);
  });

  it("Redis has a password, appends every write to a file on disk, and evicts nothing", () => {
    const { stringData } = of("production").graph.named("main-redis-config").inputs;
    const config = (stringData as Record<string, string>)["redis.conf"] ?? "";
    for (const line of ["requirepass ", "appendonly yes", "maxmemory-policy noeviction"]) {
      assert.ok(config.includes(line), line);
    }
    assert.ok(of("production").secretEnv("backend").includes("REDIS_PASSWORD"));
  });

  it("images are the branch and commit, for both architectures", () => {
    const look = of("production");
    assert.match(String(look.container("backend").image), /backend:main-4f2a91c@sha256:/);
    for (const part of ["backend", "frontend"]) {
      assert.match(JSON.stringify(look.pod(part).affinity), /"amd64","arm64"/);
    }
  });

  it("logs are JSON, at INFO in production and DEBUG in staging", () => {
    const said = (stack: string) => {
      const { DEBUG, LOG_FORMAT, LOG_LEVEL } = of(stack).env("backend");
      return [LOG_FORMAT, LOG_LEVEL, DEBUG];
    };
    assert.deepEqual(said("production"), ["json", "INFO", undefined]);
    assert.deepEqual(said("staging"), ["json", "DEBUG", "true"]);
  });

  it("staging has Stripe's test keys, production the real ones", () => {
    const property = (stack: string) => {
      const [secret] = of(stack).graph.resources.filter(
        ({ name }) => name === "main-secrets-stripe-secret-key",
      );
      return JSON.stringify(secret?.inputs.spec.data);
    };
    assert.match(property("staging"), /"property":"stripe-test"/);
    assert.match(property("production"), /"property":"stripe"/);
  });

  it("staging is apart, and open to the office and the pipeline only", () => {
    const look = of("staging");
    assert.equal(look.graph.one("kubernetes:core/v1:Namespace").inputs.metadata.name, "coderenew-staging");
    assert.deepEqual(look.way("/").ipAllowList?.sourceRange, ["203.0.113.0/24", "198.51.100.7/32"]);
    assert.equal(look.way("/api/v1/health").ipAllowList, undefined);
  });

  it("migrations run first, and a failed one leaves the old version serving", () => {
    const { graph } = of("production");
    const job = graph.named("main-backend-migration-job");
    assert.deepEqual(job.inputs.spec.template.spec.containers[0].command, ["alembic", "upgrade", "head"]);
    assert.ok(graph.named("main-backend-deployment").after.includes(job.urn));
  });

  it("a backup is taken every six hours, and every change archived within the 15 minutes of the RPO", () => {
    const look = of("production");
    assert.equal(look.spec("ScheduledBackup", "postgres").schedule, "0 0 */6 * * *");
    const { parameters } = look.spec("Cluster", "postgres").postgresql as {
      parameters: Record<string, string>;
    };
    assert.equal(parameters.archive_timeout, "300s");
    assert.match(look.alerts("ArchiveBehind")[0]?.expr ?? "", /> 900/);
  });

  it("backups are kept for 30 days, and with another vendor for 90", () => {
    const look = of("production");
    const { configuration, retentionPolicy } = look.spec("ObjectStore", "postgres");
    assert.equal(retentionPolicy, "30d");
    assert.match((configuration as { destinationPath: string }).destinationPath, /^s3:\/\//);
    const { jobTemplate, schedule } = look.spec("CronJob", "postgres-offsite") as {
      jobTemplate: {
        spec: { template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } };
      };
      schedule: string;
    };
    const { env = [] } = jobTemplate.spec.template.spec.containers[0] ?? {};
    const told = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    assert.deepEqual(
      [schedule, told.DESTINATION, told.DELETE_BEYOND, told.ENDPOINT],
      [
        "0 */6 * * *",
        "s3://coderenew-offsite",
        "90",
        "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com",
      ],
    );
    assert.ok(look.alerts("CopyLate").length > 0);
  });

  it("an update is without a gap, and old pods finish what they have begun", () => {
    const look = of("production");
    assert.deepEqual(look.spec("Deployment", "backend").strategy, {
      rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 },
      type: "RollingUpdate",
    });
    assert.ok(look.container("backend").lifecycle);
  });

  it("disk, certificate, backup and availability have alerts, critical ones at PagerDuty", () => {
    const look = of("production");
    for (const name of ["VolumeFillsUp", "CertificateEndsSoon", "BackupTooOld", "ErrorBudgetBurns"]) {
      assert.ok(look.alerts(name).length > 0, name);
    }
    assert.deepEqual(look.heardBy({ alert: "Any", labels: { severity: "critical" } }), ["pagerduty"]);
  });

  it("the preview says what a change costs", () => {
    assert.deepEqual(settings("production").costs, { cpu: 9, currency: "USD", memory: 3, storage: 0.15 });
  });

  it("static scratch space is all that can be written to", () => {
    const mounts = of("production").container("frontend").volumeMounts as { mountPath: string }[];
    assert.deepEqual(
      mounts.map(({ mountPath }) => mountPath),
      ["/tmp", "/app/.next/cache"],
    );
  });
});
