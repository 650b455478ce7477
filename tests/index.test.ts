/** index.ts as a whole: what a stack says wrong is told as it is, and clusters and parts come out as said. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { graphOf } from "./helpers/stack";

const IMAGE = `ghcr.io/acme/api:1.0.0@sha256:${"a".repeat(64)}`;
const api = { image: IMAGE, kind: "api", port: 8000 };
const local = { product: "shop", tier: "local", tls: { issuer: "local" } };
const cluster = { cloud: "local", context: "here" };
const two = {
  ...local,
  clusters: { eu: cluster, us: { ...cluster, context: "there", role: "active" } },
  dns: { provider: "cloudflare", target: "203.0.113.7", zone: "example.com" },
  hosts: { api: "api.example.com" },
  routes: [{ host: "api", path: "/", to: "api" }],
};

describe("the program", () => {
  it("refuses a wrong stack file in its own words, without a stack trace", async () => {
    const wrong = { ...local, clusters: { one: cluster }, parts: { api: { ...api, prot: 1 } } };
    await assert.rejects(graphOf("wrong", wrong), (error: Error) => {
      assert.ok(pulumi.RunError.isInstance(error), String(error));
      assert.match(error.message, /parts\.api\.prot: .*did you mean "port"\?/);
      return true;
    });
  });

  it("puts the same parts on every cluster, each with its own provider and names", async () => {
    const graph = await graphOf("two", { ...two, parts: { api } });
    for (const name of ["eu", "us"]) {
      const deployment = graph.named(`${name}-api-deployment`);
      assert.equal(deployment.inputs.metadata.name, "api");
      assert.equal(deployment.provider, graph.all("pulumi:providers:kubernetes", name)[0]?.urn);
    }
  });

  it("says a part's release, environment and traces to its error tracking, and opens the way there", async () => {
    const graph = await graphOf("sentry", {
      ...local,
      clusters: { one: cluster },
      parts: { api },
      secrets: { SENTRY_DSN: { secure: "x" } },
      sentry: { traces: 0.5 },
    });
    const { env } = graph.named("one-api-deployment").inputs.spec.template.spec.containers[0] as {
      env: { name: string; value?: string }[];
    };
    const plain = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    assert.equal(plain.SENTRY_ENVIRONMENT, "local");
    assert.equal(plain.SENTRY_RELEASE, IMAGE.split("@")[1]);
    assert.equal(plain.SENTRY_TRACES_SAMPLE_RATE, "0.5");
    assert.equal(plain.SENTRY_DSN, undefined);
    assert.match(JSON.stringify(graph.named("one-api-network").inputs.spec.egress), /0\.0\.0\.0\/0/);
  });

  it("starts those that share a database after its migrations, whatever their order", async () => {
    const graph = await graphOf("order", {
      ...local,
      clusters: { one: cluster },
      parts: {
        aworker: { image: IMAGE, kind: "worker", needs: ["postgres"] },
        web: { ...api, kind: "web" },
        zapi: { ...api, migrate: ["migrate"], needs: ["postgres"] },
      },
      postgres: {},
    });
    const migration = graph.named("one-zapi-migration-job").urn;
    assert.ok(graph.named("one-aworker-deployment").after.includes(migration));
    assert.ok(!graph.named("one-web-deployment").after.includes(migration));
  });

  it("builds images once, however many clusters run them, and runs them by digest", async () => {
    const build = { context: "./api", image: "ghcr.io/acme/api:main" };
    const graph = await graphOf("build", {
      ...two,
      parts: { api: { build, kind: "api", port: 8000 } },
    });
    assert.equal(graph.all("docker:index/image:Image").length, 1);
    const { image } = graph.named("us-api-deployment").inputs.spec.template.spec.containers[0] as {
      image: string;
    };
    assert.match(image, /@sha256:[0-9a-f]{64}$/);
  });

  it("runs jobs with the image, needs and secrets of their part", async () => {
    const graph = await graphOf("jobs", {
      ...local,
      clusters: { one: cluster },
      jobs: { cleanup: { command: ["cleanup"], every: "0 3 * * *", part: "api" } },
      parts: { api: { ...api, needs: ["postgres"], secrets: ["TOKEN"] } },
      postgres: {},
      secrets: { TOKEN: { generate: {} } },
    });
    const { template } = graph.named("one-cleanup-schedule").inputs.spec.jobTemplate.spec as {
      template: { spec: { containers: { env: { name: string }[]; image: string }[] } };
    };
    const [container] = template.spec.containers;
    assert.equal(container?.image, IMAGE);
    const names = container.env.map(({ name }) => name);
    assert.ok(names.includes("DATABASE_URL") && names.includes("TOKEN"), String(names));
  });
});
