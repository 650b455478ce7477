/** A volume that a test can fill: a small disk of this machine's memory, as a PersistentVolume of the embedded node. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
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
    await run("mount", ["-t", "tmpfs", "-o", `${sized(size)},mode=1777`, `slipway-${name}`, disk.folder]);
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

  /** Until not a block is free. */
  fill(): void {
    const file = openSync(join(this.folder, "in-the-way"), "a");
    const block = Buffer.alloc(4096);
    try {
      for (;;) writeSync(file, block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Makes it larger, in use, as who runs out of disk does. */
  async grow(size: string): Promise<void> {
    await run("mount", ["-o", `remount,${sized(size)}`, this.folder]);
  }

  /** Once no pod has it any more. */
  async remove(): Promise<void> {
    await kubectl("delete", "persistentvolume", this.name, "--ignore-not-found", "--timeout=60s");
    await run("umount", [this.folder]);
    rmSync(this.folder, { recursive: true });
  }
}

/** `16Mi` as mount has it. */
const sized = (size: string) => `size=${size.replace("i", "").toLowerCase()}`;
