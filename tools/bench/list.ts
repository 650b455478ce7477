/** Every measure, in the order they run. */
import { clusterLife } from "./cluster";
import { conformance } from "./conformance";
import { deployment } from "./deployment";
import type { Bench } from "./figure";
import { manyParts } from "./many-parts";
import { policy } from "./policy";
import { preview } from "./preview";
import { release } from "./release";

export const benches: Bench[] = [
  ...[preview, policy, manyParts],
  ...[clusterLife, deployment, conformance, release],
];
