import assert from "node:assert/strict";
import { parse } from "../../../tools/recovery/bucket";
import { errorIn } from "../../../tools/recovery/beside";
import { Failure } from "../../../toolchain/lib/failure";
import { holds, refuseUnless, verify } from "../../../tools/recovery/verify";
import { says } from "../release/says";

describe("a check of a restored database", () => {
  const cases: [string, string, boolean][] = [
    ["42", ">= 1", true],
    ["0", ">= 1", false],
    ["10", "> 9", true], // as numbers, not as texts
    ["t", "= true", true],
    ["f", "= true", false],
    ["", ">= 0", false],
    ["shop", "= shop", true],
    ["shop", "!= shop", false],
    ["3", "< 3", false],
    ["3", "<= 3", true],
  ];
  for (const [value, expect, ok] of cases) {
    it(`${value === "" ? "nothing" : value} ${ok ? "is" : "is not"} ${expect}`, () =>
      assert.equal(holds(value, expect), ok));
  }

  it("that cannot even be asked has failed, with what Postgres says", async () => {
    const refuses = () =>
      Promise.reject(new Failure("asking failed", { details: ['ERROR: relation "users" does not exist'] }));
    const check = { name: "users are there", sql: "select count(*) from users", expect: ">= 1" };
    const [found] = await verify(refuses, [check]);
    assert.deepEqual([found?.ok, found?.value], [false, 'ERROR: relation "users" does not exist']);
  });

  it("that fails stops the switch, with what was found", () => {
    const check = { name: "users are there", value: "0", expect: ">= 1", ok: false };
    assert.throws(() => refuseUnless([check]), says(/users are there: 0, wanted >= 1[^]*--into/));
    assert.doesNotThrow(() => refuseUnless([{ ...check, ok: true }]));
  });
});

describe("why a restore failed", () => {
  it("is told in Barman's or Postgres' own words", () => {
    const line = (entry: object) => JSON.stringify(entry);
    assert.deepEqual(errorIn(line({ level: "info", msg: "2026-11-21 [25] ERROR: Expected empty archive" })), [
      "Expected empty archive",
    ]);
    assert.deepEqual(
      errorIn(line({ level: "info", record: { error_severity: "FATAL", message: "recovery ended before" } })),
      ["recovery ended before"],
    );
    assert.deepEqual(errorIn(line({ level: "error", msg: "restore", error: "no such key" })), [
      "no such key",
    ]);
    assert.deepEqual(errorIn(line({ level: "info", msg: "all is well" })), []);
  });
});

describe("Barman's list of backups", () => {
  it("is read the newest first, with what each takes in the bucket, those too that never ended", () => {
    const one = (backup_id: string, status: string) => ({
      backup_id,
      begin_time_iso: "2026-11-21T02:00:00+00:00",
      end_time_iso: "2026-11-21T02:10:00+00:00",
      status,
    });
    const list = JSON.stringify({
      backups_list: [one("20261119T020000", "DONE"), one("20261120T020000", "FAILED")],
      sizes: { "20261119T020000": 4096 },
    });
    assert.deepEqual(
      parse(list).map(({ id, status, size }) => [id, status, size]),
      [
        ["20261120T020000", "FAILED", undefined],
        ["20261119T020000", "DONE", 4096],
      ],
    );
  });
});
