/**
 * What a bucket holds, asked through the database's own pod: Barman runs beside it already, and has the way there. The
 * keys go in by standard input: neither the command line nor the log of the API server sees them.
 */
import type { Kube, KubeObject } from "../release/kube";
import { type Cluster, KIND, type Store, STORE } from "./database";
import { Failure } from "../../toolchain/lib/failure";
import { tail } from "../../toolchain/lib/run";

export interface Held {
  id: string;
  begun: string;
  ended: string;
  /** Bytes in the bucket, as compressed; undefined where the bucket does not tell. */
  size: number | undefined;
  status: string;
}

interface SecretObject extends KubeObject {
  data?: Record<string, string>;
}

/**
 * Reads settings and words of the command as JSON, and prints what Barman prints. Barman writes down no size of what it puts
 * into a bucket: the objects themselves are asked.
 */
const SCRIPT = `
import json, os, subprocess, sys
asked = json.loads(sys.stdin.read())
os.environ.update(asked["env"])
done = subprocess.run(asked["words"], capture_output=True, text=True)
sys.stderr.write(done.stderr)
if done.returncode != 0:
    sys.exit(done.returncode)

def objects(cloud, folder):
    if hasattr(cloud, "s3"):
        pages = cloud.s3.meta.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=cloud.bucket_name, Prefix=folder):
            yield from ((one["Key"], one["Size"]) for one in page.get("Contents", []))
    else:
        key = "name_starts_with" if "azure-blob-storage" in asked["words"] else "prefix"
        yield from ((one.name, one.size) for one in cloud.container_client.list_blobs(**{key: folder}))

def sizes():
    from barman.clients.cloud_backup_list import parse_arguments
    from barman.cloud_providers import get_cloud_interface
    config = parse_arguments(asked["words"][1:])
    cloud = get_cloud_interface(config)
    folder = "/".join(part for part in (cloud.path.strip("/"), config.server_name, "base") if part) + "/"
    found = {}
    for name, size in objects(cloud, folder):
        backup = name[len(folder):].split("/")[0]
        found[backup] = found.get(backup, 0) + size
    return found

try:
    known = sizes() if asked["sizes"] else {}
except Exception:
    known = {}
print(json.dumps({**json.loads(done.stdout), "sizes": known}))
`;

const VARIABLES: Readonly<Record<string, string>> = {
  accessKeyId: "AWS_ACCESS_KEY_ID",
  secretAccessKey: "AWS_SECRET_ACCESS_KEY",
  region: "AWS_DEFAULT_REGION",
};

/** Every backup that the bucket has of a database, the newest first; sizes only where asked for, since that takes its time. */
export async function held(
  kube: Kube,
  {
    namespace,
    cluster,
    from,
    sizes = false,
  }: { namespace: string; cluster: string; from: string; sizes?: boolean },
): Promise<Held[]> {
  const store = await kube.get<Store>(KIND.store, STORE, namespace);
  const pod = (await kube.get<Cluster>(KIND.cluster, cluster, namespace))?.status?.currentPrimary;
  if (store === undefined || pod === undefined) {
    throw new Failure(`nobody in namespace ${namespace} can look into the bucket`, {
      next: "the database must run for that; one that cannot is begun anew from the bucket by postgres.restored in the stack file: ./slipway runbook, A lost cluster",
    });
  }
  const { destinationPath, endpointURL, s3Credentials } = store.spec.configuration;
  const provider = destinationPath.startsWith("gs://")
    ? "google-cloud-storage"
    : destinationPath.startsWith("https://")
      ? "azure-blob-storage"
      : "aws-s3";
  const where = endpointURL === undefined ? [] : ["--endpoint-url", endpointURL];
  const words = ["barman-cloud-backup-list", "--format", "json", "--cloud-provider", provider, ...where];
  const env = await keysOf(kube, namespace, s3Credentials ?? {});
  const input = JSON.stringify({ env, sizes, words: [...words, destinationPath, from] });
  const inside = ["exec", "-i", "-n", namespace, pod, "-c", "plugin-barman-cloud", "--"];
  const answer = await kube.ask("looking into the bucket", [...inside, "python3", "-c", SCRIPT], {
    input,
    allowFailure: true,
  });
  if (answer.code !== 0) {
    throw new Failure(`the bucket ${destinationPath} could not be looked into`, {
      details: tail(answer.stderr, 3),
      next: "check postgres.backup: its bucket, its endpoint and its credentials",
    });
  }
  return parse(answer.stdout);
}

async function keysOf(
  kube: Kube,
  namespace: string,
  credentials: Record<string, { name: string; key: string }>,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [field, { name, key }] of Object.entries(credentials)) {
    const variable = VARIABLES[field];
    if (variable === undefined) continue;
    const secret = await kube.get<SecretObject>("secret", name, namespace);
    found[variable] = Buffer.from(secret?.data?.[key] ?? "", "base64").toString("utf8");
  }
  return found;
}

interface Listed {
  backups_list: {
    backup_id: string;
    begin_time_iso?: string;
    end_time_iso?: string;
    begin_time?: string;
    end_time?: string;
    status: string;
  }[];
  /** Bytes by backup. */
  sizes?: Record<string, number>;
}

/** Barman's own list; what was begun and never ended is in it too, and told by its status. */
export function parse(text: string): Held[] {
  const { backups_list: list, sizes = {} } = JSON.parse(text) as Listed;
  return list
    .map((one) => ({
      id: one.backup_id,
      begun: one.begin_time_iso ?? one.begin_time ?? "",
      ended: one.end_time_iso ?? one.end_time ?? "",
      size: sizes[one.backup_id],
      status: one.status,
    }))
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}
