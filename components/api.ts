/** A part that answers HTTP requests of programs. */
import type { PartArgs } from "./part-args";
import { Part } from "./part";
import type { Health } from "./probes";
import type { ResidentOptions } from "./resident";

export interface ApiArgs extends PartArgs {
  /** Port it listens on. */
  port: number;
  /** Where its probes look. @default `/health` */
  health?: Health;
}

/**
 * ```ts
 * new Api("api", { space, image: "ghcr.io/acme/api@sha256:…", port: 8000 });
 * ```
 *
 * Makes a Deployment, a Service, a ServiceAccount without a token, a disruption budget, a way through the network for
 * each of its needs, and, where asked for, an autoscaler, a Secret, a migration and a monitor. Rolling updates lose no
 * request: a new pod is ready before an old one stops, and an old one answers until nobody asks it any more.
 */
export class Api extends Part {
  constructor(name: string, args: ApiArgs, opts?: ResidentOptions) {
    super("Api", name, args, opts);
  }
}
