import assert from "node:assert/strict";
import { once } from "node:events";
import { hold, LEASE } from "../../../tools/release/lease";
import { fakeKube, type FakeKube } from "./cluster";
import { says } from "./says";

const START = Date.parse("2026-11-21T12:00:00Z");
const ada = { namespace: "shop", holder: "ada on build-1 (process 1)", doing: "Deploying 4f2a91c" };
const bob = { namespace: "shop", holder: "bob on laptop (process 2)", doing: "Deploying 0000000" };
const at = (seconds: number) => ({ now: () => START + seconds * 1000, every: 1e6 });
const holderOf = (kube: FakeKube) =>
  (kube.objects.get(`lease shop ${LEASE}`) as { spec: { holderIdentity: string } } | undefined)?.spec
    .holderIdentity;

describe("the lock of a deployment", () => {
  it("is taken, and given back", async () => {
    const kube = fakeKube();
    const held = await hold(kube, ada, at(0));
    assert.equal(holderOf(kube), ada.holder);
    assert.equal(held.takenFrom, undefined);
    await held.release();
    assert.equal(holderOf(kube), undefined);
  });

  it("names who has it, since when and for what", async () => {
    const kube = fakeKube();
    const held = await hold(kube, ada, at(0));
    await assert.rejects(
      hold(kube, bob, at(20)),
      says(/ada on build-1 \(process 1\) is deploying[^]*Deploying 4f2a91c; it began 20 s ago/),
    );
    await held.release();
  });

  it("is had by exactly one of two that come at once", async () => {
    const kube = fakeKube();
    const both = await Promise.allSettled([hold(kube, ada, at(0)), hold(kube, bob, at(0))]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    for (const one of both) if (one.status === "fulfilled") await one.value.release();
  });

  it("is taken over from one that died, by exactly one", async () => {
    const kube = fakeKube();
    const dead = await hold(kube, ada, at(0));
    const both = await Promise.allSettled([
      hold(kube, bob, at(31)),
      hold(kube, { ...bob, holder: "eve" }, at(31)),
    ]);
    const [next] = both.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    assert.equal(next?.takenFrom, ada.holder);
    await dead.release();
    assert.notEqual(holderOf(kube), undefined, "the dead one's end takes nothing away from the next");
    await next.release();
  });

  it("is renewed, so that a long deployment keeps it", async () => {
    const kube = fakeKube();
    let now = START;
    const held = await hold(kube, ada, { now: () => now, every: 1 });
    now += 60_000;
    const renewed = async (): Promise<void> => {
      const lease = kube.objects.get(`lease shop ${LEASE}`) as unknown as { spec: { renewTime: string } };
      if (Date.parse(lease.spec.renewTime) === now) return;
      await new Promise(setImmediate);
      return renewed();
    };
    await renewed();
    await assert.rejects(hold(kube, bob, { now: () => now, every: 1e6 }), /ada on build-1/);
    await held.release();
  });

  it("tells the one that lost it", async () => {
    const kube = fakeKube();
    const held = await hold(kube, ada, { now: () => START, every: 1 });
    const next = await hold(kube, bob, at(31));
    if (!held.lost.aborted) await once(held.lost, "abort");
    await held.release();
    assert.equal(holderOf(kube), bob.holder);
    await next.release();
  });
});
