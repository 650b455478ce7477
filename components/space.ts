/** The namespace of a product on one cluster: `restricted` pods only, no traffic but what parts open for their needs. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions, type Transform } from "./component";
import { type Labels, labelsOf } from "./labels";
import { physicalName } from "./naming";
import { denyAllButDns } from "./network";

/** Above everything that said nothing, far below the cluster's own; and below everything. */
export const HIGH = 100_000;
const LOW = -100_000;

export interface SpaceArgs {
  /** The product's name, which all its objects carry as a label. */
  product: string;
  /**
   * The namespace's name.
   * @default - the product's name
   */
  namespace?: string;
  /**
   * Whether databases, queues and the namespace itself refuse to be deleted.
   * @default true
   */
  protect?: boolean;
  /** Who answers for it: an annotation of the namespace. @default - nobody is named */
  owner?: string | undefined;
  /**
   * Namespace Prometheus runs in. Parts are watched only where there is one.
   * @default - no monitoring
   */
  monitoring?: string;
  /**
   * Login at the registry the images come from.
   * @default - none is needed
   */
  registry?:
    | { readonly server: string; readonly username: string; readonly password: pulumi.Input<string> }
    | undefined;
  /** One that is there for another's sake shares its priority classes. @default - has its own */
  beside?: Space;
  transform?: SpaceTransforms;
}

export interface SpaceTransforms {
  namespace?: Transform<k8s.core.v1.NamespaceArgs>;
  deny?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
  pull?: Transform<k8s.core.v1.SecretArgs>;
  /** Both priority classes. */
  priority?: Transform<k8s.scheduling.v1.PriorityClassArgs>;
}

/**
 * Where a product lives on one cluster.
 *
 * ```ts
 * const space = new Space("eu", { product: "shop" }, { provider });
 * new Api("api", { space, image: "ghcr.io/acme/api@sha256:…", port: 8000 });
 * ```
 *
 * Everything in it is named after it: `eu-api-deployment`. On the cluster the Deployment is just `api`.
 */
export class Space extends Component<SpaceTransforms> {
  readonly product: string;
  /** The namespace's name, for texts. */
  readonly namespaceName: string;
  /** The namespace's name, once it is there. */
  readonly namespace: pulumi.Output<string>;
  /** Objects of the space are made after these. */
  readonly ready: readonly pulumi.Resource[];
  readonly protect: boolean;
  readonly monitoring: string | undefined;
  /** The Secret with the registry's login, where one is needed. */
  readonly pullSecret: pulumi.Output<string> | undefined;
  readonly #priorities: Readonly<Record<"high" | "low", pulumi.Output<string>>>;

  constructor(name: string, args: SpaceArgs, opts: ComponentOptions) {
    super("Space", name, args.transform, opts);
    this.product = args.product;
    this.protect = args.protect ?? true;
    this.monitoring = args.monitoring;
    const called = physicalName("Namespace", args.namespace ?? args.product);
    const labels = labelsOf({ component: "space", name: called, product: args.product });

    const namespace = this.child(
      "namespace",
      k8s.core.v1.Namespace,
      {
        metadata: {
          ...(args.owner === undefined ? {} : { annotations: { "slipway.dev/owner": args.owner } }),
          labels: { ...labels, ...restricted() },
          name: called,
        },
      },
      { protect: this.protect },
    );
    this.namespaceName = called;
    this.namespace = namespace.metadata.name;
    const deny = this.child("deny", k8s.networking.v1.NetworkPolicy, {
      metadata: { labels, name: "deny-all-but-dns", namespace: this.namespace },
      spec: denyAllButDns,
    });
    this.ready = [namespace, deny];
    this.pullSecret = this.#createPullSecret(args.registry, labels);
    this.#priorities =
      args.beside === undefined
        ? {
            high: this.#createPriority("high", HIGH, called, labels),
            low: this.#createPriority("low", LOW, called, labels),
          }
        : args.beside.#priorities;

    this.finish({ namespace: this.namespace });
  }

  /** The class of pods that stay, or go first, when a node runs short. */
  priorityClass(priority: "high" | "low"): pulumi.Output<string> {
    return this.#priorities[priority];
  }

  #createPullSecret(registry: SpaceArgs["registry"], labels: Labels): pulumi.Output<string> | undefined {
    if (registry === undefined) return undefined;
    const { server, username } = registry;
    const login = pulumi.secret(registry.password).apply((password) =>
      JSON.stringify({
        auths: {
          [server]: { auth: Buffer.from(`${username}:${password}`).toString("base64"), password, username },
        },
      }),
    );
    const secret = this.child("pull", k8s.core.v1.Secret, {
      metadata: { labels, name: "registry-login", namespace: this.namespace },
      stringData: { ".dockerconfigjson": login },
      type: "kubernetes.io/dockerconfigjson",
    });
    return secret.metadata.name;
  }

  #createPriority(level: string, value: number, namespace: string, labels: Labels): pulumi.Output<string> {
    const created = this.child(
      `priority-${level}`,
      k8s.scheduling.v1.PriorityClass,
      {
        description: `Pods of ${namespace} of ${level} priority`,
        metadata: { labels, name: physicalName("PriorityClass", namespace, level) },
        value,
      },
      {},
      "priority",
    );
    return created.metadata.name;
  }
}

/** The strictest Pod Security Standard, enforced, and told of in warnings and the audit log. */
function restricted(): Record<string, string> {
  return Object.fromEntries(
    ["enforce", "warn", "audit"].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, "restricted"],
      [`pod-security.kubernetes.io/${mode}-version`, "latest"],
    ]),
  );
}
