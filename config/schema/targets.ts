/** `targets`: promises with a number. Alerts, dashboards, the backup schedule's check and the runbook follow from them. */
import { z } from "zod";
import { duration, key, percent } from "./types";

/** Below 100 %: a promise of 100 % leaves no error budget, so every alert on it would always ring. */
const availability = () =>
  percent(0.5, 0.99999, "a percentage from 50 to 99.999 (100 leaves no time for anything to fail)");

const ofRoute = {
  availability: key(availability().optional(), "Answers that are not server errors, over 30 days", 99.9),
  p95: key(duration(1, 600e3).optional(), "95 of 100 answers come within this time", "200ms"),
  errors: key(
    percent(0.00001, 0.5, "a percentage from 0.001 to 50").optional(),
    "Most server errors of all answers",
    "0.1%",
  ),
};

export const targetsOfRoute = z.strictObject(ofRoute);

export const targets = z.strictObject({
  availability: key(availability().prefault(99.5), ...doc(ofRoute.availability)),
  p95: key(duration(1, 600e3).prefault("500ms"), ...doc(ofRoute.p95)),
  errors: key(percent(0.00001, 0.5, "a percentage from 0.001 to 50").prefault("1%"), ...doc(ofRoute.errors)),
  query: key(duration(1, 600e3).optional(), "Mean time of a Postgres query", "50ms"),
  rpo: key(duration(1e3).optional(), "Most data a disaster may cost, as time", "15m"),
  rto: key(duration(60e3).optional(), "Most time until service is back", "1h"),
});

function doc(type: z.ZodType): [string, ...unknown[]] {
  const meta = type.meta();
  return [meta?.description ?? "", ...((meta?.examples as unknown[] | undefined) ?? [])];
}
