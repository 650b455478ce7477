/* eslint-disable @typescript-eslint/no-non-null-assertion -- tests reach into objects of any shape */
/** Rules over other resources and over the whole stack: silent on a good stack, exact on a broken one, waivable. */
import assert from "node:assert/strict";
import { rules } from "../../../policies/index";
import { fixtures, type Loose } from "../fixtures";
import { Engine, secret, sent, unknownText, type Said } from "../harness";
import { breaks, container, unknowns, type Change } from "./breaks";
import { goodStack, type Resources } from "./good-stack";

async function run(
  change: Change,
  config: Record<string, unknown> = { targets: { rpo: "15m" } },
): Promise<Said[]> {
  const resources: Resources = goodStack();
  change(resources);
  return new Engine({ config }).run(...Object.values(resources));
}

describe("rules over resources and stacks, as CrossGuard runs them", () => {
  it("a good stack is silent", async () => {
    assert.deepEqual(await run(() => undefined), []);
  });

  for (const { rule, breaks: what, change, says, config, also = [] } of breaks) {
    it(`${rule} finds ${what}`, async () => {
      const said = await run(change, config);
      const mine = said.filter((one) => one.rule === rule);
      assert.equal(mine.length, 1, JSON.stringify(said, null, 1));
      assert.match(mine[0]?.message ?? "", says);
      assert.equal(mine[0]?.level, "mandatory");
      assert.deepEqual(
        [...new Set(said.map((one) => one.rule))].filter((name) => name !== rule && !also.includes(name)),
        [],
      );
    });
  }

  it("each rule has a break that no other rule finds", () => {
    const alone = new Set(breaks.filter(({ also }) => also === undefined).map(({ rule }) => rule));
    const wanted = rules.filter(({ type }) => type !== "object").map(({ name }) => name);
    assert.deepEqual(
      wanted.filter((name) => !alone.has(name)),
      [],
    );
  });

  describe("a waiver", () => {
    for (const { rule, change, config } of new Map(breaks.map((one) => [one.rule, one])).values()) {
      it(`of ${rule} lets one resource be, and shows`, async () => {
        const [finding] = (await run(change, config)).filter((one) => one.rule === rule);
        const agreed = {
          ...{ rule, resource: finding?.urn, owner: "ana@example.com" },
          ...{ reason: "agreed in the review of the 3rd", expires: "2027-03-31" },
        };
        const said = await run(change, { targets: { rpo: "15m" }, ...config, waivers: [agreed] });
        assert.deepEqual(
          said.filter((one) => one.rule === rule),
          [],
        );
        assert.deepEqual(
          said.filter((one) => one.rule === "waivers").map(({ level, message }) => [level, message]),
          [
            [
              "advisory",
              `waived: ${rule} for ${finding?.urn}, by ana@example.com until 2027-03-31: agreed in the review of the 3rd`,
            ],
          ],
        );
      });
    }
  });

  it("no finding ever shows a secret", async () => {
    const said = await run((r) => {
      r.config = sent({ ...fixtures.ConfigMap(), data: { PASSWORD: "correct-horse-battery" } });
      r.stack!.outputs = { hint: "correct-horse-battery" };
      container(r).args = ["--token=correct-horse-battery"];
      container(r).env.push({ name: "API_TOKEN", value: "correct-horse-battery" });
      container(r).env.push({ name: "X", value: secret("correct-horse-battery") });
    });
    assert.equal(new Set(said.map(({ rule }) => rule)).size >= 6, true);
    assert.doesNotMatch(JSON.stringify(said), /correct-horse/);
  });

  it("a secret output is no finding", async () => {
    const said = await run((r) => {
      r.stack!.outputs = { token: secret("correct-horse-battery") };
    });
    assert.deepEqual(said, []);
  });

  it("what the API server adds to an object counts for nothing: the autoscaler's replicas are no second owner", async () => {
    const said = await run((r) => {
      const deployment = r.deployment!;
      deployment.outputs = structuredClone(deployment.props);
      deployment.outputs.spec.replicas = 4;
    });
    assert.deepEqual(said, []);
  });

  it("an agent that may never run twice, and that no service leads to, is no service", async () => {
    const agent: Loose = structuredClone(fixtures.Deployment());
    agent.metadata = { ...agent.metadata, name: "logs" };
    agent.spec.replicas = 1;
    agent.spec.strategy = { type: "Recreate" };
    for (const place of [agent.spec.selector.matchLabels, agent.spec.template.metadata.labels]) {
      place["app.kubernetes.io/name"] = "logs";
    }
    const said = await run((r) => {
      r.agent = sent(agent);
    });
    assert.deepEqual(
      said.filter(({ rule }) => rule === "services-have-two-replicas"),
      [],
    );
  });

  it("a local stack that promises nothing needs no backups, and may lose its data", async () => {
    const said = await run(
      (r) => {
        delete r.cluster!.props.spec.plugins;
        delete r.backup;
        r.cluster!.protect = false;
      },
      { tier: "local" },
    );
    assert.deepEqual(said, []);
  });

  it("in a local stack findings are advice", async () => {
    const said = await run(
      (r) => {
        delete r.budget;
      },
      { tier: "local" },
    );
    assert.deepEqual(
      said.map(({ rule, level }) => [rule, level]),
      [["disruption-budgets-fit-replicas", "advisory"]],
    );
  });

  describe("values that are not known before up", () => {
    for (const [rule, property, change] of unknowns) {
      it(`${rule} says that it did not look at ${property}`, async () => {
        const said = (await run(change)).filter((one) => one.rule === rule);
        assert.deepEqual(
          said
            .filter(
              ({ message }) =>
                message ===
                `${property}: not evaluated: the value is not known before up; checked again when it is`,
            )
            .map(({ level }) => level),
          ["advisory"],
          JSON.stringify(said),
        );
      });
    }

    it("are checked on the final state of an up", async () => {
      const deployment: Loose = fixtures.Deployment();
      deployment.spec.template.spec.containers[0].image = unknownText;
      const known: Loose = structuredClone(deployment);
      known.spec.template.spec.containers[0].image = "ghcr.io/acme/api:main";
      const only = rules.filter(({ name }) => name === "images-are-pinned");
      const run = async (preview: boolean) => {
        const engine = new Engine({ rules: only, preview });
        await engine.register(sent(deployment));
        return engine.finish([sent(known)]);
      };
      assert.deepEqual(await run(true), [], "a preview knows no more at its end");
      const said = await run(false);
      assert.deepEqual(
        said.map(({ rule, level }) => [rule, level]),
        [["images-are-pinned", "mandatory"]],
      );
    });
  });
});
