import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Image, type ImageArgs } from "../../components/image";
import { programOf } from "../../components/testing";

const image = (args: Partial<ImageArgs> = {}) =>
  programOf(() => ({
    digest: new Image("api", { context: "./api", image: "ghcr.io/acme/api:main", ...args }).digest,
  }));

describe("Image", () => {
  it("is built from its folder and deployed by the digest of the push", async () => {
    const graph = await image();
    assert.deepEqual(graph.named("api-image-build").inputs.build, {
      args: {},
      context: "./api",
      dockerfile: "./api/Dockerfile",
      platform: "linux/amd64",
    });
    assert.match(graph.outputs.digest as string, /^ghcr.io\/acme\/api:main@sha256:[0-9a-f]{64}$/);
  });

  it("stage, file, arguments and platform are as said", async () => {
    const graph = await image({
      args: { A: "1" },
      dockerfile: "docker/Api",
      platforms: ["linux/arm64"],
      target: "production",
    });
    assert.deepEqual(graph.named("api-image-build").inputs.build, {
      args: { A: "1" },
      context: "./api",
      dockerfile: "./api/docker/Api",
      platform: "linux/arm64",
      target: "production",
    });
  });

  it("keeps the registry's password secret", async () => {
    const graph = await image({
      registry: { password: pulumi.output("hunter2"), server: "ghcr.io", username: "bot" },
    });
    assert.deepEqual(graph.named("api-image-build").secrets, ["registry.password"]);
  });

  it("of several platforms at once is refused", async () => {
    await assert.rejects(
      image({ platforms: ["linux/amd64", "linux/arm64"] }),
      /api-image: one platform a build/,
    );
  });
});
