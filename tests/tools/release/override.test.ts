import assert from "node:assert/strict";
import { join } from "node:path";
import { readStackFile } from "../../../config/source";
import type { Problems } from "../../../config";
import { override, remembered, settingsWith } from "../../../tools/release/override";
import { checkout } from "../../../toolchain/lib/paths";

const raw = readStackFile(join(checkout, "Pulumi.production.yaml")).raw;
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
type Parts = Record<string, Record<string, unknown>>;

describe("what a release remembers", () => {
  it("are the parts and how they are reached, not data, clusters or secrets' values", () => {
    const kept = remembered({ ...raw, secrets: { A: { secure: "v1:x" }, B: { generate: {} }, C: "clear" } });
    assert.deepEqual(Object.keys(kept).sort(), ["headers", "hosts", "parts", "routes", "secrets"]);
    assert.deepEqual(kept.secrets, { B: { generate: {} } });
  });
});

describe("the stack file of a way back", () => {
  const then = {
    config: remembered(raw),
    images: { api: `ghcr.io/slipway/demo-api:0.1.0@${digest("a")}` },
  };
  const now = {
    ...raw,
    parts: { ...(raw.parts as Parts), extra: { kind: "worker", image: "ghcr.io/slipway/extra:1" } },
    postgres: { ...(raw.postgres as object), storage: "80Gi" },
    smoke: [{ name: "new", host: "api", path: "/new" }],
  };

  it("has the release's parts by digest, and none that came later", () => {
    const parts = override(now, then).parts as Parts;
    assert.deepEqual(Object.keys(parts).sort(), ["api", "web", "worker"]);
    assert.equal(parts.api?.image, then.images.api);
    assert.equal(parts.web?.image, (raw.parts as Parts).web?.image);
  });

  it("runs no migration and nothing that runs once: an older image's would meet a newer database", () => {
    const config = {
      ...then.config,
      jobs: {
        seed: { part: "api", command: ["seed"], once: true },
        nightly: { part: "api", command: ["tidy"], every: "0 3 * * *" },
      },
    };
    const changed = override(now, { ...then, config });
    assert.ok((raw.parts as Parts).api?.migrate !== undefined);
    for (const part of Object.values(changed.parts as Parts)) assert.equal(part.migrate, undefined);
    assert.deepEqual(Object.keys(changed.jobs as object), ["nightly"]);
  });

  it("leaves data as it is now, and takes away what the release did not have", () => {
    const changed = override(now, then);
    assert.ok(!("postgres" in changed) && !("clusters" in changed) && !("dns" in changed));
    assert.ok("smoke" in changed && changed.smoke === undefined);
    const settings = settingsWith(now, changed, "release 1");
    assert.equal(settings.postgres?.mode === "operator" && settings.postgres.storage.text, "80Gi");
    assert.deepEqual(settings.smoke, []);
  });

  it("keeps a secret that was rotated, and brings back one that is gone", () => {
    const config = { ...then.config, secrets: { OLD: { generate: {} }, JWT: { generate: { rotate: "1" } } } };
    const { secrets } = override(
      { ...now, secrets: { JWT: { generate: { rotate: "2" } } } },
      { ...then, config },
    );
    assert.deepEqual(secrets, { OLD: { generate: {} }, JWT: { generate: { rotate: "2" } } });
  });

  it("runs a built part by the image that was built", () => {
    const config = {
      parts: { api: { kind: "api", port: 80, build: { context: ".", image: "ghcr.io/a/b:1" } } },
    };
    const { parts } = override(now, { config, images: { api: `ghcr.io/a/b@${digest("b")}` } });
    assert.deepEqual(parts, { api: { kind: "api", port: 80, image: `ghcr.io/a/b@${digest("b")}` } });
  });

  it("that cannot run on what is there now says what is missing", () => {
    const without = Object.fromEntries(Object.entries(now).filter(([key]) => key !== "redis"));
    assert.throws(
      () => settingsWith(without, override(without, then), "release 1"),
      (error: Problems) => {
        assert.match(error.message, /release 1[^]*needs/);
        return true;
      },
    );
  });
});
