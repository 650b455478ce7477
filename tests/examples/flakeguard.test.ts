/** FlakeGuard's document, promise by promise; the names of these tests stand in examples/flakeguard/README.md. */
import assert from "node:assert/strict";
import { describeProduct } from "./every-stack";

describeProduct("flakeguard", ["local", "staging", "production"], (of) => {
  it("API, worker and web run, the API on 3000, the web on 3002, the worker on no port", () => {
    const look = of("production");
    const ports = (part: string) =>
      ((look.container(part).ports ?? []) as { containerPort: number; name: string }[])
        .filter(({ name }) => name === "http")
        .map(({ containerPort }) => containerPort);
    assert.deepEqual(["api", "web", "worker"].map(ports), [[3000], [3002], []]);
    assert.ok(!look.has("Service", "worker"));
  });

  it("the API needs Postgres and Redis, the worker both as well, the web neither", () => {
    const look = of("production");
    for (const part of ["api", "worker"]) {
      const given = look.secretEnv(part);
      assert.ok(given.includes("DATABASE_URL") && given.includes("REDIS_URL"), part);
    }
    assert.deepEqual(look.secretEnv("web"), []);
  });

  it("production has three API replicas and two workers at least", () => {
    const look = of("production");
    const { maxReplicas, minReplicas } = look.spec("HorizontalPodAutoscaler", "api");
    assert.deepEqual([minReplicas, maxReplicas], [3, 6]);
    const { maxReplicaCount, minReplicaCount, triggers } = look.spec("ScaledObject", "worker");
    assert.deepEqual([minReplicaCount, maxReplicaCount], [2, 6]);
    const [trigger] = triggers as { metadata: Record<string, string>; type: string }[];
    assert.deepEqual(
      [trigger?.type, trigger?.metadata.listName, trigger?.metadata.listLength],
      ["redis", "bull:analysis:wait", "20"],
    );
  });

  it("staging is as production, only smaller", () => {
    const [small, large] = [of("staging"), of("production")];
    assert.equal(small.spec("HorizontalPodAutoscaler", "api").minReplicas, 1);
    for (const kind of ["Deployment", "Pooler", "ScheduledBackup", "Gateway", "PrometheusRule"]) {
      const named = (look: typeof small) =>
        look.graph.resources.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ name }) => name);
      assert.deepEqual(named(small), named(large), kind);
    }
  });

  it("staging and development are seeded, production is not", () => {
    const commands = (stack: string) =>
      of(stack)
        .graph.all("kubernetes:batch/v1:Job")
        .map(({ inputs }) => JSON.stringify(inputs.spec.template.spec.containers[0].command));
    assert.ok(commands("local").some((command) => command.includes('"development"')));
    assert.ok(commands("staging").some((command) => command.includes('seed-data.sh","test"')));
    assert.ok(!commands("production").some((command) => command.includes("seed")));
  });

  it("migrations are the product's own script, before API and worker", () => {
    const { graph } = of("production");
    const [job] = graph.all("kubernetes:batch/v1:Job");
    assert.ok(job);
    assert.deepEqual(job.inputs.spec.template.spec.containers[0].command, ["./scripts/migrate.sh"]);
    for (const part of ["api", "worker"]) {
      assert.ok(graph.named(`main-${part}-deployment`).after.includes(job.urn), part);
    }
  });

  it("only the office and the pipeline come to staging, and its health check is open", () => {
    const allowed = of("staging").way("/api").ipAllowList?.sourceRange;
    assert.deepEqual(allowed, ["203.0.113.0/24", "198.51.100.7/32"]);
    assert.equal(of("staging").way("/api/health").ipAllowList, undefined);
    assert.equal(of("production").way("/").ipAllowList, undefined);
  });

  it("API requests are limited, in number and at once", () => {
    const { inFlightReq, rateLimit } = of("production").way("/api");
    assert.deepEqual([rateLimit?.average, rateLimit?.period, rateLimit?.burst], [10, "1000ms", 20]);
    assert.equal(inFlightReq?.amount, 50);
  });

  it("a visitor stays on the same API replica", () => {
    assert.equal(of("production").way("/api").sticky, true);
    assert.equal(of("production").way("/").sticky, false);
  });

  it("the gateway leads /api to the API and all else to the web's page", () => {
    const look = of("production");
    assert.deepEqual([look.way("/api").to, look.way("/").to], ["api", "web"]);
    assert.ok(look.has("Middleware", "ingress-page-app-all"));
  });

  it("there is a replica to read from, and PgBouncer before both", () => {
    const look = of("production");
    assert.equal(look.spec("Cluster", "postgres").instances, 3);
    assert.deepEqual(
      [look.spec("Pooler", "postgres-pooler").type, look.spec("Pooler", "postgres-reads").type],
      ["rw", "ro"],
    );
    assert.ok(look.secretEnv("api").includes("DATABASE_READ_URL"));
  });

  it("slow queries are logged and counted", () => {
    const look = of("production");
    const { parameters } = look.spec("Cluster", "postgres").postgresql as {
      parameters: Record<string, string>;
    };
    assert.equal(parameters.log_min_duration_statement, "200ms");
    assert.ok("Time of a query" in look.panels("postgres"));
  });

  it("Redis keeps the jobs: on a disk, appended, never evicted", () => {
    const config = of("production").graph.named("main-redis-config").inputs.stringData as Record<
      string,
      string
    >;
    assert.match(config["redis.conf"] ?? "", /maxmemory-policy noeviction/);
    assert.match(config["redis.conf"] ?? "", /appendonly yes/);
  });

  it("backups are daily, for 30 days in production and 7 in staging", () => {
    const kept = (stack: string) => of(stack).spec("ObjectStore", "postgres").retentionPolicy as string;
    assert.deepEqual([kept("production"), kept("staging")], ["30d", "7d"]);
    assert.equal(of("production").spec("ScheduledBackup", "postgres").schedule, "0 0 2 * * *");
    assert.ok(of("production").alerts("BackupTooOld").length > 0);
  });

  it("every part is limited in memory and CPU, probed and never root", () => {
    for (const part of ["api", "worker", "web"]) {
      const { livenessProbe, readinessProbe, resources, securityContext } = of("production").container(
        part,
      ) as Record<string, Record<string, unknown> | undefined>;
      assert.ok(livenessProbe && readinessProbe, part);
      assert.deepEqual(Object.keys(resources?.limits ?? {}), ["cpu", "memory"], part);
      assert.equal(securityContext?.runAsNonRoot, true, part);
    }
  });

  it("the API reaches Prometheus and Grafana where its variables say", () => {
    const look = of("production");
    assert.equal(look.env("api").PROMETHEUS_URL, "http://prometheus-operated.slipway-monitoring:9090");
    assert.equal(look.env("api").GRAFANA_URL, "http://grafana.slipway-monitoring:3000");
    const { egress } = look.graph.named("main-api-network").inputs.spec as {
      egress: { ports?: { port: number }[]; to: { namespaceSelector?: { matchLabels: object } }[] }[];
    };
    const inside = egress.filter(({ to }) => to.some(({ namespaceSelector }) => namespaceSelector));
    assert.deepEqual(
      inside.map(({ ports, to }) => [to[0]?.namespaceSelector?.matchLabels, ports?.[0]?.port]),
      [9090, 3000].map((port) => [{ "kubernetes.io/metadata.name": "slipway-monitoring" }, port]),
    );
  });

  it("the dashboards are Overview, Infrastructure and Business", () => {
    const look = of("production");
    for (const name of ["overview", "infrastructure"]) assert.ok(Object.keys(look.panels(name)).length > 3);
    assert.deepEqual(Object.keys(look.panels("business")), ["Flaky tests found", "Test runs analysed"]);
    assert.ok(!of("local").graph.resources.some(({ type }) => type.endsWith(":PrometheusRule")));
  });

  it("failures ring: critical at PagerDuty, high in Slack", () => {
    const look = of("production");
    const heard = (severity: string) => look.heardBy({ alert: "Any", labels: { severity } });
    assert.deepEqual(["critical", "high"].map(heard), [["pagerduty"], ["slack"]]);
    assert.ok(look.alerts("NoReplicaAvailable").length >= 3);
  });

  it("response time, errors, uptime, Redis and resources are watched against the targets", () => {
    const look = of("production");
    assert.match(look.alerts("LatencyBudgetBurns")[0]?.expr ?? "", /> 0\.5 and/);
    assert.match(look.alerts("ErrorsAboveTarget")[0]?.expr ?? "", /> 0\.01 and/);
    assert.match(look.alerts("ErrorBudgetBurns")[0]?.expr ?? "", /> 0\.0144 and/);
    for (const name of ["RedisDown", "RedisNearlyFull", "CpuAtLimit", "MemoryNearLimit", "VolumeFillsUp"]) {
      assert.ok(look.alerts(name).length > 0, name);
    }
  });

  it("API key and JWT secret are made, and made anew by changing one word", () => {
    const look = of("production");
    for (const name of ["api-key", "jwt-secret"]) {
      assert.deepEqual(look.graph.named(`main-secrets-${name}`).inputs.keepers, { rotate: "2026-q4" });
    }
    assert.ok(look.secretEnv("api").includes("API_KEY") && look.secretEnv("api").includes("JWT_SECRET"));
  });

  it("the environments are apart: a namespace each, closed but for what is needed", () => {
    const named = (stack: string) => of(stack).graph.named("main-namespace").inputs.metadata.name as string;
    assert.deepEqual([named("staging"), named("production")], ["flakeguard-staging", "flakeguard"]);
    const closed = of("production").graph.all("kubernetes:networking.k8s.io/v1:NetworkPolicy");
    assert.ok(
      closed.some(({ inputs }) => Object.keys(inputs.spec.podSelector as object).length === 0),
      "no policy for all pods",
    );
  });
});
