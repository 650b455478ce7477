/** The platforms a stack can run on: one small table each, nothing else in the program knows their names. */
import { aks } from "./aks";
import { doks } from "./doks";
import { eks } from "./eks";
import { generic } from "./generic";
import { gke } from "./gke";
import { k3s } from "./k3s";
import { local } from "./local";
import type { Cloud } from "./cloud";

export type { BucketIdentity, Cloud } from "./cloud";

export const CLOUDS = ["eks", "gke", "aks", "doks", "k3s", "generic", "local"] as const;
export type CloudName = (typeof CLOUDS)[number];

/** The platforms' tables, by the name a stack file gives them. */
export const clouds = { eks, gke, aks, doks, k3s, generic, local } as const satisfies Record<
  CloudName,
  Cloud
>;
