/** Work is repeated for passing reasons only, and not for ever. */
import assert from "node:assert/strict";
import { isPassing, retrying } from "../../../demo/shared/retry";

const coded = (code: string) => Object.assign(new Error("x"), { code });

describe("demo retrying", () => {
  it("repeats until the reason has passed", async () => {
    let tries = 0;
    const answer = await retrying(5_000, async () => {
      if (++tries < 3) throw coded("57P01");
      return Promise.resolve("there");
    });
    assert.deepEqual([answer, tries], ["there", 3]);
  });

  it("does not repeat a mistake", async () => {
    let tries = 0;
    const mistake = retrying(5_000, () => {
      tries++;
      return Promise.reject(coded("42601"));
    });
    await assert.rejects(mistake, { code: "42601" });
    assert.equal(tries, 1);
  });

  it("gives up with the last reason when the time is over", async () => {
    const began = performance.now();
    await assert.rejects(
      retrying(200, () => Promise.reject(coded("ECONNREFUSED"))),
      { code: "ECONNREFUSED" },
    );
    assert.ok(performance.now() - began < 1_000);
  });

  it("tells passing reasons from lasting ones", () => {
    const refused = new AggregateError([coded("ECONNREFUSED"), coded("EACCES")]);
    for (const error of [
      coded("08006"),
      coded("25006"),
      new Error("Connection terminated unexpectedly"),
      refused,
    ])
      assert.equal(isPassing(error), true, String(error));
    for (const error of [coded("23505"), coded("28P01"), new Error("no"), "text", undefined])
      assert.equal(isPassing(error), false, String(error));
  });
});
