/** Prometheus and Alertmanager with the tools that check their files, from their own Go modules. */
import { join } from "node:path";
import { obtain, type Recipe } from "./cache";
import { goRecipe } from "./gobuild";
import type { Step } from "./lib/progress";
import { versions } from "./versions";

/** Of the two dozen ways to find targets, the one of Kubernetes and the ones in files: the rest are vendors' SDKs. */
const tags = ["remove_all_sd", "enable_kubernetes_sd"];

const built = (
  of: "alertmanager" | "prometheus",
  name: string,
  more: { tags?: string[]; ldflags?: string[] } = {},
) =>
  goRecipe({
    name,
    version: versions[of],
    module: of,
    package: `github.com/prometheus/${of}/cmd/${name}`,
    output: name,
    ...more,
    ldflags: [`-X github.com/prometheus/common/version.Version=${versions[of]}`, ...(more.ldflags ?? [])],
  });

const recipes = {
  alertmanager: () => built("alertmanager", "alertmanager"),
  amtool: () => built("alertmanager", "amtool"),
  prometheus: () => built("prometheus", "prometheus", { tags }),
  promtool: () => built("prometheus", "promtool", { tags }),
} satisfies Record<string, () => Recipe>;

export type MonitoringTool = keyof typeof recipes;
export const monitoringTools = Object.keys(recipes) as MonitoringTool[];

/** How a tool is made: images hold the same programs. */
export const monitoringRecipe = (name: MonitoringTool): Recipe => recipes[name]();

/** The program's path. */
export async function monitoringTool(name: MonitoringTool, step: Step): Promise<string> {
  return join(await obtain(recipes[name](), step), name);
}
