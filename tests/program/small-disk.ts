/** A volume that a test can fill: a small disk of this machine's memory, as a PersistentVolume of the embedded node. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { node } from "../../toolchain/cluster/layout";
import { run } from "../../toolchain/lib/run";
import { kubectl } from "../helpers/live";

/** A disk of its own for a volume, as small as that: how full it is, the kubelet reports of it and of nothing else. */
export class SmallDisk {
  private readonly folder = mkdtempSync(join(tmpdir(), "slipway-disk-"));

  private constructor(
    readonly name: string,
    private readonly size: string,
  ) {}

  static async make(name: string, size: string): Promise<SmallDisk> {
    const disk = new SmallDisk(name, size);
    const options = `size=${size.replace("i", "").toLowerCase()},mode=1777`;
    await run("mount", ["-t", "tmpfs", "-o", options, `slipway-${name}`, disk.folder]);
    await disk.#apply();
    return disk;
  }

  async #apply(): Promise<void> {
    const term = { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] };
    const volume = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: this.name },
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: this.size },
        local: { path: this.folder },
        nodeAffinity: { required: { nodeSelectorTerms: [term] } },
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: this.name,
      },
    };
    await run("kubectl", ["--context", "slipway", "apply", "--filename", "-"], {
      input: JSON.stringify(volume),
    });
  }

  /** Once no pod has it any more. */
  async remove(): Promise<void> {
    await kubectl("delete", "persistentvolume", this.name, "--ignore-not-found", "--timeout=60s");
    await run("umount", [this.folder]);
    rmSync(this.folder, { recursive: true });
  }
}
