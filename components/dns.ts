/** The hosts' names, in a Cloudflare zone. What only one stack may own of a zone is the zone project's business. */
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { isIP } from "node:net";
import { Component, type ComponentOptions, type Transform } from "./component";

export interface DnsArgs {
  /** Zone the hosts are in. */
  readonly zone: string;
  /** Token that may change the zone's records. @default - CLOUDFLARE_API_TOKEN of whoever runs Pulumi */
  readonly token?: pulumi.Input<string> | undefined;
  /** Full names by the names routes use. */
  readonly hosts: Readonly<Record<string, { readonly name: string; readonly proxied: boolean }>>;
  /** Address or host name all of them point to. */
  readonly target: pulumi.Input<string>;
  /** What `target` is: decides between A, AAAA and CNAME, also while it is not known yet. */
  readonly targetIs: "ip" | "ipv6" | "hostname";
  /** Whose records these are, for whoever reads the zone. */
  readonly comment: string;
  readonly transform?: {
    /** Each record. */
    readonly record?: Transform<cloudflare.DnsRecordArgs>;
  };
}

const TYPES = { hostname: "CNAME", ip: "A", ipv6: "AAAA" } as const;
/** Cloudflare's own word for "as you see fit"; the only one it takes for what it proxies. */
const AUTOMATIC = 1;

/**
 * ```ts
 * new Dns("dns", { zone: "example.com", token, hosts: { app: { name: "app.example.com", proxied: true } },
 *   target: "203.0.113.7", targetIs: "ip", comment: "shop, production" });
 * ```
 */
export class Dns extends Component<NonNullable<DnsArgs["transform"]>> {
  /** The zone's id. */
  readonly zoneId: pulumi.Output<string>;

  constructor(name: string, args: DnsArgs, opts?: ComponentOptions) {
    super("Dns", name, args.transform, opts);
    const provider = this.child("cloudflare", cloudflare.Provider, tokenOf(args.token));
    this.zoneId = cloudflare.getZoneOutput(
      { filter: { name: args.zone } },
      { parent: this, provider },
    ).zoneId;
    for (const [host, { name: full, proxied }] of Object.entries(args.hosts)) {
      // The full name, never `@`: the provider would see a difference at each preview.
      this.child(
        `record-${host}`,
        cloudflare.DnsRecord,
        {
          comment: args.comment,
          content: args.target,
          name: full,
          proxied,
          ttl: AUTOMATIC,
          type: TYPES[args.targetIs],
          zoneId: this.zoneId,
        },
        { provider },
        "record",
      );
    }
    this.finish({ names: Object.values(args.hosts).map(({ name: full }) => full), zoneId: this.zoneId });
  }
}

/** What an address is. */
export function kindOfTarget(target: string): DnsArgs["targetIs"] {
  return isIP(target) === 4 ? "ip" : isIP(target) === 6 ? "ipv6" : "hostname";
}

/** A provider's token; without one it takes that of whoever runs Pulumi. */
export function tokenOf(token: pulumi.Input<string> | undefined): cloudflare.ProviderArgs {
  return token === undefined ? {} : { apiToken: pulumi.secret(token) };
}
