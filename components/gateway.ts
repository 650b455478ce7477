/**
 * What a gateway must be able to do for a route, and the seam between that and how one does it. An adapter turns plans
 * into rules of the Gateway API, with objects of its own for what the API has no word for.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { Bytes, Duration, Rate } from "../config";
import type { CustomArgs, CustomClass } from "./crds";
import type { Method, RouteRule } from "./gateway-api";
import type { Place } from "./network";

/** Security headers of a route's answers. */
export interface HeaderPlan {
  readonly hsts: false | { readonly age: Duration; readonly subdomains: boolean; readonly preload: boolean };
  readonly csp: string | undefined;
  readonly frame: string | undefined;
  readonly referrer: string;
  readonly permissions: string | undefined;
  /** Set whatever the part says. */
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

/** How long answers may be kept. */
export type CachePlan =
  | { readonly kind: "none" }
  /** Files with a hash in their name for a year, pages never. */
  | { readonly kind: "assets" }
  | { readonly kind: "age"; readonly age: Duration; readonly immutable: boolean };

/** Who may come in. */
export interface AccessPlan {
  readonly allow?: readonly string[] | undefined;
  /** Secret of `users`, one htpasswd line each. */
  readonly users?: pulumi.Input<string> | undefined;
}

/** One route, with everything it promises. */
export interface RoutePlan {
  /** Unique in the ingress, and fit for names of objects. */
  readonly name: string;
  readonly path: string;
  /** This path only, nothing below it. */
  readonly exact: boolean;
  /** Empty for all. */
  readonly methods: readonly Method[];
  readonly service: pulumi.Input<string>;
  readonly port: number;
  /** Keep a visitor on the same replica. */
  readonly sticky: boolean;
  /** Unknown paths get the index page. */
  readonly spa: boolean;
  /** Take `path` off before the part sees the request. */
  readonly strip: boolean;
  readonly limit?: { readonly rate: Rate; readonly burst: number; readonly by: string } | undefined;
  /** Requests in flight from one client. */
  readonly concurrent?: number | undefined;
  /** Largest request body. */
  readonly body: Bytes;
  readonly timeout: Duration;
  /** Long-lived answers: nothing is held back. */
  readonly stream: boolean;
  readonly cache: CachePlan;
  readonly compress: boolean;
  readonly headers: HeaderPlan;
  /** Name of the headers' own object when several routes share them. */
  readonly headersOf: string;
  readonly access?: AccessPlan | undefined;
  /** Clients come through Cloudflare, which says in X-Forwarded-For who they are. */
  readonly proxied: boolean;
  /** Nobody else may call, whoever the visitor is said to be. */
  readonly onlyFrom?: readonly string[] | undefined;
}

/** Makes an object called after the ingress; the same name twice gives the same object. */
export type Make = <Spec extends object>(
  suffix: string,
  kind: string,
  type: CustomClass<Spec>,
  spec: CustomArgs<Spec>["spec"],
) => { readonly name: string };

export interface GatewayAdapter {
  /** The class it serves, unless the stack names another. */
  readonly className: string;
  /** Ports a Gateway's listeners must name. */
  readonly ports: { readonly http: number; readonly https: number };
  /** Its pods, as those who must let it in see them. */
  readonly from: (port: number) => Place;
  /** The rules of a route, and the objects they stand on. */
  readonly rules: (plan: RoutePlan, make: Make) => RouteRule[];
  /** Its own count of requests: metric names, and the label matchers of the requests of some routes. */
  readonly metrics: {
    readonly counter: string;
    readonly histogram: string;
    readonly matchers: (namespace: string, routes: readonly string[]) => string;
  };
  /** What must hold for all routes: the oldest TLS version. */
  readonly everywhere: (tls: { readonly minimum: "1.2" | "1.3" }, make: Make) => void;
}
