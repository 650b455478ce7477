/** Which backups stay, by a clock that the test holds: the script itself, over years of backups. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describeWith } from "../../helpers/services";
import { type Listed, Tiers } from "./python";

const HOUR = 3600e3;
const DAY = 24 * HOUR;
const START = Date.parse("2026-01-01T00:00:00Z");
const missing = spawnSync("python3", ["--version"]).status === 0 ? undefined : "python3 is not installed";

const week = (at: number) => Math.floor((at / DAY + 3) / 7);
const month = (at: number) => new Date(at).getUTCFullYear() * 12 + new Date(at).getUTCMonth();
const iso = (at: number) => new Date(at).toISOString().replace("Z", "+00:00");
const idOf = (at: number) => iso(at).slice(0, 19).replace(/[-:]/g, "");

interface Tier {
  days: number;
  weekly: number;
  monthly: number;
}

/** Barman's window: all that ended within it, the one before, and what is kept. */
function enforced(backups: readonly Listed[], days: number, now: number): Listed[] {
  const passed = backups.filter(
    ({ ended, status }) => status === "DONE" && Date.parse(ended) < now - days * DAY,
  );
  const anchor = passed.at(-1)?.id;
  return backups.filter((one) => !passed.includes(one) || one.id === anchor || one.kept !== null);
}

/** What the tiers promise, worked out anew from all that was ever taken. */
function promised(taken: readonly number[], { days, weekly, monthly }: Tier, now: number): Set<string> {
  const firsts = (period: (at: number) => number, most: number) =>
    taken.filter(
      (at, index) =>
        most > 0 &&
        period(now) - period(at) <= most &&
        (index === 0 || period(taken[index - 1] ?? 0) !== period(at)),
    );
  const within = taken.filter((at) => at >= now - days * DAY);
  const anchor = taken.filter((at) => at < now - days * DAY).at(-1);
  const all = [...within, ...firsts(week, weekly), ...firsts(month, monthly)];
  return new Set([...all, ...(anchor === undefined ? [] : [anchor])].map(idOf));
}

describeWith(missing, "the tiers of backups, over time", function () {
  this.timeout(300_000);
  let tiers: Tiers;
  before(() => {
    tiers = new Tiers();
  });
  after(() => {
    tiers.stop();
  });

  it("leave on every day exactly what was promised and the one that the window begins with, and nothing else", async () => {
    const tier = fc.record({
      days: fc.integer({ max: 40, min: 1 }),
      monthly: fc.integer({ max: 13, min: 0 }),
      weekly: fc.integer({ max: 9, min: 0 }),
    });
    const life = fc.record({
      gap: fc.constantFrom(12, 24, 24 * 3),
      hour: fc.integer({ max: 23, min: 0 }),
      // Days without any backup: the schedule stood still.
      pauses: fc.array(fc.integer({ max: 450, min: 0 }), { maxLength: 40 }),
      tier,
    });
    await fc.assert(
      fc.asyncProperty(life, async ({ gap, hour, pauses, tier }) => {
        const taken: number[] = [];
        let backups: Listed[] = [];
        for (let now = START + hour * HOUR; now < START + 450 * DAY; now += gap * HOUR) {
          if (!pauses.includes(Math.floor((now - START) / DAY))) {
            taken.push(now);
            backups.push({ ended: iso(now), id: idOf(now), kept: null, status: "DONE" });
          }
          const { mark, release } = await tiers.plan({ backups, now: iso(now), ...tier });
          for (const one of backups) {
            if (mark.includes(one.id)) one.kept = "STANDALONE";
            if (release.includes(one.id)) one.kept = null;
          }
          backups = enforced(backups, tier.days, now);
          assert.deepEqual(new Set(backups.map(({ id }) => id)), promised(taken, tier, now));
        }
      }),
      { numRuns: 6 },
    );
  });

  it("touch nothing that is kept by hand, failed, or still being taken, and say nothing twice", async () => {
    const listed = fc.record({
      at: fc.integer({ max: 700 * 24, min: 0 }),
      kept: fc.constantFrom("STANDALONE" as const, "FULL" as const, null),
      status: fc.constantFrom("DONE" as const, "FAILED" as const, "STARTED" as const),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(listed, { maxLength: 60, selector: ({ at }) => at }),
        fc.integer({ max: 60, min: 0 }),
        fc.integer({ max: 24, min: 0 }),
        async (all, weekly, monthly) => {
          const backups = all.map(({ at, ...rest }) => ({
            ...{ ended: iso(START + at * HOUR), id: idOf(START + at * HOUR) },
            ...rest,
          }));
          const now = iso(START + 700 * DAY);
          const { mark, release } = await tiers.plan({ backups, monthly, now, weekly });
          const those = (ids: readonly string[]) => backups.filter(({ id }) => ids.includes(id));
          assert.ok(those(mark).every(({ kept, status }) => kept === null && status === "DONE"));
          assert.ok(those(release).every(({ kept, status }) => kept === "STANDALONE" && status === "DONE"));
          for (const one of backups) {
            if (mark.includes(one.id)) one.kept = "STANDALONE";
            if (release.includes(one.id)) one.kept = null;
          }
          assert.deepEqual(await tiers.plan({ backups, monthly, now, weekly }), { mark: [], release: [] });
        },
      ),
    );
  });

  it("go by the calendar in UTC, whatever the zone a backup's time is written in", async () => {
    const at = (id: string, ended: string): Listed => ({ ended, id, kept: null, status: "DONE" });
    // Sunday to Monday, and October to November.
    const backups = [
      at("sunday", "2026-11-01T23:00:00+00:00"),
      at("sunday still", "2026-11-02T00:30:00+01:00"),
      at("monday", "2026-11-02T00:10:00+00:00"),
    ];
    const plan = await tiers.plan({ backups, monthly: 0, now: "2026-11-03T00:00:00+00:00", weekly: 1 });
    assert.deepEqual(plan, { mark: ["sunday", "monday"], release: [] });
  });
});
