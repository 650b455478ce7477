/** What a platform stack may say. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { policiesSchema } from "./policies";
import { images, type ImageName } from "./versions";

const imageNames = Object.keys(images) as [ImageName, ...ImageName[]];
export const partNames = ["gateway", "certificates", "postgres", "backups", "monitoring"] as const;

const schema = z.strictObject({
  /** The kubeconfig context of the cluster this platform is for. */
  context: z.string().min(1),
  parts: z.array(z.enum(partNames)).default([...partNames]),
  /** Images other than the upstream ones: a mirror's, or those of the embedded cluster. */
  images: z.partialRecord(z.enum(imageNames), z.string()).default({}),
  /** How the gateway is reached: a load balancer of the cloud, or ports of each node's loopback. */
  gateway: z
    .discriminatedUnion("reach", [
      z.strictObject({
        reach: z.literal("loadBalancer"),
        annotations: z.record(z.string(), z.string()).default({}),
        replicas: z.number().int().min(1).default(2),
      }),
      z.strictObject({
        reach: z.literal("loopback"),
        http: z.number().int().default(80),
        https: z.number().int().default(443),
      }),
    ])
    .default({ reach: "loadBalancer", annotations: {}, replicas: 2 }),
  /** How much Prometheus keeps, and where. */
  monitoring: z
    .strictObject({
      /** A month's promises want more than a month. */
      retention: z
        .string()
        .regex(/^\d+[hdw]$/)
        .default("40d"),
      /** Its disk; `none` keeps what it knows in the pod's own folder, which goes with the pod. */
      storage: z.union([z.literal("none"), z.string().regex(/^\d+[GT]i$/)]).default("50Gi"),
      /** StorageClass of that disk; the cluster's usual one when not said. */
      class: z.string().min(1).optional(),
      replicas: z.number().int().min(1).max(3).default(2),
      memory: z
        .string()
        .regex(/^\d+[MG]i$/)
        .default("4Gi"),
      grafana: z.boolean().default(true),
    })
    .prefault({}),
  /** The policy pack's rules in the cluster's own admission; see policies.ts. @default - none */
  policies: policiesSchema.optional(),
});

export type PlatformSettings = z.infer<typeof schema>;

export function readSettings(): PlatformSettings {
  const config = new pulumi.Config();
  const said = {
    context: config.get("context"),
    parts: config.getObject("parts"),
    images: config.getObject("images"),
    gateway: config.getObject("gateway"),
    policies: config.getObject("policies"),
    monitoring: config.getObject("monitoring"),
  };
  const parsed = schema.safeParse(
    Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
  );
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new pulumi.RunError(`the platform's stack file is not valid:\n  ${lines.join("\n  ")}`);
}

/** The image to run for a role. */
export const image = (settings: PlatformSettings, name: ImageName): string =>
  settings.images[name] ?? images[name];
