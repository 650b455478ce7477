/** The certificate of all hosts: asked of an ACME server or the cluster's own authority, or one that is there. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { platform } from "../config";
import type { Transform } from "./component";
import type { CustomArgs } from "./crds";
import { Certificate, type CertificateSpec, Issuer, type IssuerSpec } from "./gateway-api";
import type { HeldSecret } from "./needs";
import { allow, type Place } from "./network";
import { Resident, type ResidentOptions } from "./resident";
import type { Space } from "./space";

export interface TlsArgs {
  /** Who signs. `local` is a CA of the cluster's own; `existing` uses `secret`. */
  readonly issuer:
    "letsencrypt" | "letsencrypt-staging" | "acme" | "local" | "existing" | "cloudflare-origin";
  /** Directory of another ACME server, for `acme`. */
  readonly server?: string | undefined;
  /** Address the issuer writes to. */
  readonly email?: string | undefined;
  /** How the issuer is shown that the names are ours. */
  readonly challenge: "http" | "dns";
  /** TLS Secret that is there already, for `existing`. */
  readonly secret?: string | undefined;
  /** Certificate and key, for `cloudflare-origin`. */
  readonly origin?:
    { readonly certificate: pulumi.Input<string>; readonly key: pulumi.Input<string> } | undefined;
  /** Oldest TLS version accepted. */
  readonly minimum: "1.2" | "1.3";
  /** Send plain http to https. */
  readonly redirect: boolean;
  /** Cloudflare's token, for the `dns` challenge. */
  readonly dnsToken?: HeldSecret | undefined;
}

export interface CertificatesArgs extends TlsArgs {
  space: Space;
  hosts: readonly string[];
  /** The Gateway that answers http challenges. */
  gateway: string;
  /** The gateway's pods, for a port. */
  reach: (port: number) => Place;
  transform?: {
    certificate?: Transform<CustomArgs<CertificateSpec>>;
    issuer?: Transform<CustomArgs<IssuerSpec>>;
    origin?: Transform<k8s.core.v1.SecretArgs>;
  };
}

const DIRECTORIES = {
  acme: undefined,
  letsencrypt: "https://acme-v02.api.letsencrypt.org/directory",
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
};
/** Pods that answer an http challenge for cert-manager, and their port. */
const SOLVER = { pods: { "acme.cert-manager.io/http01-solver": "true" }, port: 8089 };

/** One certificate for all hosts of an ingress, renewed by whoever made it. */
export class Certificates extends Resident<NonNullable<CertificatesArgs["transform"]>> {
  /** Secret with the certificate and its key. */
  readonly secret: pulumi.Input<string>;

  constructor(name: string, args: CertificatesArgs, opts?: ResidentOptions) {
    super("Certificates", name, args.space, args.transform, opts);
    this.secret = this.#secretFor(args);
    this.finish({ secret: this.secret });
  }

  #secretFor(args: CertificatesArgs): pulumi.Input<string> {
    switch (args.issuer) {
      case "existing":
        if (args.secret === undefined)
          throw new Error(`${this.called}: issuer existing needs the secret's name`);
        return args.secret;
      case "cloudflare-origin":
        return this.#createOrigin(args);
      case "local":
        return this.#createCertificate(
          args,
          { kind: "ClusterIssuer", name: platform.certificates.localIssuer },
          true,
        );
      case "letsencrypt":
      case "letsencrypt-staging":
      case "acme":
        return this.#createCertificate(
          args,
          { kind: "Issuer", name: this.#createIssuer(args, args.issuer) },
          false,
        );
    }
  }

  #createCertificate(
    args: CertificatesArgs,
    issuer: { kind: "Issuer" | "ClusterIssuer"; name: pulumi.Input<string> },
    soon: boolean,
  ): string {
    const { name, ...meta } = this.meta("Certificate");
    // An ACME server may have to wait for names that somebody else still has to point here; our own answers at once.
    const annotations: Record<string, string> = soon ? { "pulumi.com/waitFor": "condition=Ready" } : {};
    this.child("certificate", Certificate, {
      metadata: { ...meta, annotations, name },
      spec: {
        dnsNames: [...args.hosts],
        issuerRef: { group: "cert-manager.io", ...issuer },
        privateKey: { algorithm: "ECDSA", rotationPolicy: "Always", size: 256 },
        revisionHistoryLimit: 3,
        secretName: name,
      },
    });
    return name;
  }

  #createIssuer(args: CertificatesArgs, issuer: keyof typeof DIRECTORIES): pulumi.Output<string> {
    const server = args.server ?? DIRECTORIES[issuer];
    if (server === undefined) throw new Error(`${this.called}: issuer acme needs the server's address`);
    const created = this.child("issuer", Issuer, {
      metadata: this.meta("Issuer"),
      spec: {
        acme: {
          ...(args.email === undefined ? {} : { email: args.email }),
          privateKeySecretRef: { name: this.meta("Secret", "account").name },
          server,
          solvers: [args.challenge === "dns" ? this.#dnsSolver(args) : this.#httpSolver(args)],
        },
      },
    });
    return created.metadata.name;
  }

  #httpSolver({ gateway, reach }: CertificatesArgs) {
    this.child("solver-network", k8s.networking.v1.NetworkPolicy, {
      metadata: this.meta("NetworkPolicy", "solver"),
      spec: allow(SOLVER.pods, { from: [reach(SOLVER.port)] }),
    });
    return { http01: { gatewayHTTPRoute: { parentRefs: [{ kind: "Gateway" as const, name: gateway }] } } };
  }

  #dnsSolver({ dnsToken }: CertificatesArgs) {
    if (dnsToken === undefined) throw new Error(`${this.called}: the dns challenge needs the zone's token`);
    const { token } = this.holdSecrets("token", { token: dnsToken });
    return { dns01: { cloudflare: { apiTokenSecretRef: { key: token.key, name: token.secret } } } };
  }

  #createOrigin({ origin }: CertificatesArgs): pulumi.Output<string> {
    if (origin === undefined)
      throw new Error(`${this.called}: issuer cloudflare-origin needs the certificate`);
    const secret = this.child("origin", k8s.core.v1.Secret, {
      metadata: this.meta("Secret"),
      stringData: { "tls.crt": origin.certificate, "tls.key": origin.key },
      type: "kubernetes.io/tls",
    });
    return secret.metadata.name;
  }
}
