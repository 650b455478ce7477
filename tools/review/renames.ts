/**
 * A resource that goes while one of the same kind comes is often the same one under another name or parent. The engine would delete
 * what it has just made when both have the same name in the cluster: said where it is seen.
 */
import type { Change } from "./model";

export function markRenames(changes: Change[]): void {
  const created = changes.filter((change) => change.op === "create");
  for (const gone of changes) {
    if (gone.op !== "delete") continue;
    const twin =
      created.find((change) => change.type === gone.type && sameObject(change, gone)) ??
      created.find((change) => change.type === gone.type && change.name === gone.name);
    if (twin === undefined) continue;
    const alias =
      twin.name === gone.name
        ? `aliases: [{ parent: … }]`
        : `aliases: [{ name: ${JSON.stringify(gone.name)} }]`;
    gone.danger ??= {
      class: "structure",
      what: "the same object, made and then deleted",
      because: [],
      notes: [],
    };
    gone.danger.notes.push(
      `looks renamed or moved to ${twin.name}: give ${twin.name} ${alias}, or the new one is deleted with the old`,
    );
  }
}

const sameObject = (a: Change, b: Change) => (a.physical ?? a.name) === (b.physical ?? b.name);
