/** Runs index.ts as a stack's program, with the stack file's own settings, and without an engine. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type Graph, programOf } from "../../components/testing";
import { readStackFile } from "../../config/source";

const ROOT = join(__dirname, "../..");
const INDEX = join(ROOT, "index.ts");

/** The graph of `Pulumi.<stack>.yaml`. Secrets kept in it are `secret-<name>`, as nobody here can decrypt them. */
export async function graphOfStack(stack: string, folder = ROOT): Promise<Graph> {
  return graphOf(stack, readStackFile(join(folder, `Pulumi.${stack}.yaml`)).raw);
}

/** The graph of settings as a stack file would hold them below `slipway:`. */
export async function graphOf(stack: string, settings: Readonly<Record<string, unknown>>): Promise<Graph> {
  const values = Object.entries(settings).map(([key, value]): [string, string] => {
    const plain = key === "secrets" ? inTheClear(value as Readonly<Record<string, unknown>>) : value;
    return [`slipway:${key}`, typeof plain === "string" ? plain : JSON.stringify(plain)];
  });
  return programOf(
    () => {
      pulumi.runtime.setAllConfig(Object.fromEntries(values), ["slipway:secrets"]);
      // The program runs when it is loaded; a second stack needs a second load.
      Reflect.deleteProperty(require.cache, INDEX);
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() would remember the first run
      return require(INDEX) as Record<string, unknown>;
    },
    {
      calls: {
        "cloudflare:index/getZone:getZone": ({ filter }) => ({
          zoneId: `zone-of-${(filter as { name: string }).name}`,
        }),
      },
      project: "slipway",
      resources: {
        // What the gateway's controller would say.
        "kubernetes:gateway.networking.k8s.io/v1:Gateway": () => ({
          status: { addresses: [{ type: "IPAddress", value: "203.0.113.7" }] },
        }),
      },
      stack,
    },
  );
}

/** `{secure: …}` becomes what the engine would have decrypted. */
function inTheClear(secrets: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, source]) => [name, isEncrypted(source) ? `secret-${name}` : source]),
  );
}

function isEncrypted(source: unknown): boolean {
  return typeof source === "object" && source !== null && "secure" in source;
}
