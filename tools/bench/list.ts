/** Every measure, in the order they run. */
import type { Bench } from "./figure";
import { preview } from "./preview";

export const benches: Bench[] = [preview];
