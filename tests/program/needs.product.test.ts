// The graph of `needs`, enforced: who is allowed connects, nobody else does.
import assert from "node:assert/strict";
import { describeLive, type Live } from "../helpers/live";
import { eventually } from "../helpers/services";
import { withEdge } from "./edge";

/** Whether a pod of the part opens a TCP connection, asked of the program that the part runs on. */
async function connects(product: Live, part: string, host: string, port: number): Promise<boolean> {
  const script = `
    const socket = require("node:net").connect({ host: ${JSON.stringify(host)}, port: ${port} });
    socket.setTimeout(3000, () => process.exit(7));
    socket.on("connect", () => process.exit(0));
    socket.on("error", () => process.exit(7));`;
  const { code, stderr } = await product.exec(part, "/usr/local/bin/node", "-e", script);
  if (code !== 0 && code !== 7) throw new Error(`the probe in ${part} failed (${code}): ${stderr}`);
  return code === 0;
}

describeLive("the needs of a part", function () {
  const product = withEdge();

  before(async function () {
    this.timeout(300_000);
    for (const part of ["api", "worker", "web"]) {
      await product.kubectl("rollout", "status", `deployment/${part}`, "--timeout=60s");
    }
  });

  /** Every service of the product that leads to others than a part itself, by name with its first port. */
  async function servicesBut(part: string): Promise<[string, number][]> {
    const items = await product.items<{
      metadata: { name: string };
      spec: { ports: { port: number }[]; selector?: Record<string, string> };
    }>("services");
    return items
      .filter(({ spec }) => spec.selector?.["app.kubernetes.io/name"] !== part)
      .map(({ metadata, spec }) => [metadata.name, spec.ports[0]?.port ?? 0]);
  }

  const allowed: Record<string, RegExp> = {
    api: /^(redis|postgres)/,
    worker: /^(redis|postgres)/,
    web: /^$/, // the page calls the API from the visitor's browser
  };

  for (const part of Object.keys(allowed)) {
    it(`opens what ${part} needs and nothing else of the product`, async () => {
      const open: string[] = [];
      const shut: string[] = [];
      await Promise.all(
        (await servicesBut(part)).map(async ([name, port]) => {
          ((await connects(product, part, name, port)) ? open : shut).push(name);
        }),
      );
      assert.ok(shut.length > 0 || part !== "web");
      assert.deepEqual(
        open.filter((name) => !allowed[part]?.test(name)),
        [],
        `${part} reaches what it does not need`,
      );
      if (part !== "web") {
        assert.ok(
          open.some((name) => name.startsWith("redis")),
          `${part} → redis`,
        );
        assert.ok(
          open.some((name) => name.startsWith("postgres")),
          `${part} → postgres`,
        );
      }
    });
  }

  it("shuts the product to other namespaces, and other products to it", async () => {
    assert.equal(await connects(product, "api", "api.demo.svc.cluster.local", 80), false);
    assert.equal(await connects(product, "worker", "redis.demo.svc.cluster.local", 6379), false);
  });

  it("shuts the API server, the node and the metadata address to every part", async () => {
    for (const [host, port] of [
      ["10.96.0.1", 443],
      ["10.244.0.1", 10250],
      ["169.254.169.254", 80],
    ] as const) {
      assert.equal(await connects(product, "api", host, port), false, `${host}:${port}`);
    }
  });

  it("is what shuts: without its policies the same connection opens", async () => {
    const part = "web";
    const port = 80;
    assert.equal(await connects(product, part, "api", port), false);
    const policies = await product.items<{ metadata: Record<string, unknown> }>("networkpolicies");
    await product.kubectl("delete", "networkpolicies", "--all");
    try {
      await eventually("web to reach api", () => connects(product, part, "api", port));
    } finally {
      for (const { metadata } of policies) {
        for (const own of ["resourceVersion", "uid", "creationTimestamp"])
          Reflect.deleteProperty(metadata, own);
      }
      await product.apply(...policies);
    }
    await eventually("web to be shut out again", async () => !(await connects(product, part, "api", port)));
  });
});
