/** Hours in which alerts stay silent, as Alertmanager has them: in UTC, and never over midnight. */
import type { Alerts } from "../../config";

export interface Span {
  times: { startTime: string; endTime: string }[];
  weekdays?: string[];
  months?: string[];
}

type Window = Alerts["mute"][number];

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;
const DAY = 24 * 60;
/** Any year tells on which months clocks are changed; a fixed one tells the same every time. */
const YEAR = 2026;

/**
 * The window's hours in its own zone, month by month as its clocks go. In the months they are changed, only what is within
 * the window before and after: an hour too loud rather than an hour too quiet.
 */
export function spans(window: Window): Span[] {
  const byOffsets = new Map<string, { months: number[]; offsets: number[] }>();
  for (let month = 1; month <= 12; month++) {
    const offsets = offsetsIn(month, window.zone);
    const key = offsets.join();
    const known = byOffsets.get(key) ?? { months: [], offsets };
    known.months.push(month);
    byOffsets.set(key, known);
  }
  return [...byOffsets.values()].flatMap(({ months, offsets }) =>
    within(window, offsets).map((span) => ({
      ...span,
      ...(months.length === 12 ? {} : { months: months.map(String) }),
    })),
  );
}

function within({ days, from, to }: Window, offsets: readonly number[]): Span[] {
  const length = (minutes(to) - minutes(from) + DAY) % DAY;
  const start = minutes(from) - Math.min(...offsets);
  const end = minutes(from) + length - Math.max(...offsets);
  return pieces(start, end).map(({ day, end: last, start: first }) => ({
    times: [{ endTime: clock(last), startTime: clock(first) }],
    ...(days === undefined
      ? {}
      : {
          weekdays: days.map((name) => WEEKDAYS[(DAYS.indexOf(name) + day + 7) % 7] ?? name),
        }),
  }));
}

/** A span cut at each midnight, with the days it has moved. */
function pieces(start: number, end: number): { day: number; start: number; end: number }[] {
  const found: { day: number; start: number; end: number }[] = [];
  for (let at = start; at < end;) {
    const day = Math.floor(at / DAY);
    const last = Math.min(end, (day + 1) * DAY);
    found.push({ day, end: last - day * DAY, start: at - day * DAY });
    at = last;
  }
  return found;
}

/** How far ahead of UTC the zone is in a month, in minutes: two answers where clocks are changed. */
function offsetsIn(month: number, zone: string): number[] {
  const first = Date.UTC(YEAR, month - 1, 1);
  const last = Date.UTC(YEAR, month, 1) - 60_000;
  return [...new Set([offsetAt(first, zone), offsetAt(last, zone)])].sort((a, b) => a - b);
}

function offsetAt(time: number, zone: string): number {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  const name = format.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const match = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(name);
  if (match === null) throw new Error(`${zone}: its distance from UTC reads ${name}`);
  const [, sign, hours = "0", rest = "0"] = match;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(rest));
}

function minutes(text: string): number {
  const [hours = 0, rest = 0] = text.split(":").map(Number);
  return hours * 60 + rest;
}

function clock(at: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(at / 60))}:${two(at % 60)}`;
}
