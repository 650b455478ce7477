/** The page about alerts names every alert there is, and none that there is not. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ruleGroups } from "../../components/monitoring/rules";
import { checkout } from "../../toolchain/lib/paths";
import { SHOP } from "../components/monitoring/shop";

describe("docs/watch.md", () => {
  const page = readFileSync(join(checkout, "docs/watch.md"), "utf8");
  const rules = ruleGroups({ ...SHOP, deadman: true }).flatMap((group) => group.rules);
  const quoted = (shape: RegExp) => [...new Set([...page.matchAll(shape)].map(([, name]) => name))].sort();

  it("names every alert", () => {
    const alerts = rules.flatMap((rule) => ("alert" in rule ? [rule.alert] : []));
    assert.deepEqual(quoted(/`([A-Z][A-Za-z]+)`/g), [...new Set(alerts)].sort());
  });

  it("names only series that are recorded", () => {
    const series = new Set<string | undefined>(
      rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])),
    );
    const named = quoted(/`(slipway:[a-z0-9_:]+)`/g);
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter((name) => !series.has(name)),
      [],
    );
  });
});
