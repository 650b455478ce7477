/** What a clone is made of, and whether two stacks fit: the pure half of it. */
import { emptyOf, type OperatedPostgres, type Origin, type Settings } from "../../config";
import { Failure } from "../../toolchain/lib/failure";
import { renamed, RESTORED_FROM } from "./beside";
import { backed, type Cluster, LOGIN } from "./database";

/** One instance that archives nowhere and that nobody looks at: what is in it is written down nowhere else. */
export function isolated(spec: Cluster["spec"]): Cluster["spec"] {
  // Nobody is there to acknowledge what it writes.
  const postgresql = without((spec.postgresql ?? {}) as Record<string, unknown>, ["synchronous"]);
  const rest = without(spec, ["plugins", "monitoring", "inheritedMetadata"]);
  return { ...rest, enablePDB: false, instances: 1, postgresql };
}

/** As the program would make it, but for having begun: it takes over from here. */
export function settled(
  model: Cluster,
  { namespace, name }: { namespace: string; name: string },
  { database, owner }: OperatedPostgres,
  { from }: Origin,
): Cluster {
  const spec = without(renamed(model.spec, model.metadata.name, name), ["bootstrap", "externalClusters"]);
  return {
    apiVersion: model.apiVersion,
    kind: model.kind,
    metadata: {
      ...{ name, namespace, labels: model.metadata.labels ?? {} },
      annotations: { [RESTORED_FROM]: from },
    },
    spec: { ...spec, instances: model.spec.instances, ...emptyOf({ database, owner, login: LOGIN }) },
  };
}

const without = (said: Record<string, unknown>, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(said).filter(([key]) => !keys.includes(key)));

interface Named {
  name: string;
  settings: Pick<Settings, "postgres" | "tier">;
}

export function operated({ postgres }: Pick<Settings, "postgres">, stack: string): OperatedPostgres {
  if (postgres?.mode === "operator") return postgres;
  throw new Failure(`${stack} has no database of its own to clone into`, {
    next: "declare postgres: {} (mode: operator) and deploy",
  });
}

/** A copy of files is only one where both servers read them alike; all that is in the way is said at once. */
export function refuseUnfit(target: Named, source: Named): void {
  if (target.settings.tier === "production") {
    throw new Failure(`${target.name} is production: nothing is cloned into it`, {
      next: `its own backups are brought back by ./slipway restore ${target.name}`,
    });
  }
  if (target.name === source.name) {
    throw new Failure(`${target.name} cannot be cloned into itself`, {
      next: `go back in time with ./slipway restore ${target.name}, or name another stack with --from`,
    });
  }
  const into = operated(target.settings, target.name);
  const from = backed(source.settings, source.name);
  const differ = (["version", "database", "owner"] as const).filter((key) => into[key] !== from[key]);
  if (differ.length === 0) return;
  throw new Failure(`the database of ${source.name} does not fit ${target.name}`, {
    details: differ.map(
      (key) =>
        `postgres.${key} is ${into[key]} in Pulumi.${target.name}.yaml, and ${from[key]} in Pulumi.${source.name}.yaml`,
    ),
    next: `write the same in Pulumi.${target.name}.yaml and deploy it`,
  });
}
