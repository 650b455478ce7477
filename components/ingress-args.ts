/** What an ingress is told. */
import type * as k8s from "@pulumi/kubernetes";
import type { Access, Host, Route, Settings } from "../config";
import type { TlsArgs } from "./certificates";
import type { Transform } from "./component";
import type { CustomArgs } from "./crds";
import type { GatewayAdapter } from "./gateway";
import type { GatewaySpec, HTTPRouteSpec } from "./gateway-api";
import type { HeldSecret } from "./needs";
import type { Part } from "./part";
import type { Space } from "./space";

export interface IngressArgs {
  space: Space;
  /** Full names by the names routes use. */
  hosts: Readonly<Record<string, Pick<Host, "name" | "redirect" | "proxied">>>;
  /** The route table. */
  routes: readonly Route[];
  /** Parts by name: where routes lead. */
  parts: Readonly<Record<string, Part>>;
  /** Parts whose visitors stay on the same replica. @default [] */
  sticky?: readonly string[];
  /** Security headers of every answer. */
  headers: Settings["headers"];
  /** Addresses that may call hosts behind a proxy: the proxy's. @default - everyone's */
  onlyFrom?: readonly string[] | undefined;
  /** Who may come in at all. @default - everyone */
  access?: Access | undefined;
  /** Where the access rules' passwords are. */
  secret?: (name: string) => HeldSecret;
  tls: TlsArgs;
  /** @default - the adapter's */
  className?: string | undefined;
  /** Whether to wait until the gateway says where it answers. @default false */
  addressed?: boolean;
  /** How the gateway does what routes ask. @default traefik */
  adapter?: GatewayAdapter;
  transform?: IngressTransforms;
}

export interface IngressTransforms {
  gateway?: Transform<CustomArgs<GatewaySpec>>;
  /** Each HTTPRoute. */
  route?: Transform<CustomArgs<HTTPRouteSpec>>;
  /** Each object of the adapter's: middlewares and the like. */
  policy?: Transform<CustomArgs<object>>;
  logins?: Transform<k8s.core.v1.SecretArgs>;
}
