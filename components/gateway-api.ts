/** The Gateway API's kinds and cert-manager's. */
import { customResource } from "./crds";
import type { CertificateSpec } from "./kinds/certificate";
import type { GatewaySpec, GatewayStatus } from "./kinds/gateway";
import type { HTTPRouteSpec } from "./kinds/http-route";
import type { IssuerSpec } from "./kinds/issuer";

export type { CertificateSpec, GatewaySpec, GatewayStatus, HTTPRouteSpec, IssuerSpec };
export type RouteRule = NonNullable<HTTPRouteSpec["rules"]>[number];
export type RouteMatch = NonNullable<RouteRule["matches"]>[number];
export type Method = NonNullable<RouteMatch["method"]>;
export type PathMatch = NonNullable<RouteMatch["path"]>;
export type RouteFilter = NonNullable<RouteRule["filters"]>[number];
export type HeaderChange = NonNullable<RouteFilter["responseHeaderModifier"]>;
export type BackendRef = NonNullable<RouteRule["backendRefs"]>[number];

const API = "gateway.networking.k8s.io/v1";
export const Gateway = customResource<GatewaySpec, GatewayStatus>(API, "Gateway");
export const HttpRoute = customResource<HTTPRouteSpec>(API, "HTTPRoute");
export const Certificate = customResource<CertificateSpec>("cert-manager.io/v1", "Certificate");
export const Issuer = customResource<IssuerSpec>("cert-manager.io/v1", "Issuer");
