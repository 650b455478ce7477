/** A service's volumes, as those of its part: a disk of its own for each by name, scratch space for what is temporary. */
import { isRecord, type Loose } from "./read";
import type { Path, Report } from "./report";
import { memoryOf, plain, slug } from "./values";

interface Mount {
  /** A volume's name, or a place of this machine; none for what is the image's own or temporary. */
  readonly source: string | undefined;
  readonly target: string;
  readonly temporary: boolean;
  readonly readOnly: boolean;
}

/** `source:target:mode`; a source may be a folder of Windows'. */
const SHORT = /^([A-Za-z]:[\\/][^:]*|[^:]+):([^:]+)(?::(.*))?$/;

export function mountsOf({ volumes }: Loose): Mount[] {
  return (Array.isArray(volumes) ? (volumes as unknown[]) : []).map((one) => {
    if (isRecord(one)) {
      const temporary = one.type === "tmpfs";
      const source = temporary || one.source === undefined ? undefined : plain(one.source);
      return { readOnly: one.read_only === true, source, target: plain(one.target), temporary };
    }
    const text = plain(one);
    const [, source, target = text, mode = ""] = SHORT.exec(text) ?? [];
    return { readOnly: mode.split(",").includes("ro"), source, target, temporary: false };
  });
}

/** A disk is one pod's: whether a service has one. */
export const hasDisk = (service: Loose): boolean =>
  mountsOf(service).some(({ source }) => source !== undefined && !ofThisMachine(source));

const ofThisMachine = (source: string): boolean =>
  /^[./~$]|^[A-Za-z]:[\\/]/.test(source) || source.includes("docker.sock");

/** `others` are the services that mount the same volume. */
export function volumes(
  service: Loose,
  path: Path,
  others: (volume: string) => readonly string[],
  part: Record<string, unknown>,
  report: Report,
): void {
  const made: Record<string, unknown> = {};
  mountsOf(service).forEach(({ readOnly, source, target, temporary }, index) => {
    const at = [...path, "volumes", index];
    if (source?.includes("docker.sock") === true) report.leftOut(at, "no part reaches the node's containers");
    else if (source !== undefined && ofThisMachine(source)) {
      report.leftOut(at, `${source}: files of this machine; the image has its own, settings go into env`);
    } else if (temporary) scratch(made, target, at, report);
    else if (source === undefined) report.changed(at, `${target}: the image's own files are there already`);
    else {
      made[slug(source, 24)] = { path: target, size: "1Gi", kind: "disk" };
      const too = others(source);
      const apart =
        too.length === 0 ? "" : `; ${too.join(", ")} has another one: what both read goes into a bucket`;
      const written = readOnly ? "; it can be written to, and is empty at first" : "";
      report.changed(
        at,
        `a disk of 1Gi, so one replica: raise size, or write kind: shared for several${apart}${written}`,
      );
    }
  });
  const temporary = service.tmpfs === undefined ? [] : [service.tmpfs].flat();
  temporary.forEach((one, index) => {
    const at = [...path, "tmpfs", ...(Array.isArray(service.tmpfs) ? [index] : [])];
    scratch(made, plain(one).split(":")[0] ?? "", at, report);
  });
  if (service.shm_size !== undefined) {
    made.shm = { path: "/dev/shm", size: memoryOf(service.shm_size) ?? "64Mi", kind: "memory" };
    report.carried([...path, "shm_size"], "volumes.shm, in memory");
  }
  if (Object.keys(made).length > 0) part.volumes = made;
}

function scratch(made: Record<string, unknown>, target: string, at: Path, report: Report): void {
  if (target === "/tmp") {
    report.carried(at, "/tmp can be written to, always");
    return;
  }
  made[slug(target, 24)] = { path: target, size: "64Mi", kind: "memory" };
  report.carried(at, `a volume of 64Mi in memory at ${target}`);
}
