/** What the scheduled rehearsal of the restore is told, for a database that is backed up and says when to rehearse. */
import * as pulumi from "@pulumi/pulumi";
import type { Kept } from "./components/postgres";
import type { RehearsalArgs } from "./components/rehearsal";
import type { SpaceArgs } from "./components/space";
import type { OperatedPostgres } from "./config";
import { rehearsalHome } from "./config/rehearsal";
import { keeper } from "./keeper/bundle";
import { type Place, spaceOf, type Values } from "./wiring";

export interface Rehearsed {
  readonly home: SpaceArgs;
  readonly args: Omit<RehearsalArgs, "space">;
}

export function rehearsalOf(
  { settings, space }: Pick<Place, "settings" | "space">,
  kept: Kept | undefined,
  secrets: Values,
): Rehearsed | undefined {
  const { namespace, postgres } = settings;
  if (kept === undefined || postgres?.mode !== "operator" || postgres.drill === undefined) return undefined;
  const { cpu, database, memory, storage, wal }: OperatedPostgres = postgres;
  const { owner, product, registry } = spaceOf(settings, secrets);
  return {
    args: {
      ...{ cpu, database, drill: postgres.drill, kept, memory, storage, wal },
      ...{ owner: postgres.owner, product: space },
      ...{ program: keeper(), stack: pulumi.getStack() },
    },
    // Nothing in it outlives a drill.
    home: { beside: space, namespace: rehearsalHome(namespace), owner, product, protect: false, registry },
  };
}
