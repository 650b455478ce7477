// The README's first command, and what a person does next: the demo product on a real cluster, asked from outside over TLS.
import assert from "node:assert/strict";
import { ask, signUp } from "../helpers/client";
import { demo, describeLive, up } from "../helpers/live";
import { eventually } from "../helpers/services";

const api = "api.slipway.localhost";
const app = "app.slipway.localhost";

describeLive("./slipway up", () => {
  it("ends by printing URLs that answer, and says how to trust them", async function () {
    this.timeout(300_000);
    // What stood already was brought up by somebody who has read it.
    const said = (await demo()) || (await up()).stdout;
    assert.match(said, /https:\/\/api\.slipway\.localhost\/health {2}\(200, \d+ ms\)/);
    assert.match(said, /https:\/\/app\.slipway\.localhost\/ {2}\(200, \d+ ms\)/);
    assert.match(said, /curl --cacert \S+authority\.pem https:/);
  });

  it("changes nothing the second time", async function () {
    this.timeout(300_000);
    const { stderr } = await up();
    const summaries = [...stderr.matchAll(/(\d+) unchanged/g)];
    assert.equal(summaries.length, 2, `one summary for the platform, one for the product, in:\n${stderr}`);
    assert.doesNotMatch(stderr, /\d+ (created|updated|replaced|deleted)/);
  });

  it("serves the page, and any path of it, as the single-page application it is", async () => {
    const page = await ask(app, "/");
    assert.equal(page.status, 200);
    assert.match(page.text, /<!doctype html>/i);
    assert.equal((await ask(app, "/some/deep/link")).text, page.text);
  });

  it("does a job for a new user: signed up, ordered, worked, done", async () => {
    const token = await signUp(api);
    const body = { job: { kind: "words", text: "to be or not to be" }, times: 1 };
    const ordered = await ask(api, "/jobs", { method: "POST", body, token });
    assert.equal(ordered.status, 202, ordered.text);
    const [id] = (JSON.parse(ordered.text) as { ids: string[] }).ids;
    await eventually("the job to be done", async () => {
      const { text } = await ask(api, `/jobs/${id}`, { token });
      return (JSON.parse(text) as { status: string }).status === "done";
    });
  });

  it("holds back who tries passwords too fast, and nobody else", async () => {
    const body = { email: "nobody@example.com", password: "wrong-password" };
    const tries = await Promise.all(
      Array.from({ length: 20 }, () => ask(api, "/auth/login", { method: "POST", body })),
    );
    const limited = tries.filter(({ status }) => status === 429).length;
    assert.ok(limited >= 13, `burst 5 at 10 a minute: at least 13 of 20 are held back, not ${limited}`);
    assert.equal((await ask(api, "/health")).status, 200);
  });

  it("keeps what only the inside should see inside", async () => {
    assert.equal((await ask(api, "/metrics")).status, 404);
  });
});
