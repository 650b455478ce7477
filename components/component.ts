/**
 * The base of every component: its type token, the rule that children are named after it, the refusal of an ambient
 * cluster, one transform per child, and outputs registered once, synchronously, last.
 */
import * as pulumi from "@pulumi/pulumi";
import { deepMerge, type DeepPartial } from "./merge";

/** A change to a child that a map cannot say. Nothing returned means: changed in place. */
export type TransformFunction<Args> = (
  args: Args,
  opts: pulumi.CustomResourceOptions,
  name: string,
) => Args | undefined;

/** What a component's children may be given: see {@link Component.child}. */
export type Transform<Args> = DeepPartial<Args> | TransformFunction<Args>;

/** Options of a component. The provider of its cluster comes with them or from the parent; there is no ambient one. */
export type ComponentOptions = Omit<pulumi.ComponentResourceOptions, "transformations">;

type ChildClass<Args, Child> = new (name: string, args: Args, opts?: pulumi.CustomResourceOptions) => Child;

/**
 * ```ts
 * class Queue extends Component<{ secret?: Transform<k8s.core.v1.SecretArgs> }> {
 *   readonly url: pulumi.Output<string>;
 *   constructor(name: string, args: QueueArgs, opts?: ComponentOptions) {
 *     super("Queue", name, args.transform, opts);
 *     const secret = this.child("secret", k8s.core.v1.Secret, { … });
 *     this.url = …;
 *     this.finish({ url: this.url });
 *   }
 * }
 * ```
 */
export abstract class Component<Transforms extends object = object> extends pulumi.ComponentResource {
  /** The name it was given; the names of all its children begin with it. */
  readonly called: string;
  readonly #transforms: Transforms | undefined;
  #finished = false;

  /**
   * @param kind the last word of its type token: `Api` makes `slipway:components:Api`
   * @param transforms the user's changes to its children, by the children's names
   */
  protected constructor(
    kind: string,
    name: string,
    transforms: Transforms | undefined,
    opts: ComponentOptions | undefined,
  ) {
    super(
      `slipway:components:${kind}`,
      name,
      {},
      { ...opts, transformations: [childrenAreNamedAfter(name), neverAmbient] },
    );
    this.called = name;
    this.#transforms = transforms;
  }

  /**
   * Makes a child called `<component>-<suffix>` with the user's transform for it, if there is one, merged deeply.
   * Children of which there are many (`volume-data`, `volume-cache`) share the transform of their kind.
   */
  protected child<Args extends object, Child extends pulumi.Resource>(
    suffix: string,
    type: ChildClass<Args, Child>,
    args: Args,
    opts: pulumi.CustomResourceOptions = {},
    transform: string = suffix,
  ): Child {
    const name = `${this.called}-${suffix}`;
    const options: pulumi.CustomResourceOptions = { ...opts, parent: this };
    return new type(name, this.#transformed(transform, args, options, name), options);
  }

  #transformed<Args extends object>(
    key: string,
    args: Args,
    options: pulumi.CustomResourceOptions,
    name: string,
  ): Args {
    const transform = (this.#transforms as Record<string, Transform<Args> | undefined> | undefined)?.[key];
    if (transform === undefined) return args;
    if (isFunction(transform)) return transform(args, options, name) ?? args;
    return deepMerge(args, transform) as Args;
  }

  /** Registers the outputs. The last line of every constructor: a later call would be dropped by the engine unseen. */
  protected finish(outputs: Record<string, pulumi.Input<unknown>>): void {
    if (this.#finished)
      throw new Error(`${this.called}: outputs are registered once; this is the second time`);
    this.#finished = true;
    this.registerOutputs(outputs);
  }
}

/** Two parts can then never claim one URN, and whoever reads a URN knows whose it is. */
function childrenAreNamedAfter(parent: string): pulumi.ResourceTransformation {
  return ({ name, type }) => {
    if (name !== parent && !name.startsWith(`${parent}-`)) {
      throw new Error(
        `${type} ${JSON.stringify(name)} is a child of ${JSON.stringify(parent)}: call it "${parent}-…"`,
      );
    }
    return undefined;
  };
}

/** Without this a forgotten provider would deploy to whatever cluster the user's kubeconfig points at today. */
function neverAmbient({ type, name, opts }: pulumi.ResourceTransformationArgs): undefined {
  if (!type.startsWith("kubernetes:")) return;
  const given = opts as pulumi.CustomResourceOptions;
  if (given.provider === undefined && given.parent?.getProvider(type) === undefined) {
    throw new Error(`${type} "${name}" has no provider: pass { provider } of its cluster to the component`);
  }
}

function isFunction<Args>(transform: Transform<Args>): transform is TransformFunction<Args> {
  return typeof transform === "function";
}
