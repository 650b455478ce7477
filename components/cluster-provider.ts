/** The way to a cluster. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/**
 * The SDK would copy $KUBECONFIG into the provider's inputs when no kubeconfig is given: a list of files would pass for
 * one, and another person's path would show as a change of everything. The plugin reads the variable by itself, and right.
 */
export function clusterProvider(
  name: string,
  args: k8s.ProviderArgs,
  options?: pulumi.ResourceOptions,
): k8s.Provider {
  delete process.env.KUBECONFIG;
  return new k8s.Provider(name, { enableServerSideApply: true, ...args }, options);
}
