/** The S3 server's objects for tests, asked through the sidecar of a database's pod: Python and boto3 are there, and the way to it. */
import { platform } from "../../../config";
import { quiet } from "../../../toolchain/lib/progress";
import { run } from "../../../toolchain/lib/run";
import { environment } from "../../../tools/lib/environment";

export const ENDPOINT = `http://${platform.backups.service}.${platform.backups.namespace}.svc:${platform.backups.port}`;

export interface Keys {
  id: string;
  key: string;
}

const PRELUDE = `
import json, sys, boto3
asked = json.loads(sys.stdin.read())
from botocore.config import Config
s3 = boto3.client("s3", endpoint_url=asked["endpoint"], aws_access_key_id=asked["keys"]["id"], aws_secret_access_key=asked["keys"]["key"], region_name="us-east-1")
def everything(bucket, prefix=""):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [one for page in pages for one in page.get("Contents", [])]
`;

/** The server's own keys: those every product on the cluster has. */
export async function keysOf(): Promise<Keys> {
  const words = ["get", "secret", platform.backups.keys, "-n", platform.backups.namespace, "-o", "json"];
  const { stdout } = await run("kubectl", ["--context", "slipway", ...words], {
    env: await environment(quiet),
  });
  const { data } = JSON.parse(stdout) as { data: Keys };
  const plain = (text: string) => Buffer.from(text, "base64").toString("utf8");
  return { id: plain(data.id), key: plain(data.key) };
}

/** Python with `s3`, `everything` and what is given as `asked`; answers the JSON it prints. Keys go in by standard input. */
export async function inBucket<T>(
  namespace: string,
  pod: string,
  code: string,
  given: Record<string, unknown> = {},
): Promise<T> {
  const input = JSON.stringify({ endpoint: ENDPOINT, keys: await keysOf(), ...given });
  const inside = ["exec", "-i", "-n", namespace, pod, "-c", "plugin-barman-cloud", "--"];
  const words = ["--context", "slipway", ...inside, "python3", "-c", `${PRELUDE}\n${code}`];
  const { stdout } = await run("kubectl", words, { env: await environment(quiet), input });
  return JSON.parse(stdout === "" ? "null" : stdout) as T;
}
