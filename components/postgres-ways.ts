/** How a database is reached: its Services, the URLs of each, the CA whose word counts, and who may come in. */
import type * as pulumi from "@pulumi/pulumi";
import { platform } from "../config";
import { wayTo } from "./backups";
import type { Labels } from "./labels";
import type { SecretFile, SecretKey } from "./needs";
import { allow, type Place } from "./network";
import type { OperatedArgs } from "./postgres-spec";

export const PORT = 5432;
const STATUS_PORT = 8000;
const METRICS = { instance: 9187, pooler: 9127 };
/** Ports Kubernetes' own API is served on: the instance manager reads its orders there. */
const API_PORTS = [443, 6443];
const CA_FOLDER = "/etc/slipway/postgres";
const CA_FILE = "ca.crt";

/** One of each way to the database: through its pooler, for reading only, and past the poolers. */
export interface Ways<T = SecretKey> {
  readonly url: T;
  readonly readUrl: T;
  readonly directUrl: T;
}

/** Names of the poolers there are. */
export interface Poolers {
  readonly writes: string | undefined;
  readonly reads: string | undefined;
}

export function hostsOf(cluster: string, instances: number, { writes, reads }: Poolers): Ways<string> {
  return {
    directUrl: `${cluster}-rw`,
    // Alone, the primary is the only one to read from; `-ro` would have nobody behind it.
    readUrl: reads ?? `${cluster}-${instances > 1 ? "ro" : "rw"}`,
    url: writes ?? `${cluster}-rw`,
  };
}

/** The pods behind each way. */
export function placesOf(cluster: string, { writes, reads }: Poolers): { at: Place[]; directAt: Place[] } {
  const direct: Place = { pods: instancesOf(cluster), ports: [PORT] };
  const behind = (pooler: string | undefined): Place =>
    pooler === undefined ? direct : { pods: poolerOf(pooler), ports: [PORT] };
  const pooled = writes !== undefined || reads !== undefined;
  return {
    at: [behind(writes), ...(pooled ? [{ ...behind(reads), called: "reads" }] : [])],
    directAt: [direct],
  };
}

export function urlsOf(
  password: pulumi.Output<string>,
  { database, owner }: Pick<OperatedArgs, "database" | "owner">,
  hosts: Ways<string>,
): Ways<pulumi.Output<string>> {
  const url = (host: string) =>
    password.apply(
      (secret) =>
        `postgresql://${owner}:${encodeURIComponent(secret)}@${host}:${PORT}/${database}` +
        `?sslmode=verify-full&sslrootcert=${CA_FOLDER}/${CA_FILE}`,
    );
  return { directUrl: url(hosts.directUrl), readUrl: url(hosts.readUrl), url: url(hosts.url) };
}

/** The CA that whoever connects checks the certificate by: as a file, and where to look for it. */
export function trusting(ca: SecretKey): { env: Record<string, string>; files: SecretFile[] } {
  return {
    env: { PGSSLROOTCERT: `${CA_FOLDER}/${CA_FILE}` },
    files: [{ ...ca, file: CA_FILE, folder: CA_FOLDER }],
  };
}

/** Instances among themselves, the operator, Prometheus in its namespace, the API server, and the bucket. */
export function instancesNetwork(
  cluster: string,
  backup: OperatedArgs["backup"],
  watcher: string | undefined,
): ReturnType<typeof allow> {
  const own = { pods: { "cnpg.io/cluster": cluster }, ports: [PORT, STATUS_PORT] };
  const outside = backup === undefined ? [{ ports: API_PORTS, range: "anywhere" }] : wayTo(backup, API_PORTS);
  return allow(own.pods, {
    from: [
      own,
      // The operator looks after its instances over the network.
      { namespace: platform.postgres.namespace, ports: [PORT, STATUS_PORT] },
      ...(watcher === undefined ? [] : [{ namespace: watcher, ports: Object.values(METRICS) }]),
    ],
    to: [own, ...outside],
  });
}

export function instancesOf(cluster: string): Labels {
  return { "cnpg.io/cluster": cluster, "cnpg.io/podRole": "instance" };
}

export function poolerOf(pooler: string): Labels {
  return { "cnpg.io/poolerName": pooler };
}
