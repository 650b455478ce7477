/** Pinning a stack file: which images, what is written, what is said; the registry's part: pin.services.test.ts. */
import assert from "node:assert/strict";
import type { Failure } from "../../../toolchain/lib/failure";
import { pinText } from "../../../tools/image/pin";

const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;
const WHERE = "Pulumi.production.yaml";
const ask = (image: string) => Promise.resolve(image.startsWith("docker.io") ? OTHER : DIGEST);

const FILE = `# ours
config:
  slipway:parts:
    api:   { kind: api,   image: 'ghcr.io/acme/api:2.3.1', port: 8000 }   # the API
    web:
      image:   "ghcr.io/acme/web:1.0"
    worker: { image: ghcr.io/acme/worker:3@${OTHER} }
    built: { build: { context: ., image: ghcr.io/acme/built:main } }
  slipway:postgres: {version:   17}
  slipway:redis:
    role: queue
    image: &same docker.io/library/redis:7.4
    exporterImage: *same

`;

describe("pinning a stack file", () => {
  it("writes the digest behind each image that runs and has none, and changes nothing else", async () => {
    const { text, pinned, had } = await pinText(FILE, WHERE, { ask });
    assert.equal(
      text,
      FILE.replace("api:2.3.1'", `api:2.3.1@${DIGEST}'`)
        .replace('web:1.0"', `web:1.0@${DIGEST}"`)
        .replace("redis:7.4\n", `redis:7.4@${OTHER}\n`),
    );
    assert.deepEqual(
      pinned.map(({ key, by }) => [key, by]),
      [
        ["parts.api.image", `ghcr.io/acme/api:2.3.1@${DIGEST}`],
        ["parts.web.image", `ghcr.io/acme/web:1.0@${DIGEST}`],
        ["redis.image", `docker.io/library/redis:7.4@${OTHER}`],
      ],
    );
    assert.equal(had, 1);
    assert.deepEqual((await pinText(text, WHERE, { ask })).pinned, [], "a second time");
  });

  it("asks again for those that have a digest, when told to", async () => {
    const { text, pinned } = await pinText(FILE, WHERE, { ask, refresh: true });
    assert.match(text, new RegExp(`worker:3@${DIGEST}`));
    assert.equal(pinned.length, 4);
    assert.deepEqual((await pinText(text, WHERE, { ask, refresh: true })).pinned, [], "tags that stayed");
  });

  it("says all that cannot be pinned, each with its line, and answers no text", async () => {
    const refusing = (image: string) =>
      image.includes("api") ? Promise.reject(new Error("manifest unknown")) : ask(image);
    const file = FILE.replace("web:1.0", "web");
    await assert.rejects(pinText(file, WHERE, { ask: refusing }), (error: Failure) => {
      assert.equal(
        error.format(),
        `some images could not be pinned, so nothing was written
  ${WHERE}:4: parts.api.image: manifest unknown
  ${WHERE}:6: parts.web.image: found ghcr.io/acme/web; wanted an image with a tag, such as ghcr.io/acme/api:1.2.3
  next: see that the tags are there and that you are logged in to their registries (docker login), then run it again`,
      );
      return true;
    });
  });

  it("refuses what is no YAML, and finds nothing in a file without a stack's settings", async () => {
    await assert.rejects(pinText("config: [", WHERE, { ask }), /Pulumi\.production\.yaml is no YAML/);
    for (const text of ["", "config:\n", "config: {other:key: 1}\n"]) {
      assert.deepEqual(await pinText(text, WHERE, { ask }), { text, pinned: [], had: 0 });
    }
  });
});
