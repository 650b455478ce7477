/**
 * Custom resources as classes with the fields Slipway sets, so that a misspelt field fails to compile. One class a kind;
 * the fields themselves lie in the modules beside this one.
 */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** Inputs at every depth, as generated SDKs allow them. */
export type Deep<T> = pulumi.Input<
  T extends string | number | boolean | undefined
    ? T
    : T extends readonly (infer E)[]
      ? readonly Deep<E>[]
      : { [K in keyof T]: Deep<T[K]> }
>;

export interface CustomArgs<Spec> {
  metadata: pulumi.Input<k8s.types.input.meta.v1.ObjectMeta>;
  spec: Deep<Spec>;
}

/** A custom resource whose controller's word is read back. */
export type CustomWith<Status> = k8s.apiextensions.CustomResource & {
  readonly status: pulumi.Output<Status | undefined>;
};

export type CustomClass<Spec, Status = unknown> = new (
  name: string,
  args: CustomArgs<Spec>,
  opts?: pulumi.CustomResourceOptions,
) => CustomWith<Status>;

/** The class of a kind: `const Cluster = customResource<ClusterSpec>("postgresql.cnpg.io/v1", "Cluster")`. */
export function customResource<Spec extends object, Status = unknown>(
  apiVersion: string,
  kind: string,
): CustomClass<Spec, Status> {
  return class extends k8s.apiextensions.CustomResource {
    declare readonly status: pulumi.Output<Status | undefined>;

    constructor(name: string, args: CustomArgs<Spec>, opts?: pulumi.CustomResourceOptions) {
      // A property that is said to be there and given no value is one the provider answers.
      super(name, { apiVersion, kind, ...args, status: undefined }, opts);
    }
  };
}
