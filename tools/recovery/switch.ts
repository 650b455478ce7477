/** From one database to another, by the engine: what a restore and a clone end with. */
import { join } from "node:path";
import type { Origin } from "../../config";
import { Failure } from "../../toolchain/lib/failure";
import { quiet, steps, type Step } from "../../toolchain/lib/progress";
import { FORCE, UPSERT } from "../lib/for-once";
import type { Change } from "../lib/stack";
import { unlocked } from "../release/engine";
import type { Session } from "../release/session";
import { removeCluster, wayName } from "./beside";
import { type Cluster, KIND } from "./database";
import { disown } from "./fields";
import { awake, rest, wake } from "./parts";
import { clusterIn, forgetting, type State, writeRestored } from "./stack-file";

export interface Switching {
  session: Session;
  stack: string;
  /** The database that was live, and the one that is from now on. */
  live: string;
  name: string;
  origin: Origin;
  signal: AbortSignal;
}

const AWAKE = 10 * 60e3;
/** Marks one that is kept. */
export const REPLACED = "slipway.dev/replaced-by";

/** Takes over what the restore made itself, and what it set for a while. */
const TAKE_OVER: Change = {
  called: "restore",
  env: { ...FORCE, ...UPSERT },
};

/** The live database as the engine has it: what one beside it is made after. */
export async function modelOf(session: Session, live: string): Promise<Cluster> {
  const { engine, settings, stack } = session;
  const inputs = clusterIn((await engine.state()) as State, settings.namespace, live);
  if (inputs?.spec === undefined) {
    throw new Failure(`the engine knows no database ${live} of ${stack}`, {
      next: `see what it knows: pulumi stack --stack ${stack}`,
    });
  }
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { ...inputs.metadata, name: live },
    spec: inputs.spec as Cluster["spec"],
  };
}

export const quieten = (session: Session, step: Step): Promise<void> =>
  rest(session.kube, session.settings.namespace, step);

export async function switchTo(asked: Switching): Promise<void> {
  const { session, name } = asked;
  const { kube, settings } = session;
  await steps([{ title: `Switch to ${name}`, run: (step) => change(asked, step) }]).catch((error: unknown) =>
    stuck(asked, error),
  );
  await steps([
    {
      title: "Parts awake",
      run: async (step) => {
        await wake(kube, settings.namespace, step);
        await awake(kube, settings.namespace, AWAKE);
      },
    },
  ]);
}

async function change({ session, stack, live, name, origin, signal }: Switching, step: Step): Promise<void> {
  const { engine, folder, kube, settings } = session;
  const { namespace } = settings;
  await unlocked(stack, async () => {
    writeRestored(join(folder, `Pulumi.${stack}.yaml`), name, origin);
    await engine.import(forgetting((await engine.state()) as State, namespace, live));
  });
  const asleep = { metadata: { annotations: { "cnpg.io/hibernation": "on", [REPLACED]: name } } };
  const words = ["patch", "-n", namespace, KIND.cluster, live, "--type=merge", "--patch"];
  await kube.ask(`putting ${live} to sleep`, [...words, JSON.stringify(asleep)]);
  await unlocked(stack, () => engine.up(step, { ...TAKE_OVER, signal }));
  await disown(kube, KIND.cluster, namespace, name);
  await kube.remove("networkpolicy", wayName(name), namespace);
}

/** Past the point of no return: the new database is good, and named in the stack file. */
async function stuck({ session, stack, name, live }: Switching, error: unknown): Promise<never> {
  const { kube, settings } = session;
  await wake(kube, settings.namespace, quiet);
  const said = error instanceof Failure ? [error.message, ...error.details] : [String(error)];
  const variables = Object.keys(TAKE_OVER.env ?? {}).map((variable) => `${variable}=true`);
  throw new Failure(`${name} is restored and good, but the engine could not switch to it`, {
    details: [...said, `Pulumi.${stack}.yaml names ${name}. ${live} is asleep and has lost nothing.`],
    ...(error instanceof Failure && error.log !== undefined ? { log: error.log } : {}),
    next: `mend what it says, then: ${variables.join(" ")} pulumi up --stack ${stack}`,
    cause: error,
  });
}

/** Before that point: what was made beside goes, with all else that was made for it, and the parts go on as they were. */
export async function takeBack(
  { kube, settings: { namespace } }: Session,
  { name, doing, also }: { name: string; doing: string; also?: () => Promise<void> },
  error: unknown,
): Promise<void> {
  await steps([
    {
      title: "Back to how it was",
      run: async (step) => {
        await removeCluster(kube, namespace, name);
        await also?.();
        await wake(kube, namespace, step);
      },
    },
  ]).catch((second: unknown) => {
    throw new Failure(`the ${doing} failed, and so did putting things back`, {
      details: [error, second].map((one) => (one instanceof Error ? one.message : String(one))),
      next: `scale the parts of namespace ${namespace} up yourself, and delete the Cluster ${name}`,
      cause: second,
    });
  });
}
