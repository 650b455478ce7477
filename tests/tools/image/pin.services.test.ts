/** Pinning from a real registry: what is written is what a pull by that digest gets, of all platforms where there are several. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRegistry, stopDocker, type DockerOptions } from "../../../toolchain/docker";
import { quiet } from "../../../toolchain/lib/progress";
import { checkout } from "../../../toolchain/lib/paths";
import { run } from "../../../toolchain/lib/run";
import { cannotInstall, missingPackages } from "../../../toolchain/packages";
import { freePort } from "../../helpers/services";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("slipway image pin", function () {
  this.timeout(120_000);
  let folder: string;
  let options: DockerOptions | undefined;
  let registry: string;

  before(async function () {
    const missing = await missingPackages(["skopeo", "docker-registry"]);
    if (missing.length > 0 && (await cannotInstall()) !== undefined) this.skip();
    folder = mkdtempSync(join(tmpdir(), "slipway-pin-"));
    options = { state: join(folder, "state"), run: join(folder, "run"), registryPort: await freePort() };
    registry = await ensureRegistry(quiet, options);
  });
  after(async () => {
    if (options === undefined) return; // skipped
    await stopDocker(options);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Sends one thing to the registry; answers the digest that it has it under. */
  async function put(path: string, body: string, type: string): Promise<string> {
    const answer = await fetch(path, { method: "PUT", body, headers: { "content-type": type } });
    assert.equal(answer.status, 201, await answer.text());
    return answer.headers.get("docker-content-digest") ?? "";
  }

  /** An image of two platforms under one tag; answers the digest of both together, and of one alone. */
  async function publish(name: string, tag: string, said: string): Promise<{ index: string; one: string }> {
    const base = `http://${registry}/v2/${name}`;
    const platforms = ["amd64", "arm64"].map(async (architecture) => {
      const config = JSON.stringify({
        architecture,
        os: "linux",
        said,
        rootfs: { type: "layers", diff_ids: [] },
      });
      const upload = await fetch(`${base}/blobs/uploads/`, { method: "POST" });
      const digest = `sha256:${sha256(config)}`;
      const place = new URL(upload.headers.get("location") ?? "");
      place.searchParams.set("digest", digest);
      await put(place.href, config, "application/octet-stream");
      const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: config.length },
        layers: [],
      });
      const own = await put(`${base}/manifests/sha256:${sha256(manifest)}`, manifest, MANIFEST);
      return {
        mediaType: MANIFEST,
        digest: own,
        size: manifest.length,
        platform: { architecture, os: "linux" },
      };
    });
    const manifests = await Promise.all(platforms);
    const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests });
    return { index: await put(`${base}/manifests/${tag}`, index, INDEX), one: manifests[0]?.digest ?? "" };
  }

  const pin = (...flags: string[]) =>
    run(
      process.execPath,
      [
        ...["-r", "ts-node/register/transpile-only", join(checkout, "tools/main.ts")],
        "image",
        "pin",
        ...flags,
      ],
      { allowFailure: true, cwd: checkout },
    );
  const file = () => join(folder, "Pulumi.production.yaml");
  const say = (image: string) =>
    writeFileSync(file(), `config:\n  slipway:parts: { api: { image: ${image} } }\n`);

  it("writes the digest of all platforms together, which the registry then answers to", async () => {
    const { index, one } = await publish("acme/api", "1.2.3", "first");
    say(`${registry}/acme/api:1.2.3`);
    const { code, stdout, stderr } = await pin("production", "--cwd", folder);
    assert.equal(code, 0, stderr);
    const image = `${registry}/acme/api:1.2.3@${index}`;
    assert.match(
      stdout,
      /^parts\.api\.image: \S+\n1 pinned, 0 had a digest; wrote .*; next: \.\/slipway preview production\n$/,
    );
    assert.ok(stdout.includes(image), stdout);
    assert.match(readFileSync(file(), "utf8"), new RegExp(`image: ${image} `));
    assert.notEqual(index, one);
    const answer = await fetch(`http://${registry}/v2/acme/api/manifests/${index}`, {
      headers: { accept: INDEX },
    });
    assert.equal(answer.status, 200);
  });

  it("keeps a digest whose tag has moved on, until it is told to ask again", async () => {
    const first = await publish("acme/moving", "1", "first");
    say(`${registry}/acme/moving:1@${first.index}`);
    const second = await publish("acme/moving", "1", "second");
    assert.notEqual(first.index, second.index);
    assert.match(
      (await pin("production", "--cwd", folder)).stdout,
      /^0 pinned, 1 had a digest; Pulumi\.production\.yaml is as it was\n$/,
    );
    assert.ok(readFileSync(file(), "utf8").includes(first.index));
    assert.equal((await pin("production", "--cwd", folder, "--refresh")).code, 0);
    assert.ok(readFileSync(file(), "utf8").includes(second.index));
  });

  it("writes nothing when a tag is not there or a registry does not answer, and says which", async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    writeFileSync(
      file(),
      `config:\n  slipway:parts:\n    api: { image: ${registry}/acme/api:9 }\n    web: { image: ${nobody}/acme/web:1 }\n`,
    );
    const before = readFileSync(file(), "utf8");
    const { code, stderr } = await pin("production", "--cwd", folder);
    assert.equal(code, 1);
    assert.match(stderr, /^slipway: some images could not be pinned, so nothing was written\n/);
    assert.match(stderr, /Pulumi\.production\.yaml:3: parts\.api\.image: \S+acme\/api:9: .*manifest unknown/);
    assert.match(
      stderr,
      /Pulumi\.production\.yaml:4: parts\.web\.image: \S+acme\/web:1: .*connection refused/,
    );
    assert.doesNotMatch(stderr, /\n {4}at /, "a stack trace");
    assert.equal(readFileSync(file(), "utf8"), before);
  });

  it("says that there is no such stack file", async () => {
    const { code, stderr } = await pin("nowhere", "--cwd", folder);
    assert.match(stderr, /^slipway: there is no stack file \S+Pulumi\.nowhere\.yaml\n/);
    assert.equal(code, 1);
  });
});
