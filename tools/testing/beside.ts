/** The demo once more, beside the demo: of another name, and asking for so little that one small machine has room. */
import { join } from "node:path";
import { readStackFile } from "../../config/source";
import { checkout } from "../../toolchain/lib/paths";

type Settings = Record<string, unknown>;

/** What a stack file would say of it; `name` is the product's and its namespace's. */
export function beside(name: string): Settings & { hosts: { app: string; api: string } } {
  const raw = structuredClone(readStackFile(join(checkout, "Pulumi.local.yaml")).raw);
  const { parts, postgres, redis } = raw as Record<"parts" | "postgres" | "redis", Record<string, object>>;
  const cpu = { request: "10m", limit: "500m" };
  return {
    ...raw,
    hosts: { app: `app.${name}.localhost`, api: `api.${name}.localhost` },
    parts: Object.fromEntries(Object.entries(parts).map(([part, said]) => [part, { ...said, cpu }])),
    postgres: { ...postgres, cpu: "100m" },
    product: name,
    redis: { ...redis, cpu: "100m" },
  };
}
