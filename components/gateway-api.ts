/** The Gateway API's kinds and cert-manager's, as far as Slipway sets them. */
import { customResource } from "./crds";

export interface GatewaySpec {
  gatewayClassName: string;
  listeners: {
    name: string;
    port: number;
    protocol: "HTTP" | "HTTPS";
    hostname?: string;
    tls?: { mode: "Terminate"; certificateRefs: { kind: "Secret"; name: string }[] };
    allowedRoutes: { namespaces: { from: "Same" } };
  }[];
}
export interface GatewayStatus {
  addresses?: { type?: string; value: string }[];
}
export const Gateway = customResource<GatewaySpec, GatewayStatus>("gateway.networking.k8s.io/v1", "Gateway");

export interface PathMatch {
  type: "Exact" | "PathPrefix" | "RegularExpression";
  value: string;
}
export interface RouteMatch {
  path: PathMatch;
  method?: string;
}
export interface HeaderChange {
  set?: { name: string; value: string }[];
  remove?: string[];
}
export type RouteFilter =
  | { type: "ExtensionRef"; extensionRef: { group: string; kind: string; name: string } }
  | { type: "ResponseHeaderModifier"; responseHeaderModifier: HeaderChange }
  | { type: "RequestHeaderModifier"; requestHeaderModifier: HeaderChange }
  | {
      type: "URLRewrite";
      urlRewrite: { path: { type: "ReplacePrefixMatch"; replacePrefixMatch: string } };
    }
  | {
      type: "RequestRedirect";
      requestRedirect: {
        scheme?: "http" | "https";
        hostname?: string;
        port?: number;
        path?: { type: "ReplaceFullPath"; replaceFullPath: string };
        statusCode: 301 | 302;
      };
    };
export interface BackendRef {
  group?: string;
  kind?: string;
  name: string;
  port?: number;
}
export interface RouteRule {
  matches: RouteMatch[];
  filters: RouteFilter[];
  backendRefs?: BackendRef[];
}
export interface HttpRouteSpec {
  parentRefs: { name: string; sectionName: string }[];
  hostnames: string[];
  rules: RouteRule[];
}
export const HttpRoute = customResource<HttpRouteSpec>("gateway.networking.k8s.io/v1", "HTTPRoute");

export interface CertificateSpec {
  dnsNames: string[];
  secretName: string;
  issuerRef: { group: "cert-manager.io"; kind: "Issuer" | "ClusterIssuer"; name: string };
  privateKey: { algorithm: "ECDSA"; size: 256; rotationPolicy: "Always" };
  revisionHistoryLimit: number;
}
export const Certificate = customResource<CertificateSpec>("cert-manager.io/v1", "Certificate");

export interface IssuerSpec {
  acme: {
    server: string;
    email?: string;
    privateKeySecretRef: { name: string };
    solvers: (
      | { http01: { gatewayHTTPRoute: { parentRefs: { name: string; kind: "Gateway" }[] } } }
      | { dns01: { cloudflare: { apiTokenSecretRef: { name: string; key: string } } } }
    )[];
  };
}
export const Issuer = customResource<IssuerSpec>("cert-manager.io/v1", "Issuer");
