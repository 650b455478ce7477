/** What kinds of work there are, and what each takes. */
import { z } from "zod";

const text = z.string().min(1, "must not be empty").max(100_000);

/** Pretends to wait for someone else's slow service. */
const pauseMs = z.number().int().min(0).max(30_000).default(0);

export const jobInput = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("fingerprint"),
    text,
    rounds: z.number().int().min(1).max(1_000_000).default(20_000),
    pauseMs,
  }),
  z.object({ kind: z.literal("words"), text, pauseMs }),
  z.object({ kind: z.literal("wrap"), text, width: z.number().int().min(10).max(200).default(60), pauseMs }),
]);

export type JobInput = z.infer<typeof jobInput>;
