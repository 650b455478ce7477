/** Whether another drill is at work in the namespace: one of the schedule and one by hand would take each other's database away. */
import type { Api, KubeObject } from "../tools/release/kube";

interface Job extends KubeObject {
  status?: { active?: number };
}

/** The job that was there first, if it is not this one. */
export async function busy(kube: Api, namespace: string, own: string): Promise<string | undefined> {
  const active = (await kube.list<Job>("job", namespace, DRILLS)).filter(
    ({ metadata, status }) => (status?.active ?? 0) > 0 || metadata.name === own,
  );
  const age = ({ metadata }: Job) => `${metadata.creationTimestamp ?? ""} ${metadata.name}`;
  const [first] = active.sort((a, b) => (age(a) < age(b) ? -1 : 1));
  return first === undefined || first.metadata.name === own ? undefined : first.metadata.name;
}

/** The operator's own jobs are in the namespace too. */
const DRILLS = "app.kubernetes.io/component=rehearsal";
