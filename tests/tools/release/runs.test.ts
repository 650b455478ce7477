import assert from "node:assert/strict";
import { hostname } from "node:os";
import { join } from "node:path";
import { parseSettings } from "../../../config";
import { readStackFile } from "../../../config/source";
import { driftLines } from "../../../tools/release/drift";
import { lockIn, Locked, unlocked } from "../../../tools/release/engine";
import { pinned, runningImages } from "../../../tools/release/images";
import type { KubeObject } from "../../../tools/release/kube";
import { migrationsOf, migrationText, newOnes } from "../../../tools/release/migrations";
import { who } from "../../../tools/release/who";
import { Failure } from "../../../toolchain/lib/failure";
import { checkout } from "../../../toolchain/lib/paths";
import { fakeKube } from "./cluster";
import { says } from "./says";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

describe("the images that run", () => {
  it("are pinned by the digest a node pulled, of the same repository only", () => {
    const id = `ghcr.io/acme/api@${digest("a")}`;
    assert.equal(pinned("ghcr.io/acme/api:1", id), `ghcr.io/acme/api:1@${digest("a")}`);
    assert.equal(
      pinned("ghcr.io/acme/api:1", `docker-pullable://${id}`),
      `ghcr.io/acme/api:1@${digest("a")}`,
    );
    assert.equal(pinned("nginx:1", `docker.io/library/nginx@${digest("a")}`), `nginx:1@${digest("a")}`);
    for (const other of [digest("c"), `ghcr.io/acme/web@${digest("a")}`, undefined]) {
      assert.equal(pinned("ghcr.io/acme/api:1", other), "ghcr.io/acme/api:1");
    }
    assert.equal(pinned(`x/y@${digest("b")}`, `docker.io/x/y@${digest("a")}`), `x/y@${digest("b")}`);
  });

  it("are read from the pods of the newest version, not from those on their way out", async () => {
    const raw = readStackFile(join(checkout, "Pulumi.staging.yaml")).raw;
    const settings = parseSettings(raw, { where: "test" });
    const pod = (name: string, part: string, image: string, id: string, minute: number, leaving = false) =>
      ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          ...{ name, namespace: "demo-staging", creationTimestamp: `2026-11-21T12:0${minute}:00Z` },
          labels: { "app.kubernetes.io/name": part, "app.kubernetes.io/part-of": "demo" },
          ...(leaving ? { deletionTimestamp: "2026-11-21T12:09:00Z" } : {}),
        },
        spec: { containers: [{ name: part, image }] },
        status: { containerStatuses: [{ name: part, imageID: id }] },
      }) as KubeObject;
    const api = "ghcr.io/slipway/demo-api:main-4f2a91c";
    const repository = "ghcr.io/slipway/demo-api";
    const kube = fakeKube(
      pod("old", "api", api, `${repository}@${digest("a")}`, 1),
      pod("new", "api", api, `${repository}@${digest("b")}`, 2),
      pod("leaving", "api", api, `${repository}@${digest("c")}`, 3, true),
    );
    const images = await runningImages(kube, settings);
    assert.equal(images.api, `${api}@${digest("b")}`);
    assert.equal(images.web, "ghcr.io/slipway/demo-web:main-4f2a91c", "as written, where no pod runs");
  });
});

describe("migrations", () => {
  const job = (name: string, condition?: string): KubeObject =>
    ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        ...{ name, namespace: "shop" },
        labels: { "app.kubernetes.io/name": "api-migration", "app.kubernetes.io/component": "migration" },
      },
      spec: { template: { spec: { containers: [{ image: "api:2" }] } } },
      status: { conditions: condition === undefined ? [] : [{ type: condition, status: "True" }] },
    }) as KubeObject;

  it("of this deployment are the Jobs that were not there before", async () => {
    const kube = fakeKube(job("api-migration-1", "Complete"));
    const before = await migrationsOf(kube, "shop");
    kube.put(job("api-migration-2", "Failed"));
    kube.put(job("api-migration-3"));
    assert.deepEqual(newOnes(before, await migrationsOf(kube, "shop")), [
      { part: "api", job: "api-migration-2", image: "api:2", state: "failed" },
      { part: "api", job: "api-migration-3", image: "api:2", state: "running" },
    ]);
  });

  it("are never kept quiet about: what they did stays, and what to do is said", () => {
    const one = { part: "api", job: "j", image: "api:2" };
    assert.match(
      migrationText([{ ...one, state: "done" }]).join("\n"),
      /api \(api:2, Job j\) is done and was NOT taken back[^]*point in time/,
    );
    assert.match(
      migrationText([{ ...one, state: "failed" }]).join("\n"),
      /failed: what it had done before[^]*still done/,
    );
    assert.match(migrationText([{ ...one, state: "running" }]).join("\n"), /had not ended/);
    assert.match(migrationText([]).join("\n"), /No migration ran/);
  });
});

describe("the engine's lock", () => {
  const message = (by: string, pid: number) =>
    `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.\n  file:///x/y.json: created by ${by} (pid ${pid}) at 2026-11-21T12:00:00Z`;
  const fails = (text: string) =>
    new Failure("pulumi up of the product failed", { details: text.split("\n") });
  it("is read with its holder", () => {
    assert.deepEqual(lockIn(message("ada@build-1", 42)), {
      who: "ada@build-1",
      pid: 42,
      since: "2026-11-21T12:00:00Z",
    });
    assert.deepEqual(lockIn("[409] Conflict: Another update is currently in progress."), {});
    assert.equal(lockIn("error: something else"), undefined);
  });

  it("is respected, and its holder named", async () => {
    const work = () => Promise.reject(fails(message("ada@elsewhere", 42)));
    await assert.rejects(unlocked("staging", work), (error) => {
      assert.ok(error instanceof Locked, "nothing was changed: there is nothing to go back from");
      return says(
        /at work on staging already[^]*For ada@elsewhere \(process 42\), since[^]*pulumi cancel --stack staging/,
      )(error);
    });
  });

  it("is no excuse for another failure", async () => {
    await assert.rejects(
      unlocked("s", () => Promise.reject(fails("boom"))),
      (error) => {
        assert.ok(!(error instanceof Locked));
        return says(/boom/)(error);
      },
    );
  });
});

describe("who deploys", () => {
  it("is the person behind a pipeline, with its page", () => {
    const env = {
      GITHUB_ACTOR: "ada",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "a/b",
      GITHUB_RUN_ID: "7",
    };
    assert.deepEqual(who(env), {
      name: "ada",
      holder: `ada on ${hostname()} (process ${process.pid})`,
      url: "https://github.com/a/b/actions/runs/7",
    });
    assert.equal(who({ GITLAB_USER_LOGIN: "bob" }).name, "bob");
  });
});

describe("drift", () => {
  it("is told a property a line", () => {
    const base = { urn: "u", type: "t", component: "", noise: 0, facts: [] };
    assert.deepEqual(
      driftLines([
        {
          ...base,
          op: "update",
          kind: "Deployment",
          name: "api-deployment",
          physical: "demo/api",
          leaves: [{ path: "spec.replicas", before: "2", after: "5", forces: false }],
        },
        { ...base, op: "delete", kind: "Service", name: "api-service", leaves: [] },
      ]),
      ["changed: Deployment demo/api", "    spec.replicas: 2 → 5", "gone: Service api-service"],
    );
  });
});
