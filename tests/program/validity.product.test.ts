// Every stack's manifests, asked of a real API server with every kind of the platform: it would take each as it is.
import assert from "node:assert/strict";
import { manifests, type KubernetesObject } from "../../platform/sources";
import { kindsOfOthers, sources } from "../../platform/versions";
import { quiet } from "../../toolchain/lib/progress";
import { run } from "../../toolchain/lib/run";
import { describeLive, kubectl } from "../helpers/live";
import { render, stacks, type Manifest } from "./rendered";

/** Kinds that the local platform does not bring. */
const more = {
  prometheusOperator: sources.prometheusOperator,
  barman: sources.barman,
  ...kindsOfOthers,
};

describeLive("every stack's manifests", function () {
  this.timeout(240_000);
  const space = "validity";
  const brought: KubernetesObject[] = [];

  before(async function () {
    this.timeout(300_000);
    const there = await kubectl("get", "customresourcedefinitions", "--output=name");
    for (const [name, source] of Object.entries(more)) {
      const kinds = (await manifests(name, source, quiet)).filter(
        ({ kind, metadata }) => kind === "CustomResourceDefinition" && !there.includes(`/${metadata.name}\n`),
      );
      brought.push(...kinds);
    }
    await kubectl("create", "namespace", space);
    if (brought.length > 0) await create(brought);
    for (const { metadata } of brought) {
      const crd = `customresourcedefinition/${metadata.name}`;
      await kubectl("wait", "--for=condition=Established", crd, "--timeout=60s");
    }
  });
  after(async () => {
    await kubectl("delete", "namespace", space, "--wait=false");
    for (const { metadata } of brought) await kubectl("delete", "customresourcedefinition", metadata.name);
  });

  for (const stack of stacks) {
    it(`are taken, ${stack}'s`, async () => {
      const rendered = await render(stack);
      try {
        // What a Secret holds is masked, and some types of Secret must hold certain things.
        const asked = rendered.objects.filter(({ kind }) => kind !== "Namespace" && kind !== "Secret");
        const objects = asked.map(moved);
        assert.ok(objects.length > 30);
        const wrong: string[] = [];
        for (const object of objects) {
          const answer = await dryRun(object);
          if (answer !== undefined) wrong.push(`${object.kind} ${object.metadata.name}: ${answer}`);
        }
        assert.deepEqual(wrong, []);
      } finally {
        rendered.remove();
      }
    });
  }

  it("would not be taken with a field that its kind has not", async () => {
    const answer = await dryRun({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: "wrong", namespace: space },
      spec: { hostname: "app.example.com" },
    } as Manifest);
    assert.match(answer ?? "", /hostname/);
  });

  /** Into a namespace that is there; what its real one would add is not asked for. */
  function moved(object: Manifest): Manifest {
    return object.metadata.namespace === undefined
      ? object
      : { ...object, metadata: { ...object.metadata, namespace: space } };
  }

  /** What the server has against it. */
  async function dryRun(object: Manifest): Promise<string | undefined> {
    const words = ["--dry-run=server", "--validate=strict", "--filename", "-"];
    const answer = await run("kubectl", ["--context", "slipway", "create", ...words], {
      input: JSON.stringify(object),
      allowFailure: true,
    });
    if (answer.code === 0 || answer.stderr.includes("AlreadyExists")) return undefined;
    return answer.stderr.trim();
  }

  /** Not applied: these kinds are too large for the annotation that would leave. */
  async function create(items: object[]): Promise<void> {
    await run("kubectl", ["--context", "slipway", "create", "--filename", "-"], {
      input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
    });
  }
});
