import assert from "node:assert/strict";
import { join } from "node:path";
import { parseSettings } from "../../../config";
import { readStackFile } from "../../../config/source";
import type { KubeObject } from "../../../tools/release/kube";
import { backupBeforeMigrations } from "../../../tools/release/migration-backup";
import { Failure } from "../../../toolchain/lib/failure";
import { checkout } from "../../../toolchain/lib/paths";
import { quiet } from "../../../toolchain/lib/progress";
import { fakeKube } from "./cluster";
import { says } from "./says";

describe("a migration that asks for a backup", () => {
  const NOW = Date.parse("2026-11-21T12:00:00Z");
  const { raw } = readStackFile(join(checkout, "Pulumi.production.yaml"));
  const command = ["node", "main.js", "migrate"];
  const settings = (migrate: object = { backup: "1h" }) => {
    const { api, ...parts } = raw.parts as Record<string, object>;
    const asking = { ...api, migrate: { command, ...migrate } };
    return parseSettings({ ...raw, parts: { ...parts, api: asking } }, { where: "test" });
  };
  const image = settings().parts.api?.image?.text ?? "";
  const database: KubeObject = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "postgres", namespace: "demo" },
  };
  const backup = (minutes: number, phase = "completed") =>
    ({
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Backup",
      metadata: { name: `${minutes}-old`, namespace: "demo" },
      spec: { cluster: { name: "postgres" } },
      status: { backupId: "x", phase, stoppedAt: new Date(NOW - minutes * 60e3).toISOString() },
    }) as KubeObject;
  const migrated = (of: string, by: readonly string[] = command, state = "Complete") =>
    ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name: "api-migration-1",
        namespace: "demo",
        labels: { "app.kubernetes.io/component": "migration", "app.kubernetes.io/name": "api-migration" },
      },
      spec: { template: { spec: { containers: [{ command: by, image: of }] } } },
      status: { conditions: [{ type: state, status: "True" }] },
    }) as KubeObject;

  /** What it said, and how many backups it took. */
  async function ask(objects: KubeObject[], said = settings()): Promise<[string, number]> {
    let taken = 0;
    const take = () => {
      taken++;
      return Promise.resolve({
        begun: "",
        ended: "",
        id: "20261121T120000",
        name: "postgres-now",
        took: 12_400,
      });
    };
    return [await backupBeforeMigrations(fakeKube(...objects), said, quiet, { now: NOW, take }), taken];
  }

  it("is content with one that is young enough", async () => {
    assert.deepEqual(await ask([database, backup(300), backup(59)]), ["59-old is young enough", 0]);
  });

  it("has one taken where the newest is older, failed, or there is none", async () => {
    const taken: [string, number] = ["20261121T120000, taken in 13s", 1];
    assert.deepEqual(await ask([database, backup(61)]), taken);
    assert.deepEqual(await ask([database, backup(5, "failed")]), taken);
    assert.deepEqual(await ask([database]), taken);
  });

  it("has none taken when it will not run: the same image and command are through", async () => {
    assert.deepEqual(await ask([database, migrated(image)]), ["no migration that asks for one", 0]);
    assert.equal((await ask([database, migrated(`${image}0`)]))[1], 1);
    assert.equal((await ask([database, migrated(image, ["other"])]))[1], 1);
    assert.equal((await ask([database, migrated(image, command, "Failed")]))[1], 1);
  });

  it("has none taken of nothing, nor where nobody asks", async () => {
    assert.deepEqual(await ask([]), ["there is no database yet", 0]);
    assert.deepEqual(await ask([database], settings({})), ["no migration that asks for one", 0]);
  });

  it("does not run when the backup fails", async () => {
    const take = () => Promise.reject(new Failure("the backup failed"));
    await assert.rejects(
      backupBeforeMigrations(fakeKube(database), settings(), quiet, { now: NOW, take }),
      says(/the backup failed/),
    );
  });
});
