/** Images made in code, in a real registry: the digest that was built is the digest that is there. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRegistry, stopDocker, type DockerOptions } from "../../../toolchain/docker";
import { buildImage, type Built } from "../../../toolchain/images/archive";
import { basics, type Image } from "../../../toolchain/images/image";
import { pushImage } from "../../../toolchain/images/push";
import type { Failure } from "../../../toolchain/lib/failure";
import { quiet } from "../../../toolchain/lib/progress";
import { cannotInstall, missingPackages } from "../../../toolchain/packages";
import { freePort } from "../../helpers/services";

const sample: Image = {
  name: "sample",
  version: "1",
  upstream: "example.com/sample:1",
  user: "65532",
  entrypoint: ["/bin/run"],
  layers: [{ kind: "files", files: [...basics, { to: "/etc/said", text: "hello" }] }],
};

describe("pushing to a registry", function () {
  this.timeout(120_000);
  let folder: string;
  let options: DockerOptions | undefined;
  let registry: string;
  let built: Built;
  const cache = process.env.SLIPWAY_CACHE;

  before(async function () {
    const missing = await missingPackages(["skopeo", "docker-registry"]);
    if (missing.length > 0 && (await cannotInstall()) !== undefined) this.skip();
    folder = mkdtempSync(join(tmpdir(), "slipway-push-"));
    process.env.SLIPWAY_CACHE = join(folder, "cache");
    options = { state: join(folder, "state"), run: join(folder, "run"), registryPort: await freePort() };
    registry = await ensureRegistry(quiet, options);
    built = await buildImage(sample, quiet);
  });
  after(async () => {
    if (cache === undefined) delete process.env.SLIPWAY_CACHE;
    else process.env.SLIPWAY_CACHE = cache;
    if (options === undefined) return; // skipped
    await stopDocker(options);
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (path: string) =>
    fetch(`http://${registry}/v2/${path}`, {
      headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
    });

  it("keeps the digest, under the image's tag and by itself, with every layer", async () => {
    assert.equal(await pushImage(built, registry, quiet), `${registry}/sample@${built.digest}`);
    for (const name of ["1", built.digest]) {
      const answer = await ask(`sample/manifests/${name}`);
      assert.equal(answer.status, 200, name);
      assert.equal(answer.headers.get("docker-content-digest"), built.digest, name);
    }
    const manifest = (await (await ask(`sample/manifests/${built.digest}`)).json()) as {
      config: { digest: string };
      layers: { digest: string }[];
    };
    for (const { digest } of [manifest.config, ...manifest.layers]) {
      const blob = Buffer.from(await (await ask(`sample/blobs/${digest}`)).arrayBuffer());
      assert.equal(`sha256:${createHash("sha256").update(blob).digest("hex")}`, digest);
    }
  });

  it("changes nothing when it is pushed again", async () => {
    const first = await pushImage(built, registry, quiet);
    assert.equal(await pushImage(built, registry, quiet), first);
    assert.deepEqual(await (await ask("sample/tags/list")).json(), { name: "sample", tags: ["1"] });
  });

  it("says which registry did not take it, and what to do", async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    await assert.rejects(pushImage(built, nobody, quiet), (error: Failure) => {
      assert.match(error.format(), new RegExp(`${nobody}/sample:1 could not be pushed`));
      assert.match(error.format(), /connection refused/);
      assert.match(error.format(), new RegExp(`next: see that ${nobody} answers`));
      return true;
    });
  });
});
