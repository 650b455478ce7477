/** What is to be restored: a moment, a backup, or all there is; checked against what the bucket holds before anything is touched. */
import type { Origin } from "../../config";
import { Failure } from "../../toolchain/lib/failure";
import type { Held } from "./bucket";

const ID = /^\d{8}T\d{6}$/;

export interface Aim {
  /** As a person would say it. */
  text: string;
  /** One for each backup it could begin from, the best first. */
  origins: Origin[];
}

/** What a stack is asked about: its name, what its database archives under, and for how many days all is kept. */
export interface Asked {
  stack: string;
  from: string;
  days: number;
}

/**
 * The good backups from which any later moment can be had, the newest first: those of the window of days, and the one it
 * begins with. Older ones are a week's or a month's, and have nothing after them.
 */
export function reaching(good: readonly Held[], days: number, now: number): Held[] {
  const before = good.findIndex(({ ended }) => Date.parse(ended) < now - days * 86_400e3);
  return before === -1 ? [...good] : good.slice(0, before + 1);
}

/** Throws when it cannot be had. */
export function aimAt(to: string, { stack, from, days }: Asked, backups: readonly Held[], now: number): Aim {
  const good = backups.filter(({ status }) => status === "DONE");
  const list = `./slipway backups ${stack}`;
  if (good.length === 0) {
    throw new Failure(`the bucket has no backup of ${stack} to restore`, {
      details: [
        backups.length === 0
          ? `There is nothing under ${from}.`
          : `All ${backups.length} backups under ${from} were begun and never ended.`,
      ],
      next: `check postgres.backup.bucket, or take one: ./slipway backup ${stack}`,
    });
  }
  if (to === "latest") {
    const origins = reaching(good, days, now).map(({ id }) => ({ from, to, backup: id }));
    return { text: "the newest moment", origins };
  }
  if (ID.test(to)) {
    const one = backups.find(({ id }) => id === to);
    if (one?.status === "DONE")
      return { text: `backup ${to}`, origins: [{ from, to: "backup", backup: to }] };
    throw new Failure(
      one === undefined
        ? `there is no backup ${to} of ${stack}`
        : `the backup ${to} was begun and never ended`,
      { details: [`The newest good one is ${good[0]?.id ?? ""}.`], next: list },
    );
  }
  return moment(to, { days, from, stack }, good, now, list);
}

function moment(
  to: string,
  { days, from, stack }: Asked,
  good: readonly Held[],
  now: number,
  list: string,
): Aim {
  const at = Date.parse(to);
  if (Number.isNaN(at) || !/^\d{4}-\d\d-\d\d[T ]/.test(to)) {
    throw new Failure(`"${to}" is neither a moment nor a backup`, {
      details: ["Allowed: 2026-11-21T15:30:00Z (with its zone), the id of a backup, or latest."],
      next: list,
    });
  }
  if (!/(?:Z|[+-]\d\d:?\d\d)$/.test(to)) {
    throw new Failure(`"${to}" has no time zone`, {
      next: `write ${to.replace(" ", "T")}Z if it is UTC, or ${to.replace(" ", "T")}+02:00`,
    });
  }
  if (at > now) {
    throw new Failure(`${to} is yet to come`, {
      next: "write a moment that is past, or latest",
    });
  }
  const before = good.filter(({ ended }) => Date.parse(ended) <= at);
  if (before.length === 0) {
    throw new Failure(`${to} is before the first backup`, {
      details: [`The first moment there is: ${good.at(-1)?.ended ?? ""}.`],
      next: list,
    });
  }
  const whole = reaching(good, days, now);
  const origins = before.filter((one) => whole.includes(one));
  if (origins.length === 0) {
    throw new Failure(`${to} is longer ago than the ${days} days for which all is kept`, {
      details: [
        `Any moment can be had since ${whole.at(-1)?.ended ?? ""}.`,
        `Of the time before there are single backups; the last one before that moment is ${before[0]?.id ?? ""}.`,
      ],
      next: `./slipway restore ${stack} --to ${before[0]?.id ?? ""}`,
    });
  }
  const exact = new Date(at).toISOString();
  return { text: exact, origins: origins.map(({ id }) => ({ from, to: exact, backup: id })) };
}
