/** The URLs that must answer when a product is up: of each host, the health path of the part its first page belongs to. */
import { join } from "node:path";
import { parseSettings, type Settings } from "../../config";
import { readStackFile, type StackFile } from "../../config/source";
import { checkout } from "../../toolchain/lib/paths";

/** The settings a committed stack file says; throws Problems with everything that is wrong with it. */
export function settingsOf(stack: string, folder: string = checkout): Settings {
  return settingsIn(readStackFile(join(folder, `Pulumi.${stack}.yaml`)));
}

export const settingsIn = (file: StackFile): Settings => parseSettings(file.raw, file);

export function doors({ hosts, routes, parts }: Settings): string[] {
  return Object.entries(hosts).flatMap(([name, host]) => {
    if ("redirect" in host && host.redirect !== undefined) return [`https://${host.name}/`];
    const route =
      routes.find((each) => each.host === name && each.path === "/") ??
      routes.find((each) => each.host === name);
    if (route === undefined) return [];
    const part = route.to === undefined ? undefined : parts[route.to];
    const inside = route.path === "/" && part?.kind !== "worker" ? part?.health.live : undefined;
    return [`https://${host.name}${part?.kind === "web" ? route.path : (inside ?? route.path)}`];
  });
}
