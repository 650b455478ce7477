import assert from "node:assert/strict";
import { alerts } from "./bad-stacks/alerts";
import { copies } from "./bad-stacks/copies";
import { data } from "./bad-stacks/data";
import { edge } from "./bad-stacks/edge";
import { names } from "./bad-stacks/names";
import { parts } from "./bad-stacks/parts";
import { quantities } from "./bad-stacks/quantities";
import { routes } from "./bad-stacks/routes";
import { secrets } from "./bad-stacks/secrets";
import { tiers } from "./bad-stacks/tiers";
import { types } from "./bad-stacks/types";
import { changed, problemsOf, settingsOf, SHOP } from "./stacks";

const topics = { types, quantities, parts, names, secrets, routes, data, copies, edge, tiers, alerts };

describe("stack files that are wrong", () => {
  it("starts from one that is right", () => {
    assert.equal(settingsOf(SHOP).product, "shop");
    assert.equal(settingsOf(changed({})).product, "shop");
  });

  for (const [topic, stacks] of Object.entries(topics)) {
    describe(topic, () => {
      for (const { name, changes, lines } of stacks) {
        it(`says exactly what is wrong with ${name}`, () => {
          const { lines: said, error } = problemsOf(changed(changes));
          assert.deepEqual([...said].sort(), [...lines].sort());
          for (const { path, line } of error.problems) assert.ok(line !== undefined, `${path} has no line`);
          assert.equal(error.stack, error.message, "a user's mistake has no stack trace");
        });
      }
    });
  }

  it("has more than two hundred of them, each with a name of its own", () => {
    const all = Object.values(topics).flat();
    assert.ok(all.length > 200, `${all.length}`);
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  });

  it("puts the file and the line before each, in the order of the file", () => {
    const text = SHOP.replace("min: 3, max: 10", "min: 3, max: 2").replace("product: shop", "product: Shop");
    const { error } = problemsOf(text);
    assert.equal(
      error.message,
      [
        "Pulumi.test.yaml: 2 problems",
        'Pulumi.test.yaml:3: product: found "Shop"; allowed: a product of 1 to 28 lower-case letters, digits and dashes that starts with a letter and does not end with a dash',
        "Pulumi.test.yaml:9: parts.api.scale.max: found 2; allowed: at least scale.min (3); write 3 or more",
      ].join("\n"),
    );
  });

  it("points at the parent of what is missing", () => {
    const text = SHOP.replace(", port: 8080", "");
    assert.match(problemsOf(text).error.message, /^Pulumi\.test\.yaml:12: parts\.web\.port: found nothing/m);
  });

  it("does not depend on the order of keys", () => {
    const one = problemsOf(changed({ "parts.api.spa": true, "redis.flavour": "x" })).lines;
    const other = problemsOf(changed({ "redis.flavour": "x", "parts.api.spa": true })).lines;
    assert.deepEqual(one, other);
  });

  it("never repeats a secret that stands where it should not", () => {
    const secret = "hunter2-correct-horse";
    const places: Record<string, unknown>[] = [
      { "secrets.STRIPE": secret },
      { "parts.api.env": { DB_PASSWORD: secret } },
      { "parts.api.env": { URL: `postgres://shop:${secret}@db/shop` } },
      { "parts.api.command": ["serve", `postgres://shop:${secret}@db/shop`] },
      { "dns.token": secret + "1" },
      { "secrets.X": { secure: secret, generate: {} } },
    ];
    for (const changes of places) {
      assert.ok(!problemsOf(changed(changes)).error.message.includes(secret), JSON.stringify(changes));
    }
  });

  it("does not accuse what only follows from something else that is wrong", () => {
    // The part is there, only unreadable: its routes and the needs of others lead somewhere.
    const { lines } = problemsOf(changed({ "parts.api.image": 3, "parts.web.needs": ["api"] }));
    assert.deepEqual(lines.length, 1);
    // A pool that cannot be read says nothing of the connections asked for.
    assert.equal(
      problemsOf(changed({ "postgres.pool.size": "many", "postgres.memory": "256Mi" })).lines.length,
      1,
    );
    // A secret that cannot be read is there all the same.
    assert.equal(problemsOf(changed({ "secrets.JWT_SECRET": 3 })).lines.length, 1);
  });
});
