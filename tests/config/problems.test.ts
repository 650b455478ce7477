import assert from "node:assert/strict";
import { formatProblem, listed, nearest, Problems, show, sortProblems } from "../../config/problems";

describe("problems", () => {
  it("are one line: where, found, allowed, remedy", () => {
    const problem = {
      path: "parts.api.port",
      found: "0",
      allowed: "1 to 65535",
      remedy: "write 8000",
      line: 7,
    };
    assert.equal(
      formatProblem("Pulumi.x.yaml", problem),
      "Pulumi.x.yaml:7: parts.api.port: found 0; allowed: 1 to 65535; write 8000",
    );
    assert.equal(formatProblem("x", { path: "", found: "a", allowed: "b" }), "x: found a; allowed: b");
  });

  it("come in the order of the file, each once", () => {
    const at = (path: string, line?: number) => ({ path, found: "x", allowed: "y", line });
    const sorted = sortProblems([at("z"), at("b", 9), at("a", 9), at("c", 2), at("a", 9)]);
    assert.deepEqual(
      sorted.map(({ path }) => path),
      ["c", "a", "b", "z"],
    );
  });

  it("are thrown with no stack trace", () => {
    assert.doesNotMatch(new Problems("x", [{ path: "a", found: "b", allowed: "c" }]).stack ?? "", /\bat /);
  });

  it("know the name that was meant, and none when nothing is near", () => {
    assert.equal(nearest("postgrs", ["redis", "postgres"]), "postgres");
    assert.equal(nearest("Postgres", ["postgres"]), "postgres");
    assert.equal(nearest("prot", ["port", "path"]), "port");
    assert.equal(nearest("flavour", ["memory", "role"]), undefined);
    assert.equal(nearest("x".repeat(10_000), ["y"]), undefined);
  });

  it("show any value on one short line", () => {
    assert.equal(show("a\nb"), '"a\\nb"');
    assert.ok(show("x".repeat(1000)).length < 70);
    assert.equal(show({ secure: "v1:abc" }), "a secret");
    assert.equal(show({ "a\nb": 1 }), 'a map with "a\\nb"');
    assert.deepEqual(
      [show(undefined), show(null), show([]), show({})],
      ["nothing", "an empty value", "an empty list", "an empty map"],
    );
    assert.equal(listed(["a", "b", "c"], 2), "a, b and 1 more");
  });
});
