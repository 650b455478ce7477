import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runUrl, whereToPost } from "../../../../tools/review/post/where";
import { upsert } from "../../../../tools/review/post/site";
import type { Failure } from "../../../../toolchain/lib/failure";
import { serve } from "./http";

describe("where a comment goes", () => {
  it("says everything that is missing at once", () => {
    assert.throws(
      () => whereToPost({}, {}),
      (error: Failure) => {
        assert.equal(error.details.length, 3);
        assert.match(error.format(), /GITHUB_REPOSITORY[^]*GITHUB_EVENT_PATH[^]*GITHUB_TOKEN/);
        return true;
      },
    );
    assert.throws(() => whereToPost({}, { GITLAB_CI: "true" }), /--post does not know/);
  });

  it("is the pull request of the run's event", async () => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-event-"));
    const server = await serve(({ path, method }) =>
      path === "/repos/acme/shop/issues/12/comments" && method === "POST"
        ? { status: 201, body: { id: 1, body: "x", html_url: "https://x.example", user: null } }
        : { status: 200, body: [] },
    );
    try {
      writeFileSync(join(folder, "event.json"), JSON.stringify({ pull_request: { number: 12 } }));
      const env = {
        GITHUB_TOKEN: "t0ken",
        GITHUB_REPOSITORY: "acme/shop",
        GITHUB_EVENT_PATH: join(folder, "event.json"),
        GITHUB_API_URL: server.url,
      };
      assert.equal((await upsert(whereToPost({}, env), "<!-- m -->", "<!-- m -->")).how, "created");
    } finally {
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });

  it("is linked to the run, on both sites", () => {
    assert.equal(
      runUrl({ GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "acme/shop", GITHUB_RUN_ID: "9" }),
      "https://github.com/acme/shop/actions/runs/9",
    );
    assert.equal(runUrl({ CI_JOB_URL: "https://gitlab.example/j/1" }), "https://gitlab.example/j/1");
    assert.equal(runUrl({}), undefined);
  });
});
