/** Amazon EKS, with the EBS CSI add-on and the AWS Load Balancer Controller. */
import { type Cloud, WELL_KNOWN } from "./cloud";

export const eks = {
  title: "Amazon EKS",
  storageClass: "gp3",
  sharedStorageClass: "efs-sc",
  volumeSnapshotClass: "ebs-csi",
  volumeExpansion: true,
  dedicated: true,
  loadBalancer: {
    works: true,
    annotations: {
      "service.beta.kubernetes.io/aws-load-balancer-type": "external",
      "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
      "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
      // With ip targets the visitor's address is only kept when the target group is told so.
      "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes":
        "preserve_client_ip.enabled=true",
    },
    sourceRanges: true,
    address: "hostname",
    clientAddress: "local-traffic-policy",
  },
  bucketIdentity: {
    kind: "irsa",
    provider: "s3",
    serviceAccountAnnotations: (role) => ({ "eks.amazonaws.com/role-arn": role }),
  },
  ...WELL_KNOWN,
  metricsServer: false,
  networkPolicies: "when-enabled",
} as const satisfies Cloud;
