/** What a stack says about its policies: careful defaults, every mistake told, the policy config file over the stack's own. */
import assert from "node:assert/strict";
import { covers, hasExpired, type Waiver } from "../../policies/waivers";
import { careful, fromConfig, fromStack } from "../../policies/settings";
import { fixtures } from "./fixtures";
import { Engine, sent, type Said } from "./harness";
import { Resource } from "../../policies/resource";

const rules = ["pods-run-as-non-root", "images-are-pinned"];
const stack = (config: Record<string, unknown>) => fromStack((key) => config[key], rules, "Pulumi.test.yaml");
const waiver = {
  rule: "pods-run-as-non-root",
  resource: "Deployment/api",
  owner: "ana@example.com",
  reason: "vendor's image, fixed in March",
  expires: "2027-03-31",
};

describe("policy settings", () => {
  it("are careful where nothing is said", () => {
    assert.deepEqual(stack({}), { settings: careful, problems: [] });
    assert.equal(careful.tier, "production");
    assert.equal(careful.protect, true);
    assert.deepEqual(careful.waivers, []);
  });

  it("come from the stack's own keys", () => {
    const { settings, problems } = stack({
      tier: "staging",
      registry: { allowed: ["ghcr.io/acme"] },
      targets: { rpo: "15m" },
      postgres: { backup: { keep: { days: 30, weekly: 12 } } },
      waivers: [waiver],
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(settings, {
      tier: "staging",
      registries: ["ghcr.io/acme"],
      rpo: 900_000,
      keep: 30 * 86_400_000,
      protect: true,
      waivers: [waiver],
    });
  });

  it("do not protect what a local stack may lose, unless it says so", () => {
    assert.equal(stack({ tier: "local" }).settings.protect, false);
    assert.equal(stack({ tier: "local", protect: true }).settings.protect, true);
  });

  it("of a policy config file win over the stack's", () => {
    const base = stack({ tier: "local", targets: { rpo: "1h" } }).settings;
    const { settings } = fromConfig({ tier: "production", rpo: "5m" }, rules, base);
    assert.deepEqual([settings.tier, settings.rpo, settings.protect], ["production", 300_000, true]);
  });

  const wrong: [what: string, config: Record<string, unknown>, problem: string][] = [
    ["tier", { tier: "prod" }, 'Pulumi.test.yaml: tier: found "prod"; allowed: local, staging, production'],
    [
      "registries",
      { registry: { allowed: "ghcr.io" } },
      'Pulumi.test.yaml: registry.allowed: found "ghcr.io"; allowed: a list of registries such as ghcr.io/acme',
    ],
    [
      "rpo",
      { targets: { rpo: "soon" } },
      'Pulumi.test.yaml: targets.rpo: found "soon"; allowed: a duration such as 15m',
    ],
    ["waivers", { waivers: "all" }, 'Pulumi.test.yaml: waivers: found "all"; allowed: a list of waivers'],
    [
      "a waiver's rule",
      { waivers: [{ ...waiver, rule: "pods-run-as-nonroot" }] },
      'Pulumi.test.yaml: waivers[0].rule: found "pods-run-as-nonroot"; allowed: a rule\'s name; did you mean "pods-run-as-non-root"?',
    ],
    [
      "a waiver's day",
      { waivers: [{ ...waiver, expires: "2027-02-30" }] },
      'Pulumi.test.yaml: waivers[0].expires: found "2027-02-30"; allowed: the last day it holds, such as "2027-03-31"',
    ],
    [
      "a waiver's owner",
      { waivers: [{ ...waiver, owner: "" }] },
      'Pulumi.test.yaml: waivers[0].owner: found ""; allowed: who answers for it',
    ],
    [
      "a waiver's field",
      { waivers: [{ ...waiver, until: "x" }] },
      "Pulumi.test.yaml: waivers[0].until: found a field that does not exist; allowed: rule, resource, owner, reason, expires",
    ],
  ];
  for (const [what, config, problem] of wrong) {
    it(`say what is wrong with ${what}`, () => assert.deepEqual(stack(config).problems, [problem]));
  }

  it("say what is wrong with a config file's setting", () => {
    assert.deepEqual(fromConfig({ register: ["ghcr.io"] }, rules, careful).problems, [
      "settings of the policy config: register: found a setting that does not exist; allowed: tier, protect, registries, rpo, keep, waivers",
    ]);
  });

  it("of a local stack allow images that are only on this machine", async () => {
    const digest = `@sha256:${"0".repeat(64)}`;
    for (const image of [`slipway.local/api:dev${digest}`, `localhost:5000/api:dev${digest}`]) {
      const job = fixtures.Job() as { spec: { template: { spec: { containers: { image: string }[] } } } };
      for (const container of job.spec.template.spec.containers) container.image = image;
      assert.deepEqual(await new Engine({ config: { tier: "local" } }).register(sent(job)), []);
    }
  });

  it("that cannot be read fail the run, in a local stack too", async () => {
    const said = await new Engine({
      config: { tier: "local", waivers: [{ ...waiver, expires: "soon" }] },
    }).register(sent(fixtures.Namespace()));
    assert.deepEqual(
      said.map(({ rule, level, message }) => [rule, level, message]),
      [
        [
          "settings",
          "mandatory",
          'the stack\'s configuration: waivers[0].expires: found "soon"; allowed: the last day it holds, such as "2027-03-31"',
        ],
      ],
    );
  });
});

describe("waivers", () => {
  const deployment = fixtures.Deployment() as Record<string, unknown>;
  const resource = new Resource({
    raw: deployment,
    type: "kubernetes:apps/v1:Deployment",
    name: "api-deployment",
    urn: "urn:x",
  });

  for (const wanted of ["Deployment/api", "Deployment/shop/api", "api-deployment", "urn:x"]) {
    it(`may call a resource ${wanted}`, () =>
      assert.equal(covers({ ...waiver, resource: wanted }, waiver.rule, resource), true));
  }
  for (const wanted of ["Deployment/web", "Deployment/other/api", "StatefulSet/api", "api", "Deployment"]) {
    it(`of ${wanted} are not for Deployment/shop/api`, () =>
      assert.equal(covers({ ...waiver, resource: wanted }, waiver.rule, resource), false));
  }

  it("hold through their last day, in UTC", () => {
    assert.equal(hasExpired(waiver as Waiver, new Date("2027-03-31T23:59:59Z")), false);
    assert.equal(hasExpired(waiver as Waiver, new Date("2027-04-01T00:00:00Z")), true);
  });

  const run = async (waivers: unknown[], broken: boolean, now?: string): Promise<Said[]> => {
    const job = fixtures.Job() as { spec: { activeDeadlineSeconds?: number } };
    if (broken) delete job.spec.activeDeadlineSeconds;
    const engine = new Engine({ config: { waivers }, ...(now === undefined ? {} : { now: new Date(now) }) });
    return [...(await engine.register(sent(job))), ...(await engine.finish())].filter(
      ({ rule }) => rule !== "pods-are-covered-by-policies",
    );
  };
  const mine = { ...waiver, rule: "jobs-end", resource: "Job/api" };

  it("that nothing needs fail the run", async () => {
    const said = await run([mine], false);
    assert.deepEqual(
      said.map(({ rule, level, message }) => [rule, level, message]),
      [
        [
          "waivers",
          "mandatory",
          "a waiver is not needed: jobs-end for Job/api, by ana@example.com until 2027-03-31: vendor's image, fixed in March. Delete it",
        ],
      ],
    );
  });

  it("that have expired fail the run, beside the finding", async () => {
    const said = await run([mine], true, "2027-04-01T00:00:00Z");
    assert.deepEqual(
      said.map(({ rule, level }) => [rule, level]),
      [
        ["jobs-end", "mandatory"],
        ["waivers", "mandatory"],
      ],
    );
    assert.match(said[1]?.message ?? "", /^a waiver has expired: .*Mend the finding, or agree on a new day$/);
  });

  it("for another resource do not help", async () => {
    const said = await run([{ ...mine, resource: "Job/other" }], true);
    assert.deepEqual(
      said.map(({ rule, level }) => [rule, level]),
      [
        ["jobs-end", "mandatory"],
        ["waivers", "mandatory"],
      ],
    );
  });
});
