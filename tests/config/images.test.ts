/** What Slipway runs where nobody names an image: each by version and by content, and all of it named in two files. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import {
  barmanImage,
  keeperImage,
  logsImage,
  postgresImage,
  rcloneImage,
  redisExporterImage,
  redisImage,
} from "../../config";
import { pinnedTags } from "../../config/digests";
import { parseImage } from "../../config/image";
import { settingsSchema } from "../../config/json-schema";
import { images as platform, type ImageName } from "../../platform/versions";
import { checkout } from "../../toolchain/lib/paths";

/** No two sources tell of the content of these versions; the platform alone runs them, and no stack's parts. */
const undigested: ImageName[] = ["prometheusOperator", "configReloader", "dashboardSidecar"];
/** Upstream's manifest names its own, or only the embedded cluster has one. */
const unnamed: ImageName[] = ["certManager", "s3"];

/** Every major version that a stack may ask for. */
function versions(store: "postgres" | "redis"): number[] {
  const [run] = settingsSchema().properties?.[store]?.oneOf ?? [];
  const { minimum = NaN, maximum = NaN } = run?.properties?.version ?? {};
  return Array.from({ length: maximum - minimum + 1 }, (_, index) => minimum + index);
}

const ofStacks = (): [what: string, image: string, major?: number][] => [
  ...versions("postgres").map((version): [string, string, number] => [
    `Postgres ${version}`,
    postgresImage(version),
    version,
  ]),
  ...versions("redis").map((version): [string, string, number] => [
    `Redis ${version}`,
    redisImage(version),
    version,
  ]),
  ["Redis' exporter", redisExporterImage],
  ["the logs' agent", logsImage],
  ["the keeper's Node", keeperImage],
  ["what keeps tiers", barmanImage],
  ["what carries copies", rcloneImage],
];
const ofPlatform = Object.entries(platform)
  .filter(([name]) => !unnamed.includes(name as ImageName))
  .map(([name, image]): [string, string] => [`the platform's ${name}`, image]);

/** The files of the program itself, which stacks and the platform are made by. */
function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

describe("images that Slipway names", () => {
  it("has one of every version that a stack may ask for, and of that version", () => {
    const found = ofStacks();
    assert.ok(found.length >= 10, "the schema's versions were not found");
    for (const [what, image, major] of found) {
      if (major === undefined) continue;
      assert.match(parseImage(image)?.tag ?? "", new RegExp(`^${major}\\.`), what);
    }
  });

  it("has tag and digest of each", () => {
    const open = [...ofStacks(), ...ofPlatform].filter(([, image]) => {
      const { tag, digest } = parseImage(image) ?? {};
      return tag === undefined || digest === undefined;
    });
    assert.deepEqual(
      open.map(([what]) => what),
      undigested.map((name) => `the platform's ${name}`),
    );
  });

  it("has no digest of a version that nothing runs any more", () => {
    const tags = new Set([...ofStacks(), ...ofPlatform].map(([, image]) => image.split("@")[0]));
    assert.deepEqual(
      pinnedTags.filter((tag) => !tags.has(tag)),
      [],
    );
  });

  it("has them in two files, where this test sees them", () => {
    const named = /["'`](?:docker\.io|ghcr\.io|quay\.io|gcr\.io|registry\.k8s\.io)\/[^"'`\s]*:[^"'`\s]+/;
    const files = ["components", "config", "clouds", "platform", "zone"]
      .flatMap((folder) => sources(join(checkout, folder)))
      .concat(
        ["index.ts", "wiring.ts", "wiring-parts.ts", "wiring-rehearsal.ts"].map((name) =>
          join(checkout, name),
        ),
      );
    const home = ["config/digests.ts", "config/images.ts", "platform/versions.ts"];
    // What a key of the stack file may look like is no image that anything runs.
    const examples = "ghcr.io/acme/";
    const elsewhere = files
      .map((file) => relative(checkout, file))
      .filter((file) => !home.includes(file))
      .flatMap((file) =>
        readFileSync(join(checkout, file), "utf8")
          .split("\n")
          .filter((line) => named.test(line) && !/^\s*(?:\*|\/\/)/.test(line) && !line.includes(examples))
          .map((line) => `${file}: ${line.trim()}`),
      );
    assert.deepEqual(elsewhere, []);
  });
});
