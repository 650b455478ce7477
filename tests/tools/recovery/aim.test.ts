import assert from "node:assert/strict";
import { aimAt } from "../../../tools/recovery/aim";
import type { Held } from "../../../tools/recovery/bucket";
import { says } from "../release/says";

const backup = (day: number, status = "DONE"): Held => ({
  id: `202611${day}T020000`,
  begun: `2026-11-${day}T02:00:00+00:00`,
  ended: `2026-11-${day}T02:10:00+00:00`,
  size: 1,
  status,
});
/** As Barman lists them: the newest first. */
const backups = [backup(21, "FAILED"), backup(20), backup(19), backup(18)];
const now = Date.parse("2026-11-21T12:00:00Z");
const aim = (to: string, all: Held[] = backups, days = 30) =>
  aimAt(to, { days, from: "postgres", stack: "prod" }, all, now);
const ids = (to: string) => aim(to).origins.map((one) => one.backup);

describe("what a restore aims at", () => {
  it("begins from the newest good backup before the moment, and has the older ones in reserve", () => {
    assert.deepEqual(ids("2026-11-20T15:30:00Z"), ["20261120T020000", "20261119T020000", "20261118T020000"]);
    assert.deepEqual(ids("2026-11-20T02:05:00Z"), ["20261119T020000", "20261118T020000"]);
    assert.deepEqual(aim("2026-11-20T17:30:00+02:00").origins[0], {
      backup: "20261120T020000",
      from: "postgres",
      to: "2026-11-20T15:30:00.000Z",
    });
  });

  it("is all that was archived, or exactly one backup", () => {
    assert.deepEqual(ids("latest"), ["20261120T020000", "20261119T020000", "20261118T020000"]);
    assert.deepEqual(aim("20261119T020000").origins, [
      { backup: "20261119T020000", from: "postgres", to: "backup" },
    ]);
  });

  const refused: [string, string, RegExp, Held[]?][] = [
    ["before the first backup", "2026-11-18T02:09:59Z", /before the first backup[^]*2026-11-18T02:10:00/],
    ["yet to come", "2026-11-22T00:00:00Z", /yet to come/],
    ["without a zone", "2026-11-20T15:30:00", /no time zone[^]*2026-11-20T15:30:00Z/],
    ["no moment at all", "yesterday", /neither a moment nor a backup[^]*backups prod/],
    ["a backup there is not", "20250101T000000", /no backup 20250101T000000[^]*20261120T020000/],
    ["a backup that never ended", "20261121T020000", /begun and never ended/],
    ["anything of an empty bucket", "latest", /no backup of prod to restore[^]*backup prod/, []],
    ["one with broken backups alone", "latest", /All 1 backups/, [backup(21, "FAILED")]],
  ];
  for (const [what, to, message, all] of refused) {
    it(`is never ${what}`, () => assert.throws(() => aim(to, all), says(message)));
  }

  it("older than the window of days is only a backup by itself, never a moment after it", () => {
    const to = (moment: string) => aim(moment, backups, 2).origins.map((one) => one.backup);
    // The window of two days begins on the 19th at noon: it needs the backup before that.
    assert.deepEqual(to("2026-11-20T15:30:00Z"), ["20261120T020000", "20261119T020000"]);
    assert.deepEqual(to("latest"), ["20261120T020000", "20261119T020000"]);
    assert.deepEqual(to("20261118T020000"), ["20261118T020000"]);
    assert.throws(
      () => to("2026-11-18T20:00:00Z"),
      says(/longer ago than the 2 days[^]*since 2026-11-19T02:10:00[^]*--to 20261118T020000/),
    );
  });
});
