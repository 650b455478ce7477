/** A part that serves pages and their files to browsers. */
import type { PartArgs } from "./part-args";
import { Part } from "./part";
import type { Health } from "./probes";
import type { ResidentOptions } from "./resident";

export interface WebArgs extends PartArgs {
  /** Port it listens on. */
  port: number;
  /** Where its probes look. @default `/` */
  health?: Health;
  /** A single-page application: the gateway answers unknown paths with its index page. @default false */
  spa?: boolean;
}

/**
 * ```ts
 * new Web("web", { space, image: "ghcr.io/acme/web@sha256:…", port: 8080, spa: true });
 * ```
 *
 * Makes what {@link Api} makes. How long browsers may keep its files, and which policy its pages carry, its routes say.
 */
export class Web extends Part {
  /** Whether unknown paths get the index page. */
  readonly spa: boolean;

  constructor(name: string, args: WebArgs, opts?: ResidentOptions) {
    super("Web", name, args, opts);
    this.spa = args.spa ?? false;
  }
}
