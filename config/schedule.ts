/** When something recurs: `6h` (an interval) or `0 2 * * *` (cron, UTC). Both know the longest time between two runs. */
import { Cron } from "croner";
import { parseDuration } from "./units";

export interface Schedule {
  /** As written. */
  readonly text: string;
  /** Five-field cron, minute first, UTC. */
  readonly cron: string;
  /** The longest time between two runs, in milliseconds. */
  readonly longestGap: number;
}

const MINUTE = 60e3;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Their longest gaps are written down: to walk the runs of the usual ones took a third of reading a stack's settings. */
const NAMED: Readonly<Record<string, Omit<Schedule, "text">>> = {
  hourly: { cron: "0 * * * *", longestGap: HOUR },
  daily: { cron: "0 2 * * *", longestGap: DAY },
  weekly: { cron: "0 2 * * 0", longestGap: 7 * DAY },
  monthly: { cron: "0 2 1 * *", longestGap: 31 * DAY },
  quarterly: { cron: "0 2 1 1,4,7,10 *", longestGap: 92 * DAY },
};
const CRON = /^(?:[\d*/,-]+)(?:\s+[\dA-Za-z*/,-]+){4}$/;

/** What may be written, for error messages. */
export const SCHEDULE_FORMS =
  "a whole part of an hour or a day (15m, 6h), whole days (1d, 7d), hourly, daily, weekly, monthly, quarterly, or cron in UTC (0 2 * * *)";

/** The schedule a text means; undefined when it means none, or one that cron cannot keep evenly (7h). */
export function parseSchedule(input: string): Schedule | undefined {
  const text = input.trim();
  const usual = NAMED[text] ?? evenly(text);
  if (usual !== undefined) return { text, ...usual };
  if (!CRON.test(text)) return undefined;
  const cron = text.replace(/\s+/g, " ");
  const gap = longestGap(cron);
  return gap === undefined ? undefined : { text, cron, longestGap: gap };
}

/** An interval that cron can keep. */
function evenly(text: string): Omit<Schedule, "text"> | undefined {
  const interval = parseDuration(text)?.value;
  if (interval === undefined || interval < MINUTE || interval % MINUTE !== 0) return undefined;
  if (interval === 7 * DAY) return NAMED.weekly;
  if (interval === DAY) return NAMED.daily;
  if (interval === HOUR) return NAMED.hourly;
  if (interval < HOUR && HOUR % interval === 0) {
    return { cron: `*/${interval / MINUTE} * * * *`, longestGap: interval };
  }
  if (interval % HOUR === 0 && interval < DAY && DAY % interval === 0) {
    return { cron: `0 */${interval / HOUR} * * *`, longestGap: interval };
  }
  return undefined;
}

/** Walks the coming runs from a fixed date, so that the answer does not depend on today. */
function longestGap(cron: string): number | undefined {
  let runs: Date[];
  try {
    // Ninety runs see a month of daily ones, a quarter's month lengths, and a leap year of monthly ones.
    runs = new Cron(cron, { timezone: "UTC", mode: "5-part" }).nextRuns(90, new Date("2027-12-31T23:59:59Z"));
  } catch {
    return undefined; // croner's way of saying that it is not a schedule
  }
  if (runs.length < 2) return undefined;
  return Math.max(...runs.slice(1).map((run, index) => run.getTime() - (runs[index]?.getTime() ?? NaN)));
}
