/** No secret of a stack stands anywhere but where secrets stand: every one is marked, and then looked for. */
import assert from "node:assert/strict";
import type { Graph } from "../../components/testing";
import { goldenOf } from "../helpers/golden";
import { graphOf } from "../helpers/stack";

/** What generated and given secrets are in these graphs. */
const MARKS = [/password-of-/, /token of /, /Ynl0ZXMgb2Yg/, /6279746573206f66/, /secret-[A-Z]/, /bytes of /];

/** A stack with a secret of every kind, and every use of one. */
const STACK = {
  access: { basicAuth: { qa: "GATE" } },
  alerts: { critical: "slack", high: "pagerduty" },
  clusters: { eu: { cloud: "eks", kubeconfigSecret: "KUBECONFIG_EU" } },
  dns: { account: "0".repeat(32), provider: "cloudflare", target: "203.0.113.7", token: "CLOUDFLARE_API_TOKEN", zone: "example.com" },
  hosts: { api: "api.example.com" },
  otel: { endpoint: "http://otel.monitoring:4318", headers: "OTEL_HEADERS" },
  parts: {
    api: {
      image: `ghcr.io/acme/api:1.0.0@sha256:${"a".repeat(64)}`,
      kind: "api",
      migrate: ["migrate"],
      needs: ["postgres", "redis"],
      port: 8000,
      secrets: ["GIVEN", "GENERATED", "HEX"],
    },
  },
  postgres: {
    backup: { bucket: "s3://shop-backups", credentials: { id: "BUCKET_ID", key: "BUCKET_KEY" }, region: "eu-1" },
    instances: 2,
    pooler: { reads: true },
  },
  product: "shop",
  redis: { role: "queue" },
  registry: { password: "REGISTRY", server: "ghcr.io", username: "bot" },
  routes: [{ host: "api", path: "/", to: "api" }],
  secrets: {
    BUCKET_ID: { secure: "x" },
    BUCKET_KEY: { secure: "x" },
    CLOUDFLARE_API_TOKEN: { secure: "x" },
    GATE: { generate: { length: 24 } },
    GENERATED: { generate: { length: 48 } },
    GIVEN: { secure: "x" },
    HEX: { generate: { format: "hex", length: 32 } },
    KUBECONFIG_EU: { secure: "x" },
    OTEL_HEADERS: { secure: "x" },
    PAGERDUTY_ROUTING_KEY: { secure: "x" },
    REGISTRY: { secure: "x" },
    SENTRY_DSN: { secure: "x" },
    SLACK_WEBHOOK_URL: { secure: "x" },
  },
  sentry: {},
  tier: "staging",
  tls: { challenge: "dns", issuer: "letsencrypt" },
};

describe("the secrets of a stack", () => {
  let graph: Graph;
  before(async () => {
    graph = await graphOf("secrets", STACK);
  });

  it("stand in Secrets, and there marked as secret", () => {
    const shown = Object.entries(goldenOf(graph)).filter(([, entry]) => MARKS.some((mark) => mark.test(JSON.stringify(entry))));
    assert.deepEqual(shown.map(([urn]) => urn), []);
  });

  it("are all there: the search would find them", () => {
    const texts = graph.resources.map((one) => JSON.stringify(one.inputs));
    const found = MARKS.filter((mark) => texts.some((text) => mark.test(text)));
    assert.ok(found.length >= 3, String(found));
    for (const name of ["GIVEN", "BUCKET_KEY", "REGISTRY", "SLACK_WEBHOOK_URL", "OTEL_HEADERS", "SENTRY_DSN"]) {
      assert.ok(texts.some((text) => text.includes(`secret-${name}`)), name);
    }
  });

  it("are in no output in clear", () => {
    for (const one of graph.resources) {
      assert.ok(!MARKS.some((mark) => mark.test(JSON.stringify(one.outputs ?? {}))), one.name);
    }
  });

  it("reach pods by reference only", () => {
    for (const type of ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:batch/v1:Job"]) {
      for (const one of graph.all(type)) {
        assert.deepEqual(one.secrets, [], one.name);
        assert.ok(!MARKS.some((mark) => mark.test(JSON.stringify(one.inputs))), one.name);
      }
    }
  });
});
