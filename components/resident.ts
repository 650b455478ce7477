/** What lives in a Space: names, labels and metadata after its space, Secrets that never change, ways through the network. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions } from "./component";
import { type Labels, labelsOf, selectorOf } from "./labels";
import { physicalName } from "./naming";
import type { Connection, HeldSecret, SecretKey } from "./needs";
import { allow, type Place } from "./network";
import type { Space } from "./space";

/** Options of what lives in a space: the space is its parent unless another resident is, and brings the provider. */
export type ResidentOptions = Omit<ComponentOptions, "provider" | "providers">;

export abstract class Resident<Transforms extends object = object> extends Component<Transforms> {
  readonly space: Space;
  /** Its name on the cluster, without its space's: `api`. */
  readonly short: string;
  /** What its pods are found by. */
  readonly selector: Labels;
  protected readonly labels: Labels;

  protected constructor(
    kind: string,
    name: string,
    space: Space,
    transforms: Transforms | undefined,
    opts: ResidentOptions = {},
  ) {
    super(kind, `${space.called}-${name}`, transforms, { parent: space, ...opts });
    const identity = { component: kind.toLowerCase(), name, product: space.product };
    this.space = space;
    this.short = name;
    this.selector = selectorOf(identity);
    this.labels = labelsOf(identity);
  }

  /** Metadata of an object of a kind, called after this component and the given words. */
  protected meta(
    kind: string,
    ...words: string[]
  ): pulumi.Unwrap<k8s.types.input.meta.v1.ObjectMeta> & {
    name: string;
    namespace: string;
  } {
    return {
      labels: this.labels,
      name: physicalName(kind, this.short, ...words),
      // Known to all who ask, resolved when the namespace is there: what uses it waits for it.
      namespace: this.space.namespace as unknown as string,
    };
  }

  /**
   * A Secret that never changes: other content makes another one, under another name, so that its readers restart. The
   * old one is there until they have, and for all who must go back to it. That is why Pulumi names it: a name made of
   * the content would be taken when a failed update is undone.
   */
  protected contentSecret(
    suffix: string,
    data: Readonly<Record<string, pulumi.Input<string>>>,
    transform = suffix,
  ): k8s.core.v1.Secret {
    const { labels, namespace } = this.meta("Secret", suffix);
    const args = { immutable: true, metadata: { labels, namespace }, stringData: pulumi.secret(data) };
    return this.child(suffix, k8s.core.v1.Secret, args, {}, transform);
  }

  /** Secrets by key, as whoever reads them must name them: values go into a Secret of this component's own. */
  protected holdSecrets<Key extends string>(
    suffix: string,
    held: Readonly<Record<Key, HeldSecret>>,
  ): Record<Key, SecretKey> {
    const entries = Object.entries<HeldSecret>(held);
    const values = entries.flatMap(([key, one]) => ("value" in one ? [[key, one.value] as const] : []));
    if (values.length === 0) return held as Record<Key, SecretKey>;
    const { metadata } = this.contentSecret(suffix, Object.fromEntries(values));
    return Object.fromEntries(
      entries.map(([key, one]) => [key, "value" in one ? { key, secret: metadata.name } : one]),
    ) as Record<Key, SecretKey>;
  }

  /**
   * The policies of this component's pods: who may reach them and what they may reach; and, for each pod of the space
   * among what it needs, the other end's consent.
   */
  protected openNetwork(
    from: readonly Place[],
    needs: readonly Connection[],
    also: readonly Place[],
  ): k8s.networking.v1.NetworkPolicy[] {
    const to = [...needs.flatMap((need) => need.at), ...also];
    const policies: k8s.networking.v1.NetworkPolicy[] = [];
    if (from.length + to.length > 0) {
      policies.push(
        this.child("network", k8s.networking.v1.NetworkPolicy, {
          metadata: this.meta("NetworkPolicy"),
          spec: allow(this.selector, { from, to }),
        }),
      );
    }
    for (const need of needs) {
      for (const place of need.at) {
        if (!("pods" in place) || "namespace" in place) continue;
        const words = ["to", need.to, ...(place.called === undefined ? [] : [place.called])];
        policies.push(
          this.child(
            words.join("-"),
            k8s.networking.v1.NetworkPolicy,
            {
              metadata: this.meta("NetworkPolicy", ...words),
              spec: allow(place.pods, { from: [{ pods: this.selector, ports: place.ports }] }),
            },
            {},
            "consent",
          ),
        );
      }
    }
    return policies;
  }
}
