/** What the program has to know of a platform. Every field is a fact of that platform, not a wish of ours. */

/** How pods reach a bucket without keys: which annotation or label ties a service account to a cloud role. */
export interface BucketIdentity {
  readonly kind: "irsa" | "workload-identity" | "azure-workload-identity";
  /** The bucket vendor whose buckets this opens. */
  readonly provider: "s3" | "gcs" | "azure";
  /** Annotations of the service account, given the role a stack file names. */
  readonly serviceAccountAnnotations: (role: string) => Readonly<Record<string, string>>;
  readonly podLabels?: Readonly<Record<string, string>>;
}

export interface Cloud {
  readonly title: string;
  /** Storage class for databases and queues; undefined takes the cluster's default. */
  readonly storageClass?: string;
  /** Storage class for volumes shared by many pods, where the platform comes with one. */
  readonly sharedStorageClass?: string;
  /** Class for volume snapshots, where the platform comes with one. */
  readonly volumeSnapshotClass?: string;
  /** Whether a bound volume can be made larger in place. */
  readonly volumeExpansion: boolean;
  /** Whether the nodes are there for the cluster alone. Where not, how full their own disks are is no product's doing. */
  readonly dedicated: boolean;
  readonly loadBalancer: {
    /** Whether a Service of type LoadBalancer gets an address by itself. */
    readonly works: boolean;
    readonly annotations: Readonly<Record<string, string>>;
    /** Whether spec.loadBalancerSourceRanges is obeyed. */
    readonly sourceRanges: boolean;
    /** What status.loadBalancer.ingress holds: decides A or CNAME. */
    readonly address: "ip" | "hostname";
    /** How the visitor's own address survives the way in. */
    readonly clientAddress: "local-traffic-policy" | "proxy-protocol";
  };
  readonly bucketIdentity?: BucketIdentity;
  /** Whether the platform itself runs an S3 server there, which opens to every product. */
  readonly ownBuckets?: boolean;
  /** Node label whose values are the zones that replicas are spread over. */
  readonly zoneKey: string;
  /** Node label that tells the processor architecture. */
  readonly architectureKey: string;
  /** Whether metrics-server is there without being asked for: autoscaling needs it. */
  readonly metricsServer: boolean;
  /** Whether NetworkPolicies are enforced without further ado. */
  readonly networkPolicies: "always" | "when-enabled" | "unknown";
}

/** Labels every conformant cluster sets. */
export const WELL_KNOWN = {
  zoneKey: "topology.kubernetes.io/zone",
  architectureKey: "kubernetes.io/arch",
} as const;
