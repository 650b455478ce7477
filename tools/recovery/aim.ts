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

/** Throws when it cannot be had. */
export function aimAt(to: string, from: string, backups: readonly Held[], now: number, stack: string): Aim {
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
    return { text: "the newest moment", origins: good.map(({ id }) => ({ from, to, backup: id })) };
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
  return moment(to, from, good, now, list);
}

function moment(to: string, from: string, good: readonly Held[], now: number, list: string): Aim {
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
  const exact = new Date(at).toISOString();
  return { text: exact, origins: before.map(({ id }) => ({ from, to: exact, backup: id })) };
}
