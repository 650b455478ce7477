import assert from "node:assert/strict";
import { join } from "node:path";
import { parseSettings } from "../../../config";
import { readStackFile } from "../../../config/source";
import { refuseUntried } from "../../../tools/recovery/untried";
import type { KubeObject } from "../../../tools/release/kube";
import type { Release } from "../../../tools/release/records";
import { remembered, type Raw } from "../../../tools/release/override";
import { checkout } from "../../../toolchain/lib/paths";
import { fakeKube } from "../release/cluster";
import { says } from "../release/says";

describe("a restore whose stack file asks for a migration", () => {
  const { raw } = readStackFile(join(checkout, "Pulumi.production.yaml"));
  const command = ["node", "main.js", "migrate"];
  /** The demo in production with another migration of its API; without any for null. */
  const asking = (migrate: unknown = command): Raw => {
    const { api, ...parts } = raw.parts as Record<string, object>;
    return { ...raw, parts: { ...parts, api: { ...api, migrate: migrate ?? undefined } } };
  };
  const settings = (of: Raw) => parseSettings(of, { where: "test" });
  const image = settings(asking()).parts.api?.image?.text ?? "";

  const job = (state: "Complete" | "Failed", of = image, by: readonly string[] = command): KubeObject =>
    ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        labels: { "app.kubernetes.io/component": "migration", "app.kubernetes.io/name": "api-migration" },
        name: "api-migration-1",
        namespace: "demo",
      },
      spec: { template: { spec: { containers: [{ command: by, image: of }] } } },
      status: { conditions: [{ status: "True", type: state }] },
    }) as KubeObject;
  const released = (of: Raw, change: Partial<Release> = {}): KubeObject => {
    const release: Release = {
      ...{ commit: "0123abc", config: remembered(of), images: {}, kind: "deploy", migrations: [], number: 7 },
      ...{ outcome: "good", running: 7, slipway: "release/1", stack: "production", took: 1 },
      ...{ when: "2026-11-21T12:00:00.000Z", who: "ada" },
      ...change,
    };
    return {
      apiVersion: "v1",
      data: { "release.json": JSON.stringify(release) },
      kind: "ConfigMap",
      metadata: {
        labels: { "app.kubernetes.io/component": "release" },
        name: `slipway-release-${release.number}`,
        namespace: "demo",
      },
    } as KubeObject;
  };
  const ask = (objects: KubeObject[], of = asking()) =>
    refuseUntried({ kube: fakeKube(...objects), raw: of, settings: settings(of), stack: "production" });

  it("goes on where it is through, or is the running release's own", async () => {
    await ask([job("Complete")]);
    await ask([released(asking())]);
    await ask([job("Complete"), released(asking(["other"]))]);
  });

  it("goes on where nothing is known of it, and where there is none", async () => {
    await ask([]);
    await ask([released(asking())], asking(null));
  });

  it("is refused where that failed here, with its Job and a way on", async () => {
    await assert.rejects(
      ask([job("Failed")]),
      says(
        /would at once get a migration[^]*parts\.api\.migrate: it failed here \(Job api-migration-1\)[^]*--into NAME/,
      ),
    );
  });

  it("is refused where the release that runs is without it, with the commit to take the file of", async () => {
    await assert.rejects(
      ask([released(asking(["other"]))]),
      says(
        /parts\.api\.migrate: release 7, which runs, does not have it[^]*git checkout 0123abc -- Pulumi\.production\.yaml/,
      ),
    );
    const tried = released(asking(), { number: 8, outcome: "rolled back", running: 7 });
    await assert.rejects(ask([released(asking(null)), tried]), says(/release 7, which runs/));
  });

  it("takes another image or another command for another migration", async () => {
    await assert.rejects(ask([job("Complete", `${image}0`), released(asking(null))]), says(/release 7/));
    await assert.rejects(ask([job("Complete", image, ["other"]), released(asking(null))]), says(/release 7/));
    await ask([job("Failed", `${image}0`)]);
  });
});
