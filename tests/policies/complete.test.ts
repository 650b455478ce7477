/** What a new rule must bring along: nothing of the pack may escape its tests, and no test of a rule may be left out. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../policies/index";
import { isKind } from "../../policies/kinds";
import type { Rule } from "../../policies/rule";
import { checkout } from "../../toolchain/lib/paths";
import { fixtures, type FixtureName } from "./fixtures";
import { cases, comparable } from "./rules/cases";
import { breaks, open, unknowns } from "./stack/breaks";

const objectRules = rules.flatMap((rule) => (rule.type === "object" ? [rule] : []));
const otherRules = rules.filter(({ type }) => type !== "object").map(({ name }) => name);

/** Every rule that a file of the pack exports, in the table or not. */
function written(): Rule[] {
  const files = ["rules", "stack"].flatMap((folder) =>
    readdirSync(join(checkout, "policies", folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(checkout, "policies", folder, name)),
  );
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() would read TypeScript as it is
  const modules = files.map((file) => require(file) as Record<string, unknown>);
  return modules.flatMap((one) =>
    Object.values(one).filter(
      (value): value is Rule =>
        typeof value === "object" && value !== null && "severity" in value && "name" in value,
    ),
  );
}

const none = (found: readonly string[]) => assert.deepEqual([...new Set(found)].sort(), []);

describe("the pack is whole", () => {
  it("every rule that is written is in the table, once, under a name of its own", () => {
    const names = rules.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    const all = [...new Set(written().map(({ name }) => name))];
    assert.ok(all.length > 60, "the files were not found");
    none(all.filter((name) => !names.includes(name)));
  });

  it("every rule says in words what holds, what to do, and where more is written", () => {
    none(
      rules
        .filter(
          ({ title, fix, url }) =>
            !/^[A-Z].*\.$/.test(title) || !/^[A-Z`].*\.$/s.test(fix) || !url.startsWith("https://"),
        )
        .map(({ name }) => name),
    );
  });

  it("every kind that a rule looks at has a good fixture", () => {
    none(
      objectRules.flatMap(({ on }) =>
        on
          .filter(
            (kind) =>
              !(Object.keys(fixtures) as FixtureName[]).some((name) =>
                isKind(fixtures[name]() as Record<string, unknown>, kind),
              ),
          )
          .map(({ group, kind }) => `${group}/${kind}`),
      ),
    );
  });

  it("every single check of every rule about one object is broken by a case, with its exact words", () => {
    none(
      objectRules.flatMap(({ name, validations }) =>
        validations
          .filter(({ message }) => !cases.some((one) => one.rule === name && one.message.endsWith(message)))
          .map(({ message }) => `${name}: ${message}`),
      ),
    );
  });

  it("every rule about one object is compared between the two engines", () => {
    const compared = new Set(cases.filter(comparable).map(({ rule }) => rule));
    none(objectRules.map(({ name }) => name).filter((name) => !compared.has(name)));
  });

  it("every other rule has a break, and a value that it cannot know before up", () => {
    none(otherRules.filter((name) => !breaks.some(({ rule }) => rule === name)));
    const told = new Set([...unknowns.map(([rule]) => rule), ...Object.keys(open)]);
    none(otherRules.filter((name) => !told.has(name)));
    none([...told].filter((name) => !otherRules.includes(name)));
  });
});
