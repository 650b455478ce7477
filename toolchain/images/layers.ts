/** Makes the layers of images: uncompressed tar files, the same bytes for the same recipe wherever possible. */
import { createReadStream, createWriteStream, readdirSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { pipeline } from "node:stream/promises";
import { pack, type Headers, type Pack } from "tar-stream";
import { obtain } from "../cache";
import { ensurePackages } from "../packages";
import type { Step } from "../lib/progress";
import { run } from "../lib/run";
import type { DebianLayer, FilesLayer, ImageFile, Layer } from "./image";

const SUITE = "bookworm";
/** One date for everything: a layer's digest is its content's, not its day's. */
const EPOCH = new Date(0);
const DATE = "1767225600"; // 2026-01-01, for the files of packages

/** What no container reads. */
const unread = [
  "/usr/share/man",
  "/usr/share/doc",
  "/usr/share/info",
  "/usr/share/lintian",
  "/usr/share/bug",
];

export async function makeLayer(layer: Layer, into: string, step: Step, log: string): Promise<void> {
  if (layer.kind === "debian") await debian(layer, into, step, log);
  else await files(layer, into, step);
}

async function debian(layer: DebianLayer, into: string, step: Step, log: string): Promise<void> {
  await ensurePackages(["mmdebstrap", "debian-archive-keyring"], step);
  step.note(`a Debian root with ${layer.packages.join(", ")}`);
  await run("mmdebstrap", [...debianArguments(layer), SUITE, into], {
    log,
    env: { SOURCE_DATE_EPOCH: DATE },
  });
}

/** All that decides what a Debian root holds. */
export function debianArguments(layer: DebianLayer): string[] {
  const hooks = (kind: string, lines: string[]) => lines.map((line) => `--${kind}-hook=${line}`);
  // Nothing is configured where packages are only extracted, and no later hook is run.
  const last = layer.variant === "extract" ? "extract" : "customize";
  return [
    `--variant=${layer.variant}`,
    `--include=${layer.packages.join(",")}`,
    ...unread.map((folder) => `--dpkgopt=path-exclude=${folder}/*`),
    ...hooks("essential", layer.before ?? []),
    ...hooks(last, layer.after ?? []),
    ...hooks(last, [
      'rm -rf "$1/var/lib/apt/lists" "$1/var/cache" "$1/var/log" && mkdir -p "$1/var/cache" "$1/var/log"',
      'rm -f "$1/etc/hostname" "$1/etc/resolv.conf" "$1/etc/machine-id"',
    ]),
  ];
}

async function files(layer: FilesLayer, into: string, step: Step): Promise<void> {
  const archive = pack();
  const written = pipeline(archive, createWriteStream(into));
  const made = new Set<string>();
  for (const file of layer.files) {
    for (const folder of parents(file.to)) {
      if (made.has(folder)) continue;
      made.add(folder);
      await entry(archive, { name: folder, type: "directory", mode: 0o755 });
    }
    await add(archive, file, step);
  }
  archive.finalize();
  await written;
}

async function add(archive: Pack, file: ImageFile, step: Step): Promise<void> {
  const name = file.to.slice(1);
  const owner = { uid: file.owner ?? 0, gid: file.owner ?? 0 };
  if ("folder" in file) {
    await entry(archive, { name, type: "directory", mode: file.mode ?? 0o755, ...owner });
  } else if ("link" in file) {
    await entry(archive, { name, type: "symlink", linkname: file.link, mode: 0o777, ...owner });
  } else if ("text" in file) {
    await entry(archive, { name, mode: file.mode ?? 0o644, ...owner }, file.text);
  } else if ("tree" in file) {
    const source = join(await obtain(file.program, step), file.tree);
    for (const path of readdirSync(source, { recursive: true, encoding: "utf8" }).sort()) {
      const inside = { name: posix.join(name, path), ...owner };
      if (statSync(join(source, path)).isDirectory())
        await entry(archive, { ...inside, type: "directory", mode: 0o755 });
      else await copy(archive, join(source, path), inside);
    }
  } else {
    await copy(archive, join(await obtain(file.program, step), file.file), {
      name,
      mode: file.mode ?? 0o644,
      ...owner,
    });
  }
}

async function copy(archive: Pack, source: string, headers: Headers): Promise<void> {
  const sink = archive.entry({ mode: 0o644, mtime: EPOCH, size: statSync(source).size, ...headers });
  await pipeline(createReadStream(source), sink);
}

const entry = (archive: Pack, headers: Headers, content = "") =>
  new Promise<void>((done, fail) => {
    archive.entry({ mtime: EPOCH, ...headers }, content, (error) => {
      if (error) fail(error);
      else done();
    });
  });

/** "/usr/lib/x" -> ["usr", "usr/lib"] */
function parents(path: string): string[] {
  const folder = posix.dirname(path.slice(1));
  if (folder === ".") return [];
  return [...parents(`/${folder}`), folder];
}
