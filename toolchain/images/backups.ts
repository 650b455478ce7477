/** The images of backups: CloudNativePG's Barman plugin with Barman itself, and an S3 server to keep them in. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Recipe } from "../cache";
import { goRecipe } from "../gobuild";
import { run } from "../lib/run";
import { ensurePackages } from "../packages";
import { versions } from "../versions";
import { staticImage, type Image } from "./image";

/** What upstream's sidecar runs: https://pypi.org/project/barman, with the checksum of its one file. */
const barman = {
  version: "3.19.1",
  hash: "0a6a9e1babf97687732d8b2a3eb79ea95d55246a5257b9433865cb6e755221c0",
};

/** Barman alone, unpacked: what it depends on comes from Debian's packages. */
const barmanRecipe: Recipe = {
  name: "barman",
  version: barman.version,
  inputs: [barman.hash],
  build: async (into, step, log) => {
    await ensurePackages(["python3-pip"], step);
    step.note(`fetching Barman ${barman.version} from PyPI`);
    const work = join(into, "work");
    mkdirSync(work);
    const wanted = join(work, "requirements.txt");
    writeFileSync(wanted, `barman==${barman.version} --hash=sha256:${barman.hash}\n`);
    const how = ["--no-deps", "--only-binary=:all:", "--no-compile", "--disable-pip-version-check"];
    await run(
      "python3",
      ["-m", "pip", "install", "--quiet", "--require-hashes", ...how, "--target", work, "-r", wanted],
      { log, env: { PIP_ROOT_USER_ACTION: "ignore", PIP_USER: undefined, TMPDIR: work } },
    );
    renameSync(join(work, "barman"), join(into, "barman"));
    rmSync(work, { recursive: true });
  },
};

/** Its commands for object stores, and the modules they are in. */
const commands = {
  backup: "cloud_backup",
  "backup-delete": "cloud_backup_delete",
  "backup-keep": "cloud_backup_keep",
  "backup-list": "cloud_backup_list",
  "backup-show": "cloud_backup_show",
  "check-wal-archive": "cloud_check_wal_archive",
  restore: "cloud_restore",
  "wal-archive": "cloud_walarchive",
  "wal-restore": "cloud_walrestore",
};
const command = (module: string) =>
  `#!/usr/bin/python3\nimport sys\nfrom barman.clients.${module} import main\nsys.exit(main())\n`;

const plugin = goRecipe({
  name: "plugin-barman-cloud",
  version: versions.barmanPlugin,
  module: "plugin-barman-cloud",
  package: "github.com/cloudnative-pg/plugin-barman-cloud/cmd/manager",
  output: "manager",
});

/** Upstream has two images, one with Python for the sidecar; here one serves in both roles. */
const pluginImage: Image = {
  name: "plugin-barman-cloud",
  version: versions.barmanPlugin,
  upstream: `ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v${versions.barmanPlugin}`,
  user: "26",
  entrypoint: ["/manager"],
  layers: [
    {
      kind: "debian",
      variant: "minbase",
      // Debian's boto3 is older than the checksums that S3-compatible servers refuse.
      packages: [
        ...["python3", "python3-boto3", "python3-dateutil", "python3-psycopg2"],
        ...["python3-lz4", "python3-snappy", "python3-zstandard", "ca-certificates"],
      ],
      before: [
        `echo 'postgres:x:26:26::/var/lib/postgresql:/bin/sh' >>"$1/etc/passwd"`,
        `sed -i 's/^tape:.*/postgres:x:26:/' "$1/etc/group"`,
      ],
    },
    {
      kind: "files",
      files: [
        { to: "/usr/lib/python3/dist-packages/barman", program: barmanRecipe, tree: "barman" },
        ...Object.entries(commands).map(([name, module]) => ({
          to: `/usr/bin/barman-cloud-${name}`,
          text: command(module),
          mode: 0o755,
        })),
        { to: "/manager", program: plugin, file: "manager", mode: 0o755 },
      ],
    },
  ],
};

const gateway = staticImage(
  {
    name: "versitygw",
    version: versions.versitygw,
    upstream: `docker.io/versity/versitygw:v${versions.versitygw}`,
  },
  goRecipe({
    name: "versitygw",
    version: versions.versitygw,
    module: "versitygw",
    package: "github.com/versity/versitygw/cmd/versitygw",
    output: "versitygw",
  }),
  "versitygw",
);

/** What carries copies from one bucket to another. */
const rclone: Image = {
  name: "rclone",
  version: "1.60",
  upstream: "docker.io/rclone/rclone:1.74.4",
  user: "65532",
  entrypoint: ["rclone"],
  layers: [{ kind: "debian", variant: "minbase", packages: ["rclone", "ca-certificates"] }],
};

export const backupImages = [pluginImage, gateway, rclone] as const satisfies Image[];
