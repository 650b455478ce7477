/** Builds images as OCI archives, in code: no daemon, nothing to clean up, cached by what they are made of. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { pack, type Pack } from "tar-stream";
import { key, obtain, type Recipe } from "../cache";
import type { Step } from "../lib/progress";
import { reference, type Image } from "./image";
import { debianArguments, makeLayer } from "./layers";

export interface Built {
  reference: string;
  /** Of the manifest: what `name@sha256:…` pins. */
  digest: string;
  /** An OCI layout in one tar file. */
  archive: string;
}

const EPOCH = "1970-01-01T00:00:00Z";
const architecture = { x64: "amd64", arm64: "arm64" }[process.arch as string] ?? process.arch;

/** The image, built now if it is not cached. */
export async function buildImage(image: Image, step: Step): Promise<Built> {
  const folder = await obtain(imageRecipe(image), step);
  const about = JSON.parse(readFileSync(join(folder, "image.json"), "utf8")) as Omit<Built, "archive">;
  return { ...about, archive: join(folder, "image.tar") };
}

export function imageRecipe(image: Image): Recipe {
  return {
    name: `image-${image.name.replaceAll("/", "-")}`,
    version: image.version,
    inputs: [
      architecture,
      JSON.stringify(image, withKeys),
      ...image.layers.flatMap((layer) => (layer.kind === "debian" ? debianArguments(layer) : [])),
    ],
    build: (into, step, log) => build(image, into, step, log),
  };
}

/** A program stands for what it is built from. */
function withKeys(name: string, value: unknown): unknown {
  return name === "program" ? key(value as Recipe) : value;
}

async function build(image: Image, into: string, step: Step, log: string): Promise<void> {
  const layers: Blob[] = [];
  for (const [index, layer] of image.layers.entries()) {
    const file = join(into, `layer-${index}.tar`);
    await makeLayer(layer, file, step, log);
    layers.push(await fileBlob("application/vnd.oci.image.layer.v1.tar", file));
  }
  const config = textBlob("application/vnd.oci.image.config.v1+json", {
    created: EPOCH,
    architecture,
    os: "linux",
    config: {
      User: image.user,
      Entrypoint: image.entrypoint,
      Cmd: image.command ?? [],
      Env: Object.entries({ PATH: defaultPath, ...image.env }).map(([name, value]) => `${name}=${value}`),
      WorkingDir: image.workdir ?? "/",
      Labels: {
        "org.opencontainers.image.title": image.name,
        "org.opencontainers.image.version": image.version,
      },
    },
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.digest) },
  });
  const manifest = textBlob("application/vnd.oci.image.manifest.v1+json", {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor(config),
    layers: layers.map(descriptor),
  });
  await writeArchive(join(into, "image.tar"), image, manifest, [config, ...layers]);
  for (const layer of layers) if (layer.file) rmSync(layer.file);
  writeFileSync(
    join(into, "image.json"),
    JSON.stringify({ reference: reference(image), digest: manifest.digest } satisfies Omit<Built, "archive">),
  );
}

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

interface Blob {
  mediaType: string;
  digest: string;
  size: number;
  file?: string;
  text?: string;
}

const descriptor = ({ mediaType, digest, size }: Blob) => ({ mediaType, digest, size });

function textBlob(mediaType: string, content: unknown): Blob {
  const text = JSON.stringify(content);
  return {
    mediaType,
    text,
    size: Buffer.byteLength(text),
    digest: `sha256:${createHash("sha256").update(text).digest("hex")}`,
  };
}

async function fileBlob(mediaType: string, file: string): Promise<Blob> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return { mediaType, file, size: statSync(file).size, digest: `sha256:${hash.digest("hex")}` };
}

async function writeArchive(file: string, image: Image, manifest: Blob, blobs: Blob[]): Promise<void> {
  const archive = pack();
  const written = pipeline(archive, createWriteStream(file));
  const named = {
    ...descriptor(manifest),
    annotations: {
      "io.containerd.image.name": reference(image),
      "org.opencontainers.image.ref.name": image.version,
    },
  };
  archive.entry({ name: "oci-layout", mtime: new Date(0) }, JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  archive.entry(
    { name: "index.json", mtime: new Date(0) },
    JSON.stringify({ schemaVersion: 2, manifests: [named] }),
  );
  for (const blob of [manifest, ...blobs]) await writeBlob(archive, blob);
  archive.finalize();
  await written;
}

async function writeBlob(archive: Pack, blob: Blob): Promise<void> {
  const name = `blobs/${blob.digest.replace(":", "/")}`;
  if (blob.file === undefined) {
    archive.entry({ name, mtime: new Date(0) }, blob.text ?? "");
    return;
  }
  await pipeline(createReadStream(blob.file), archive.entry({ name, mtime: new Date(0), size: blob.size }));
}
