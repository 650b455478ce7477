/** Cross-checks: what is wrong between keys that are each right by themselves. */
import type { Problem } from "../problems";
import type { Settings } from "../settings";
import type { Check } from "./check";
import { copies } from "./copies";
import { clusters, dns, tls } from "./edge";
import { environment } from "./environment";
import { jobs, needs } from "./needs";
import { parts } from "./parts";
import { postgres } from "./postgres";
import { redis } from "./redis";
import { routes } from "./routes";
import { tier } from "./tier";
import { alerts, references } from "./watching";

const checks: readonly Check[] = [
  parts,
  needs,
  jobs,
  environment,
  routes,
  postgres,
  redis,
  copies,
  clusters,
  dns,
  tls,
  alerts,
  references,
  tier,
];

/** Every problem that any check finds. */
export function runChecks(settings: Settings): Problem[] {
  return checks.flatMap((check) => check(settings));
}
