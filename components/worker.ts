/** A part that nobody calls: it takes its work from a queue. */
import type { PartArgs } from "./part-args";
import { Part } from "./part";
import type { Health } from "./probes";
import type { ResidentOptions } from "./resident";

export interface WorkerArgs extends PartArgs {
  /** How its probes ask: a command, as it has no port. @default - no probes */
  health?: Health | undefined;
}

/**
 * ```ts
 * new Worker("worker", { space, image: "ghcr.io/acme/worker@sha256:…", needs: [redis],
 *   scale: { min: 2, max: 8, queue: { redis: "jobs", depth: 50 }, settle } });
 * ```
 *
 * Makes what {@link Api} makes but for the Service. `grace` is the time a stopping worker has to finish its job.
 */
export class Worker extends Part {
  constructor(name: string, args: WorkerArgs, opts?: ResidentOptions) {
    super("Worker", name, args, opts);
  }
}
