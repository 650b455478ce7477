/**
 * Releases of a stack: one immutable ConfigMap each, in the stack's namespace, where every teammate who can see the stack
 * sees them too. It holds what the parts were and ran, so that there is a way back, and never a secret.
 */
import { z } from "zod";
import { Failure } from "../../toolchain/lib/failure";
import type { Kube, KubeObject } from "./kube";

const migration = z.object({
  part: z.string(),
  job: z.string(),
  image: z.string(),
  /** "running" for one that was still at it when the deployment ended. */
  state: z.enum(["done", "failed", "running"]),
});

const release = z.object({
  slipway: z.literal("release/1"),
  number: z.int().positive(),
  stack: z.string(),
  kind: z.enum(["deploy", "rollback"]),
  /** "rolled back" and "failed" never were a good release: nobody goes back to them. */
  outcome: z.enum(["good", "rolled back", "failed"]),
  /** The release whose parts run since: itself when it is good. */
  running: z.int().positive().optional(),
  /** For a rollback: the release it went back to. */
  of: z.int().positive().optional(),
  commit: z.string(),
  who: z.string(),
  url: z.string().optional(),
  /** When it was over, as 2026-11-21T06:00:00.000Z. */
  when: z.iso.datetime(),
  /** Milliseconds it took. */
  took: z.number(),
  /** When the plan it followed was made. */
  plan: z.iso.datetime().optional(),
  /** By part, by digest where the cluster knows one. */
  images: z.record(z.string(), z.string()),
  /** What the stack file said of all that can be gone back to (override.ts). */
  config: z.record(z.string(), z.unknown()),
  migrations: z.array(migration),
  /** Why it is not good. */
  why: z.array(z.string()).optional(),
});

export type Release = z.infer<typeof release>;
export type MigrationRun = z.infer<typeof migration>;
export type NewRelease = Omit<Release, "slipway" | "number" | "running"> & { running?: number };

interface ConfigMap extends KubeObject {
  immutable: boolean;
  data: Record<string, string>;
}

const COMPONENT = "app.kubernetes.io/component";
const KEY = "release.json";
export const nameOfRelease = (number: number) => `slipway-release-${number}`;

/** The stack's releases, newest first. One that this version cannot read is an error: the way back depends on them. */
export async function releasesOf(kube: Kube, namespace: string, stack: string): Promise<Release[]> {
  const maps = await kube.list<ConfigMap>("configmap", namespace, `${COMPONENT}=release`);
  return maps
    .map(({ data, metadata }) => read(data[KEY], metadata.name))
    .filter((one) => one.stack === stack)
    .sort((a, b) => b.number - a.number);
}

function read(text: string | undefined, name: string): Release {
  let raw: unknown;
  try {
    raw = JSON.parse(text ?? "");
  } catch {
    raw = undefined;
  }
  const found = release.safeParse(raw);
  if (found.success) return found.data;
  throw new Failure(`the release record ${name} cannot be read`, {
    details: found.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    next: "a newer Slipway may have written it: use that one; or delete the record if it is broken",
  });
}

/** Writes the next release; two at once get two numbers. A good one that says no other is what runs since. */
export async function record(
  kube: Kube,
  { namespace, product }: { namespace: string; product: string },
  made: NewRelease,
): Promise<Release> {
  const known = await releasesOf(kube, namespace, made.stack);
  for (let number = (known[0]?.number ?? 0) + 1; ; number++) {
    const running = made.outcome === "good" ? number : made.running;
    const whole: Release = {
      slipway: "release/1",
      number,
      ...made,
      ...(running === undefined ? {} : { running }),
    };
    const map: ConfigMap = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: nameOfRelease(number),
        namespace,
        labels: {
          "app.kubernetes.io/managed-by": "slipway",
          "app.kubernetes.io/part-of": product,
          [COMPONENT]: "release",
        },
      },
      immutable: true,
      data: { [KEY]: JSON.stringify(whole) },
    };
    if ((await kube.create(map)) === "made") return whole;
  }
}

/** Which releases are beyond what is kept: `keep` good ones can be gone back to, the running one always. */
export function surplus(releases: readonly Release[], keep: number): Release[] {
  const running = runningOf(releases)?.number;
  const good = releases.filter(({ outcome }) => outcome === "good");
  const oldest = good[keep - 1]?.number ?? 0;
  return releases.filter(({ number }) => number < oldest && number !== running);
}

/** The release whose parts run now. */
export function runningOf(releases: readonly Release[]): Release | undefined {
  const number = releases[0]?.running;
  return number === undefined ? undefined : releases.find((one) => one.number === number);
}

/** Where a deployment that fails goes back to: what runs now, or when that is not known the last good release. */
export const lastGood = (releases: readonly Release[]): Release | undefined =>
  runningOf(releases) ?? releases.find(({ outcome }) => outcome === "good");

/** Whether two releases are the same parts: going from one to the other would change nothing. */
export const alike = (a: Pick<Release, "images" | "config">, b: Pick<Release, "images" | "config">) =>
  canonical([a.images, a.config]) === canonical([b.images, b.config]);

/** As text, whatever order keys are in. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Where a rollback goes: the named release, or the last good one before what runs that is something else. */
export function wayBack(releases: readonly Release[], wanted: number | undefined): Release {
  const running = runningOf(releases);
  const good = releases.filter(({ outcome }) => outcome === "good");
  if (wanted !== undefined) {
    const found = good.find(({ number }) => number === wanted);
    if (found !== undefined) return found;
    const there = releases.find(({ number }) => number === wanted);
    throw new Failure(
      there === undefined
        ? `there is no release ${wanted}`
        : `release ${wanted} was not a good one (${there.outcome})`,
      {
        next:
          good.length === 0
            ? "deploy first"
            : `the good ones are: ${good.map(({ number }) => number).join(", ")}`,
      },
    );
  }
  const earlier =
    running === undefined ? good[0] : good.find((one) => one.number < running.number && !alike(one, running));
  if (earlier !== undefined) return earlier;
  throw new Failure("there is no earlier release to go back to", {
    details:
      running === undefined
        ? ["No release of this stack is known."]
        : [`Release ${running.number} runs, and none before it was another.`],
    next: "mend the stack file and deploy",
  });
}
