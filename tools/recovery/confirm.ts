/** What a restore has kept is taken away: databases that another has replaced, with their disks. */
import { Failure } from "../../toolchain/lib/failure";
import { steps } from "../../toolchain/lib/progress";
import { open, type Asked, type Session } from "../release/session";
import { backed, type Cluster, KIND, liveName } from "./database";
import { REPLACED } from "./switch";

export async function confirm(stack: string, asked: Asked): Promise<string[]> {
  let session: Session | undefined;
  const gone: string[] = [];
  try {
    await steps([
      {
        title: `What ${stack} keeps of before its restores`,
        run: async (step) => {
          session = await open(stack, asked, step);
          const { kube, settings } = session;
          const { namespace } = settings;
          const live = liveName(backed(settings, stack));
          const old = (await kube.list<Cluster>(KIND.cluster, namespace)).filter(
            ({ metadata }) => metadata.annotations?.[REPLACED] !== undefined,
          );
          if (old.some(({ metadata }) => metadata.name === live)) {
            throw new Failure(
              `${live} is the live database of Pulumi.${stack}.yaml, and was replaced by another`,
              {
                details: ["This is not the stack file that the last restore wrote."],
                next: "get the one it wrote (git pull), or write slipway:postgres.restored as it was",
              },
            );
          }
          for (const { metadata } of old) {
            step.note(`${metadata.name} goes`);
            await kube.remove(KIND.database, metadata.name, namespace);
            await kube.remove(KIND.cluster, metadata.name, namespace);
            gone.push(metadata.name);
          }
        },
      },
    ]);
  } finally {
    session?.close();
  }
  return gone;
}
