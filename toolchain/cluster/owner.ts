/**
 * One cluster a machine, and one checkout that owns it: the one that brought it up. Others may look at it and use it;
 * bringing it up, down or back to nothing is the owner's, until somebody takes it over by saying so.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { Failure } from "../lib/failure";
import { checkout, stateDir } from "../lib/paths";
import { files, runtime } from "./layout";

export interface Owner {
  checkout: string;
  /** Where its data lies: another checkout may keep its state elsewhere. */
  state: string;
  user: string;
  since: string;
}

export function owner(): Owner | undefined {
  if (!existsSync(files.owner)) return undefined;
  return JSON.parse(readFileSync(files.owner, "utf8")) as Owner;
}

/** Whether the cluster is somebody else's. A checkout that is gone owns nothing. */
export function foreignOwner(): Owner | undefined {
  const found = owner();
  if (found === undefined || !existsSync(found.checkout)) return undefined;
  return found.checkout === checkout && found.state === stateDir() ? undefined : found;
}

/** Refuses what only the owner may do. */
export function assertOwned(verb: string, take: boolean): void {
  const other = foreignOwner();
  if (other === undefined) return;
  if (take && other.state === stateDir()) return;
  throw new Failure(`the embedded cluster on this machine is owned by another checkout: ${other.checkout}`, {
    details: [
      `${other.user} brought it up there on ${other.since.slice(0, 16).replace("T", " ")}; its data lies in ${other.state}.`,
      "There is one such cluster a machine. Looking at it and using it works from here: status, logs, kubeconfig.",
    ],
    next:
      other.state === stateDir()
        ? `run \`./slipway cluster ${verb}\` there, or take it over from here: ./slipway cluster ${verb} --take`
        : `run \`./slipway cluster down\` there first: this checkout keeps its data elsewhere (${stateDir()})`,
    exitCode: 3,
  });
}

export function recordOwner(): void {
  const current = owner();
  if (current !== undefined && foreignOwner() === undefined && current.checkout === checkout) return;
  mkdirSync(runtime(), { recursive: true, mode: 0o755 });
  const mine: Owner = {
    checkout,
    state: stateDir(),
    user: process.env.SUDO_USER ?? userInfo().username,
    since: new Date().toISOString(),
  };
  writeFileSync(`${files.owner}.new`, JSON.stringify(mine));
  renameSync(`${files.owner}.new`, files.owner);
}
