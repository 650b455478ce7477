/** A stack's secrets by name: given in its encrypted config, generated, or fetched by External Secrets. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type Duration, formatDuration } from "../config";
import { customResource, type CustomArgs } from "./crds";
import type { ExternalSecretSpec } from "./kinds/external-secret";
import type { Transform } from "./component";
import type { HeldSecret } from "./needs";
import { Resident, type ResidentOptions } from "./resident";
import type { Space } from "./space";

/** Where a secret comes from. */
export type SecretOrigin =
  | { readonly kind: "given"; readonly value: pulumi.Input<string> }
  | {
      readonly kind: "generated";
      /** Random bytes for base64, base64url and hex; letters for a password. */
      readonly length: number;
      readonly format: "password" | "base64" | "base64url" | "hex" | "uuid";
      /** Another text makes another secret. */
      readonly rotate?: string | undefined;
    }
  | {
      readonly kind: "external";
      /** SecretStore or ClusterSecretStore of External Secrets. */
      readonly store: string;
      readonly storeKind: "SecretStore" | "ClusterSecretStore";
      /** Entry in the store, and field of the entry. */
      readonly key: string;
      readonly property?: string | undefined;
      /** How often it is read again. */
      readonly refresh: Duration;
    };

const ExternalSecret = customResource<ExternalSecretSpec>("external-secrets.io/v1", "ExternalSecret");

export interface SecretsArgs {
  space: Space;
  /** Origins by name: `JWT_SECRET`. */
  secrets: Readonly<Record<string, SecretOrigin>>;
  transform?: SecretsTransforms;
}

export interface SecretsTransforms {
  /** Each ExternalSecret. */
  external?: Transform<CustomArgs<ExternalSecretSpec>>;
}

/**
 * ```ts
 * const secrets = new Secrets("secrets", { space, secrets: { JWT_SECRET: { kind: "generated", length: 48, format: "hex" } } });
 * new Api("api", { space, image, port: 8000, secrets: { JWT_SECRET: secrets.get("JWT_SECRET") } });
 * ```
 */
export class Secrets extends Resident<SecretsTransforms> {
  readonly #held: ReadonlyMap<string, HeldSecret>;
  /** What must be there before pods read them. */
  readonly after: readonly pulumi.Resource[];

  constructor(name: string, args: SecretsArgs, opts?: ResidentOptions) {
    super("Secrets", name, args.space, args.transform, opts);
    const after: pulumi.Resource[] = [];
    this.#held = new Map(
      Object.entries(args.secrets).map(([secret, origin]) => [secret, this.#hold(secret, origin, after)]),
    );
    this.after = after;
    this.finish({ names: [...this.#held.keys()] });
  }

  /** The secret of a name. */
  get(name: string): HeldSecret {
    const held = this.#held.get(name);
    if (held === undefined) {
      throw new Error(
        `${this.called}: no secret ${JSON.stringify(name)}; there are ${[...this.#held.keys()].join(", ")}`,
      );
    }
    return held;
  }

  /** The value of a secret that Pulumi itself must know, which one from an external store is not. */
  value(name: string): pulumi.Output<string> {
    const held = this.get(name);
    if ("value" in held) return held.value;
    throw new Error(
      `${name}: its value is needed here, and one from an external store is only known on the cluster`,
    );
  }

  #hold(name: string, origin: SecretOrigin, after: pulumi.Resource[]): HeldSecret {
    if (origin.kind === "given") return { value: pulumi.secret(origin.value) };
    if (origin.kind === "generated") return { value: pulumi.secret(this.#generate(slug(name), origin)) };
    const target = this.meta("Secret", slug(name)).name;
    after.push(
      this.child(
        slug(name),
        ExternalSecret,
        {
          metadata: {
            ...this.meta("ExternalSecret", slug(name)),
            annotations: { "pulumi.com/waitFor": "condition=Ready" },
          },
          spec: {
            data: [
              {
                remoteRef: {
                  key: origin.key,
                  ...(origin.property === undefined ? {} : { property: origin.property }),
                },
                secretKey: "value",
              },
            ],
            refreshInterval: formatDuration(origin.refresh.value, "go"),
            secretStoreRef: { kind: origin.storeKind, name: origin.store },
            target: { creationPolicy: "Owner", deletionPolicy: "Retain", name: target },
          },
        },
        {},
        "external",
      ),
    );
    return { key: "value", secret: target };
  }

  #generate(suffix: string, origin: Extract<SecretOrigin, { kind: "generated" }>): pulumi.Output<string> {
    const keepers = origin.rotate === undefined ? {} : { keepers: { rotate: origin.rotate } };
    const { length } = origin;
    switch (origin.format) {
      case "password":
        // No signs: it ends up in URLs, shells and YAML of all kinds.
        return this.child(suffix, random.RandomPassword, { length, special: false, ...keepers }).result;
      case "uuid":
        return this.child(suffix, random.RandomUuid, keepers, { additionalSecretOutputs: ["result"] }).result;
      case "base64":
        return this.child(suffix, random.RandomBytes, { length, ...keepers }).base64;
      case "base64url":
        return this.child(suffix, random.RandomBytes, { length, ...keepers }).base64.apply((text) =>
          Buffer.from(text, "base64").toString("base64url"),
        );
      case "hex":
        return this.child(suffix, random.RandomBytes, { length, ...keepers }).hex;
    }
  }
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}
