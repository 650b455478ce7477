/** Images made in code: whole OCI archives, the same digest for the same content, another for any other. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar-stream";
import { buildImage, imageRecipe } from "../../../toolchain/images/archive";
import { pinned } from "../../../toolchain/images/ensure";
import { basics, reference, type Image } from "../../../toolchain/images/image";
import { images } from "../../../toolchain/images/list";
import { key } from "../../../toolchain/cache";
import { quiet } from "../../../toolchain/lib/progress";

const sample = (text: string): Image => ({
  name: "sample",
  version: "1",
  upstream: "example.com/sample:1",
  user: "65532",
  entrypoint: ["/bin/run"],
  env: { MODE: "test" },
  layers: [
    { kind: "files", files: [...basics, { to: "/etc/sample/said", text, mode: 0o640, owner: 65532 }] },
    { kind: "files", files: [{ to: "/bin/run", link: "../etc/sample/said" }] },
  ],
});

/** The files of a tar stream, by name. */
async function unpack(
  stream: NodeJS.ReadableStream,
): Promise<Map<string, { content: Buffer; mode: number; owner: number }>> {
  const found = new Map<string, { content: Buffer; mode: number; owner: number }>();
  const reader = extract();
  stream.pipe(reader);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk);
    const { name, mode, uid } = entry.header;
    found.set(name, { content: Buffer.concat(chunks), mode: mode ?? 0, owner: uid ?? 0 });
  }
  return found;
}

const json = (file?: { content: Buffer }) =>
  JSON.parse(file?.content.toString() ?? "") as Record<string, unknown>;
const digestOf = (content: Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

describe("images", () => {
  let cache: string;
  const before = process.env.SLIPWAY_CACHE;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "slipway-test-images-"));
    process.env.SLIPWAY_CACHE = cache;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.SLIPWAY_CACHE;
    else process.env.SLIPWAY_CACHE = before;
    rmSync(cache, { recursive: true, force: true });
  });

  it("are OCI archives whose every blob is what its name says", async () => {
    const built = await buildImage(sample("hello"), quiet);
    const files = await unpack(createReadStream(built.archive));
    const blob = (digest: string) => files.get(`blobs/${digest.replace(":", "/")}`);
    for (const [name, { content }] of files) {
      if (name.startsWith("blobs/")) assert.equal(digestOf(content), name.slice(6).replace("/", ":"));
    }
    const index = json(files.get("index.json")) as {
      manifests: { digest: string; annotations: Record<string, string> }[];
    };
    assert.equal(index.manifests[0]?.digest, built.digest);
    assert.equal(index.manifests[0].annotations["io.containerd.image.name"], "slipway.local/sample:1");
    const manifest = json(blob(built.digest)) as {
      config: { digest: string };
      layers: { digest: string; size: number }[];
    };
    const { config, rootfs } = json(blob(manifest.config.digest)) as {
      config: { User: string; Env: string[] };
      rootfs: { diff_ids: string[] };
    };
    assert.equal(config.User, "65532");
    assert.ok(config.Env.includes("MODE=test"));
    assert.deepEqual(
      rootfs.diff_ids,
      manifest.layers.map(({ digest }) => digest),
    );
    const [first] = manifest.layers;
    const layer = blob(first?.digest ?? "");
    assert.equal(layer?.content.length, first?.size);
    const { Readable } = await import("node:stream");
    const said = (await unpack(Readable.from([layer?.content]))).get("etc/sample/said");
    assert.deepEqual([said?.content.toString(), said?.mode, said?.owner], ["hello", 0o640, 65532]);
  });

  it("have the same digest when they are made again, and another for another content", async () => {
    const first = await buildImage(sample("hello"), quiet);
    const bytes = digestOf(readFileSync(first.archive));
    rmSync(cache, { recursive: true });
    const second = await buildImage(sample("hello"), quiet);
    assert.equal(second.digest, first.digest);
    assert.equal(digestOf(readFileSync(second.archive)), bytes);
    assert.notEqual((await buildImage(sample("other"), quiet)).digest, first.digest);
  });

  it("are made anew when anything of their recipe changes", () => {
    const [debian] = images().filter((each) => each.layers.some(({ kind }) => kind === "debian"));
    assert.ok(debian);
    const changed = structuredClone(sample("hello"));
    changed.env = { MODE: "other" };
    assert.notEqual(key(imageRecipe(changed)), key(imageRecipe(sample("hello"))));
    const more: Image = {
      ...debian,
      layers: debian.layers.map((layer) => (layer.kind === "debian" ? { ...layer, after: ["true"] } : layer)),
    };
    assert.notEqual(key(imageRecipe(more)), key(imageRecipe(debian)));
  });

  it("can be pinned by digest, whatever their tag", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    assert.equal(pinned({ reference: "slipway.local/x:1.2", digest }), `slipway.local/x@${digest}`);
    assert.equal(pinned({ reference: "localhost:5000/x", digest }), `localhost:5000/x@${digest}`);
  });

  for (const image of images()) {
    it(`${image.name}: runs as a numbered user who is not root, and names the upstream image of its role`, () => {
      assert.match(image.user, /^[1-9]\d*(:[1-9]\d*)?$/);
      assert.match(image.upstream, /^[a-z0-9.-]+\.[a-z]+(:\d+)?\/[^:]+(:.+)?$/);
      assert.match(reference(image), /^slipway\.local\/[a-z0-9-]+:[\w.-]+$/);
    });
  }

  it("are each called by a name of their own", () => {
    const names = images().map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });
});
