import assert from "node:assert/strict";
import {
  alike,
  lastGood,
  type NewRelease,
  record,
  type Release,
  releasesOf,
  runningOf,
  surplus,
  wayBack,
} from "../../../tools/release/records";
import { releaseTable } from "../../../tools/releases";
import { fakeKube } from "./cluster";
import { says } from "./says";

const place = { namespace: "shop", product: "shop" };
const made = (image: string, more: Partial<NewRelease> = {}): NewRelease => ({
  stack: "staging",
  kind: "deploy",
  outcome: "good",
  commit: "4f2a91c04f2a91c04f2a91c04f2a91c04f2a91c0",
  who: "ada",
  when: "2026-11-21T12:00:00.000Z",
  took: 61_000,
  images: { api: image },
  config: { parts: { api: { image } } },
  migrations: [],
  ...more,
});

async function history(...releases: NewRelease[]): Promise<Release[]> {
  const kube = fakeKube();
  for (const one of releases) await record(kube, place, one);
  return releasesOf(kube, "shop", "staging");
}

describe("release records", () => {
  it("are numbered in order, and read back as they were written, newest first", async () => {
    const found = await history(made("api:1"), made("api:2"));
    assert.deepEqual(
      found.map(({ number, running, images }) => [number, running, images.api]),
      [
        [2, 2, "api:2"],
        [1, 1, "api:1"],
      ],
    );
  });

  it("are immutable objects that a teammate finds by label", async () => {
    const kube = fakeKube();
    await record(kube, place, made("api:1"));
    const object = kube.objects.get("configmap shop slipway-release-1") as unknown as Record<string, unknown>;
    assert.equal(object.immutable, true);
    assert.equal((await kube.list("configmap", "shop", "app.kubernetes.io/component=release")).length, 1);
  });

  it("take the next number when two are written at once", async () => {
    const kube = fakeKube();
    const both = await Promise.all([record(kube, place, made("api:1")), record(kube, place, made("api:2"))]);
    assert.deepEqual(both.map(({ number }) => number).sort(), [1, 2]);
  });

  it("of other stacks in the namespace are not this one's", async () => {
    const kube = fakeKube();
    await record(kube, place, made("api:1", { stack: "production" }));
    assert.deepEqual(await releasesOf(kube, "shop", "staging"), []);
  });

  it("that cannot be read are an error, not a hole in the history", async () => {
    const kube = fakeKube();
    await record(kube, place, made("api:1"));
    const object = kube.objects.get("configmap shop slipway-release-1") as unknown as {
      data: Record<string, string>;
    };
    object.data["release.json"] = '{"slipway":"release/9"}';
    await assert.rejects(releasesOf(kube, "shop", "staging"), /slipway-release-1 cannot be read/);
  });

  it("say what runs after a failure: what it went back to", async () => {
    const found = await history(made("api:1"), made("api:2", { outcome: "rolled back", running: 1 }));
    assert.equal(runningOf(found)?.number, 1);
    assert.equal(lastGood(found)?.number, 1);
  });

  it("that ended in nothing leave the last good one as the way back", async () => {
    const found = await history(made("api:1"), made("api:2"), made("api:3", { outcome: "failed" }));
    assert.equal(runningOf(found), undefined);
    assert.equal(lastGood(found)?.number, 2);
    assert.equal(wayBack(found, undefined).number, 2);
  });
});

describe("the way back", () => {
  it("leads to the last good release before the running one that was another", async () => {
    const found = await history(
      made("api:1"),
      made("api:2"),
      made("api:2", { commit: "another" }),
      made("api:bad", { outcome: "rolled back", running: 3 }),
    );
    assert.equal(wayBack(found, undefined).number, 1);
  });

  it("leads further back the second time", async () => {
    const found = await history(
      made("api:1"),
      made("api:2"),
      made("api:3"),
      made("api:2", { kind: "rollback", of: 2 }),
    );
    assert.equal(runningOf(found)?.number, 4);
    assert.equal(wayBack(found, 1).number, 1);
  });

  it("never leads to a release that was not good, and says which are", async () => {
    const found = await history(made("api:1"), made("api:bad", { outcome: "rolled back", running: 1 }));
    assert.throws(() => wayBack(found, 2), says(/release 2 was not a good one[^]*the good ones are: 1/));
    assert.throws(() => wayBack(found, 7), /there is no release 7/);
    assert.throws(() => wayBack(found, undefined), /no earlier release/);
  });

  it("sees that two releases are alike whatever the order of their keys", () => {
    assert.ok(alike({ images: { a: "1", b: "2" }, config: {} }, { images: { b: "2", a: "1" }, config: {} }));
    assert.ok(
      !alike(
        { images: { a: "1" }, config: { parts: [1, 2] } },
        { images: { a: "1" }, config: { parts: [2, 1] } },
      ),
    );
  });
});

describe("what is kept", () => {
  it("are so many good ones, all since, and the running one", async () => {
    const found = await history(
      made("api:1"),
      made("api:2"),
      made("api:x", { outcome: "failed" }),
      made("api:3"),
      made("api:4"),
    );
    assert.deepEqual(
      surplus(found, 2).map(({ number }) => number),
      [3, 2, 1],
    );
    assert.deepEqual(surplus(found, 10), []);
    const back = await history(
      made("api:1"),
      made("api:2"),
      made("api:3"),
      made("api:y", { outcome: "rolled back", running: 1 }),
    );
    assert.deepEqual(
      surplus(back, 1).map(({ number }) => number),
      [2],
    );
  });
});

describe("the list of releases", () => {
  it("marks what runs, shortens digests and says why one was not good", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const found = await history(
      made(`ghcr.io/acme/api:1@${digest}`),
      made("api:2", { outcome: "rolled back", running: 1, why: ["the smoke test failed", "more"] }),
    );
    assert.equal(
      releaseTable("staging", found),
      [
        "  2  rolled back  4f2a91c04f2a  2026-11-21 12:00  ada  api api:2",
        "      the smoke test failed",
        `* 1  good         4f2a91c04f2a  2026-11-21 12:00  ada  api api:1@sha256:${"a".repeat(12)}`,
        "",
      ].join("\n"),
    );
    assert.match(releaseTable("staging", []), /no releases yet/);
  });
});
