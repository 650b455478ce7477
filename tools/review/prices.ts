/**
 * What a core, a GiB of memory and a GiB of disk cost a month, as the stack's own `slipway:costs` says. Slipway has no
 * price list: a wrong price is worse than none.
 */
import type { z } from "zod";
import { costs } from "../../config/schema/watching";
import type { Amounts } from "./model";

export const pricesSchema = costs;
export type Prices = z.output<typeof costs>;

const GIB = 2 ** 30;

/** A month's price of these amounts. */
export const cost = ({ cpu, memory, storage }: Amounts, prices: Prices) =>
  (cpu / 1000) * prices.cpu + (memory / GIB) * prices.memory + (storage / GIB) * prices.storage;
