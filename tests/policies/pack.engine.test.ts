/** The pack in real runs of the engine: a bad stack fails before anything is made, a good one passes, settings arrive. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engine } from "../../toolchain/engine";
import { checkout } from "../../toolchain/lib/paths";
import { run, type Result } from "../../toolchain/lib/run";
import type { Finding } from "../../policies/rule";
import { slipway, start } from "../helpers/lacking";
import { fixtures } from "./fixtures";

const pack = join(checkout, "policies");

/** Objects are registered as components of the objects' types: the engine analyses them alike, and no cluster is needed. */
const program = (objects: readonly unknown[]) => `
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const made = new random.RandomPet("made", {});
for (const object of ${JSON.stringify(objects)}) {
  const type = "kubernetes:" + (object.apiVersion.includes("/") ? "" : "core/") + object.apiVersion + ":" + object.kind;
  const text = (value) => (value === "<later>" ? made.id : value === "<secret>" ? pulumi.secret("hunter2000") : value);
  const filled = (value) => Array.isArray(value) ? value.map(filled)
    : typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, filled(v)]))
    : text(value);
  new pulumi.ComponentResource(type, object.kind + "-" + object.metadata.name, filled(object));
}
`;

interface Deployment {
  spec: {
    template: {
      spec: {
        containers: {
          image: string;
          env: { name: string; value?: string }[];
          securityContext: { runAsNonRoot?: boolean };
        }[];
      };
    };
  };
}
const deployment = (change: (object: Deployment) => void = () => undefined): unknown => {
  const object = fixtures.Deployment() as Deployment;
  change(object);
  return object;
};
const rest = [fixtures.NetworkPolicy(), fixtures.PodDisruptionBudget()] as unknown[];
const asRoot = (object: Deployment) => {
  const [container] = object.spec.template.spec.containers;
  if (container !== undefined) container.securityContext.runAsNonRoot = false;
};

describe("the pack in the engine", function () {
  this.timeout(180_000);
  let folder: string;
  let env: Record<string, string | undefined>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "slipway-pack-"));
    mkdirSync(join(folder, "state"));
    symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: slipway\nruntime: nodejs\n");
    writeFileSync(join(folder, "package.json"), '{"name": "bad", "version": "0.0.0", "main": "index.js"}');
    env = {
      ...(await engine()).env,
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for a test",
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
    };
    await pulumi("stack", "init", "test");
  });
  after(() => rmSync(folder, { recursive: true }));

  const pulumi = (...args: string[]): Promise<Result> =>
    run("pulumi", [...args, "--non-interactive", "--color=never"], { cwd: folder, env, allowFailure: true });

  /** Runs the program of these objects, with the stack's configuration. */
  async function go(
    words: string[],
    objects: unknown[],
    config: Record<string, unknown> = {},
  ): Promise<Result> {
    const keys = Object.entries(config).map(([key, value]) => [`slipway:${key}`, value]);
    writeFileSync(
      join(folder, "Pulumi.test.yaml"),
      JSON.stringify({ config: Object.fromEntries(keys) as object }),
    );
    writeFileSync(join(folder, "index.js"), program(objects));
    return pulumi(...words, "--stack", "test", "--policy-pack", pack);
  }
  const resources = async (): Promise<string[]> => {
    const { stdout } = await pulumi("stack", "export", "--stack", "test");
    const { deployment } = JSON.parse(stdout) as { deployment: { resources?: { type: string }[] } };
    return (deployment.resources ?? []).map(({ type }) => type);
  };

  it("a bad stack fails pulumi up before anything is made, and says why", async () => {
    const { code, stdout } = await go(["up", "--yes"], [deployment(asRoot), ...rest]);
    assert.notEqual(code, 0);
    assert.match(
      stdout,
      /\[mandatory\] {1,2}\[severity: high\] {1,2}pods-run-as-non-root {1,2}\(kubernetes:apps\/v1:Deployment: Deployment-api\)/,
    );
    assert.match(
      stdout,
      /container api may run as root\n.*containers\[0\]\.securityContext\.runAsNonRoot: found false, wanted true, here or for the whole pod\n.*to mend: Set securityContext\.runAsNonRoot to true/,
    );
    assert.deepEqual(await resources(), []);
  });

  it("a bad stack fails without a preview too, and the bad resource is not made", async () => {
    const { code } = await go(["up", "--yes", "--skip-preview"], [deployment(asRoot)]);
    assert.notEqual(code, 0);
    assert.ok(!(await resources()).includes("kubernetes:apps/v1:Deployment"));
    await pulumi("destroy", "--yes", "--stack", "test");
  });

  it("a good stack passes", async () => {
    const { code, stdout } = await go(["preview"], [deployment(), ...rest]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /✅ slipway@v/);
  });

  it("in a local stack, which the configuration says, the same finding is advice", async () => {
    const { code, stdout } = await go(["preview"], [deployment(asRoot), ...rest], { tier: "local" });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /\[advisory\] {1,2}\[severity: high\] {1,2}pods-run-as-non-root/);
  });

  it("a waiver of the configuration lets the finding be, and shows", async () => {
    const waiver = {
      rule: "pods-run-as-non-root",
      resource: "Deployment/api",
      owner: "ana@example.com",
      reason: "fixed in March",
      expires: "2099-03-31",
    };
    const { code, stdout } = await go(["preview"], [deployment(asRoot), ...rest], { waivers: [waiver] });
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /\[advisory\].*waivers.*\n.*waived: pods-run-as-non-root for Deployment\/api, by ana@example\.com until 2099-03-31: fixed in March/,
    );
  });

  it("a policy config file changes a rule's level, and its settings win", async () => {
    const config = join(folder, "config.json");
    writeFileSync(
      config,
      JSON.stringify({ "pods-run-as-non-root": "advisory", settings: { registries: ["quay.io"] } }),
    );
    const { code, stdout } = await go(
      ["preview", "--policy-pack-config", config],
      [deployment(asRoot), ...rest],
    );
    assert.notEqual(code, 0);
    assert.match(stdout, /\[advisory\] {1,2}\[severity: high\] {1,2}pods-run-as-non-root/);
    assert.match(stdout, /\[mandatory\] {1,2}\[severity: high\] {1,2}images-come-from-known-registries/);
  });

  it("a policy config file of the wrong shape is refused by its schema", async () => {
    const config = join(folder, "wrong.json");
    writeFileSync(config, JSON.stringify({ settings: { tier: "prod" } }));
    const { code, stdout, stderr } = await go(["preview", "--policy-pack-config", config], [deployment()]);
    assert.notEqual(code, 0);
    assert.match(
      stdout + stderr,
      /settings: tier: tier must be one of the following: "local", "staging", "production"/,
    );
  });

  it("a mistake in the stack's settings fails the run with one line, and no stack trace", async () => {
    const { code, stdout } = await go(["preview"], [deployment(), ...rest], { tier: "prod" });
    assert.notEqual(code, 0);
    assert.match(
      stdout,
      /the stack's configuration: tier: found "prod"; allowed: local, staging, production/,
    );
    assert.doesNotMatch(stdout, /\n\s+at /);
  });

  it("a secret of the configuration in the environment is found, and not shown", async () => {
    const leak = deployment((object) =>
      object.spec.template.spec.containers[0]?.env.push({ name: "GREETING", value: "<secret>" }),
    );
    const { code, stdout, stderr } = await go(["preview"], [leak, ...rest]);
    assert.notEqual(code, 0);
    assert.match(stdout, /secret-values-stay-in-secrets.*\n.*a secret value is stored here in clear/);
    assert.doesNotMatch(stdout + stderr, /hunter2000/);
  });

  it("a value that only up knows is reported in preview, and judged before the resource is made", async () => {
    const later = deployment((object) => {
      const [container] = object.spec.template.spec.containers;
      if (container !== undefined) container.image = "<later>";
    });
    const preview = await go(["preview"], [later, ...rest]);
    assert.equal(preview.code, 0, preview.stdout);
    assert.match(
      preview.stdout,
      /\[advisory\].*images-are-pinned.*\n.*containers\[0\]\.image: not evaluated: the value is not known before up; checked again when it is/,
    );
    const up = await go(["up", "--yes", "--skip-preview"], [later, ...rest]);
    assert.notEqual(up.code, 0);
    assert.match(up.stdout, /\[mandatory\].*images-are-pinned/);
    assert.ok(!(await resources()).includes("kubernetes:apps/v1:Deployment"));
  });

  it("a rule over the whole stack that met such a value judges the final state of an up", async () => {
    const elsewhere = fixtures.NetworkPolicy() as { metadata: { namespace: string } };
    elsewhere.metadata.namespace = "<later>";
    const objects = [deployment(), elsewhere, fixtures.PodDisruptionBudget()];
    await pulumi("destroy", "--yes", "--stack", "test"); // what an earlier test made would be known now
    const preview = await go(["preview"], objects);
    assert.match(
      preview.stdout,
      /\[advisory\].*pods-are-covered-by-policies.*NetworkPolicy-api.*\n.*metadata\.namespace: not evaluated/,
    );
    const up = await go(["up", "--yes", "--skip-preview"], objects);
    assert.notEqual(up.code, 0);
    assert.match(
      up.stdout,
      /\[mandatory\].*pods-are-covered-by-policies.*Deployment-api\)\n.*no policy covers these pods/,
    );
    assert.doesNotMatch(up.stdout, /not evaluated/);
  });

  it("slipway policy check --stack says the same of what is deployed", async () => {
    const words = slipway("policy", "check", "--stack", "test", "--json");
    const { code, stdout, stderr } = await start(words, env);
    assert.equal(code, 1, stderr);
    const { findings, resources } = JSON.parse(stdout) as { findings: Finding[]; resources: number };
    assert.ok(resources >= 3);
    assert.deepEqual(
      findings.map(({ rule, resource, found }) => [rule, resource, found]),
      [["pods-are-covered-by-policies", "Deployment/shop/api", "shop"]],
    );
  });
});
