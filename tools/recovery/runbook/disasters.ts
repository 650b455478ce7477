/** What can happen to a product, and the way back from each, with the stack's own names and numbers. */
import { type Facts, operated } from "./facts";

export interface Disaster {
  title: string;
  /** Undefined where it cannot happen to this stack. */
  text: (facts: Facts) => string | undefined;
}

const shell = (...lines: string[]): string => ["```sh", ...lines, "```"].join("\n");

/** `kubectl` for this stack's namespace, whatever the reader's kubeconfig says. */
export const kubectlOf = ({ context, settings }: Facts): string =>
  `kubectl --context ${context} --namespace ${settings.namespace}`;

/** What a loss may cost, as far as it was promised. */
function cost({ settings: { targets }, settings }: Facts): string {
  const wal = operated(settings)?.backup?.wal.text;
  const lost = targets.rpo?.text ?? wal;
  return [
    ...(lost === undefined ? [] : [`Lost is at most ${lost} of changes.`]),
    ...(targets.rto === undefined ? [] : [`Service is promised back within ${targets.rto.text}.`]),
  ].join(" ");
}

const corrupt: Disaster = {
  title: "A corrupt database",
  text: (facts) => {
    const { stack, settings } = facts;
    const postgres = operated(settings);
    if (postgres === undefined) {
      return settings.postgres === undefined
        ? undefined
        : "The database is managed elsewhere: restore it there, then set the secret with its URL and deploy.\n\n" +
            shell(
              `pulumi config set --secret --path 'slipway:secrets["NAME"]' --stack ${stack}`,
              `./slipway deploy ${stack}`,
            );
    }
    if (postgres.backup === undefined) {
      return "**There are no backups** (`postgres.backup` is not said): what is lost is lost. Stop writing, copy the volume, then look.";
    }
    return [
      `A dropped table, a bad migration, damaged pages. ${cost(facts)}`,
      "Find the moment before it happened; any since the first backup will do:",
      shell(`./slipway backups ${stack}`),
      "Look beside the live database, if you are not sure. Nothing is switched:",
      shell(`./slipway restore ${stack} --to TIME --into look`),
      "Then go back to it. Parts rest meanwhile, the restored one is checked first, the one from before is kept:",
      shell(`./slipway restore ${stack} --to TIME`, `git commit -am "Restore the database" && git push`),
      "When you are sure that nobody misses anything:",
      shell(`./slipway restore ${stack} --confirm`),
    ].join("\n\n");
  },
};

const server: Disaster = {
  title: "A lost server",
  text: (facts) => {
    const { settings } = facts;
    const postgres = operated(settings);
    const kubectl = kubectlOf(facts);
    const replicas = Object.entries(settings.parts).map(([name, { scale }]) => `${name} ${scale.min}`);
    return [
      `Parts move by themselves within minutes (replicas at least: ${replicas.join(", ")}).`,
      ...(postgres === undefined
        ? []
        : [
            postgres.instances > 1
              ? `Postgres has ${postgres.instances} instances: a replica takes over within seconds, and a new one is made.`
              : "Postgres has one instance: it is back when its volume can be mounted again. If the disk went with the server, nothing is left to restore beside: the database is begun anew from the bucket, as in **A lost cluster**.",
          ]),
      shell(
        `kubectl --context ${facts.context} get nodes`,
        `${kubectl} get pods --output wide`,
        ...(postgres === undefined ? [] : [`${kubectl} get clusters.postgresql.cnpg.io`]),
        `./slipway smoke ${facts.stack}`,
      ),
      "Pods that hang on a dead node go when the node is deleted:",
      shell(`kubectl --context ${facts.context} delete node NAME`),
    ].join("\n\n");
  },
};

const cluster: Disaster = {
  title: "A lost cluster",
  text: (facts) => {
    const { settings, stack, database } = facts;
    const postgres = operated(settings);
    const name = Object.keys(settings.clusters)[0] ?? "main";
    const restored =
      postgres?.backup === undefined || database === undefined
        ? []
        : [
            `Say in \`Pulumi.${stack}.yaml\` where the data comes from; the new database begins with all that was archived:`,
            [
              "```yaml",
              "slipway:postgres:",
              `  restored: { name: ${database}-2, from: ${database}, to: latest }`,
              "```",
            ].join("\n"),
          ];
    return [
      `Everything but the bucket${settings.dns.provider === "none" ? "" : ", the DNS zone"} and this repository is gone. ${cost(facts)}`,
      `Make a cluster, and give \`clusters.${name}.context\` its name in \`Pulumi.${stack}.yaml\`.`,
      ...restored,
      "The platform first, then the product:",
      shell(`./slipway up --stack ${stack} --context NEW`, `./slipway smoke ${stack}`),
      ...elsewhere(facts),
      settings.redis?.mode === "managed" && settings.redis.backup !== undefined
        ? "Redis begins empty; its newest copy is put back as in **A lost queue**."
        : "Redis begins empty: jobs that were queued are gone.",
    ].join("\n\n");
  },
};

/** Where the first bucket is gone too. */
function elsewhere({ database, settings }: Facts): string[] {
  const offsite = operated(settings)?.backup?.offsite;
  if (offsite === undefined || database === undefined) return [];
  const { account, bucket, credentials, endpoint, keep } = offsite;
  const more = [
    ...(account === undefined ? [] : [`account: ${account}`]),
    ...(endpoint === undefined ? [] : [`endpoint: ${endpoint}`]),
  ];
  const words = [`bucket: ${bucket.text}`, ...more];
  return [
    `If the bucket is gone as well, all of the last ${keep.days} days is in \`${bucket.text}\`, copied ${offsite.every.text}. The database begins anew with that, and archives there:`,
    [
      "```yaml",
      "slipway:postgres:",
      `  backup: { ${words.join(", ")}, credentials: { id: ${credentials.id}, key: ${credentials.key} } }`,
      `  restored: { name: ${database}-2, from: ${database}, to: latest }`,
      "```",
    ].join("\n"),
  ];
}

const queue: Disaster = {
  title: "A lost queue",
  text: (facts) => {
    const { settings } = facts;
    const { redis } = settings;
    if (redis?.mode !== "managed" || redis.backup === undefined) return undefined;
    const { bucket, every, keep } = redis.backup;
    const { memory } = redis;
    const kubectl = kubectlOf(facts);
    const inside = (words: string) => `${kubectl} exec redis-0 --container redis -- sh -c '${words}'`;
    const users = Object.entries(settings.parts).flatMap(
      ([
        part,
        {
          needs,
          scale: { min },
        },
      ]) =>
        needs.includes("redis")
          ? [{ scale: (to: number = min) => `${kubectl} scale deployment/${part} --replicas=${to}` }]
          : [],
    );
    return [
      `Redis has lost its disk, or what is in it is wrong. Its copies are in \`${bucket.text}\`, taken ${every.text} and kept ${keep.text}; what came after the newest is lost.`,
      "Fetch the newest `redis-TIME.rdb` of the bucket as `copy.rdb`, with the vendor's own tool.",
      ...(users.length === 0
        ? []
        : ["Whoever writes to Redis rests:", shell(...users.map(({ scale }) => scale(0)))]),
      `A second Redis beside it reads the copy, and the live one takes its data from there, as a replica would; then it is by itself again. For that moment the data is there twice: where the copy is larger than half of \`redis.memory\` (${memory.text}), raise that first, and deploy.`,
      shell(
        `${kubectl} exec -i redis-0 --container redis -- sh -c 'mkdir -p /data/copy && cat >/data/copy/dump.rdb' <copy.rdb`,
        inside('redis-server --port 6390 --bind 127.0.0.1 --dir /data/copy --save "" --daemonize yes'),
        inside("redis-cli replicaof 127.0.0.1 6390"),
        inside("until redis-cli info replication | grep -q master_link_status:up; do sleep 1; done"),
        inside("redis-cli replicaof no one"),
        inside("REDISCLI_AUTH= redis-cli -p 6390 shutdown nosave; rm -r /data/copy"),
      ),
      ...(users.length === 0 ? [] : ["Then the parts again:", shell(...users.map(({ scale }) => scale()))]),
    ].join("\n\n");
  },
};

const ransom: Disaster = {
  title: "Ransomware",
  text: (facts) => {
    const { settings, stack } = facts;
    const backup = operated(settings)?.backup;
    const lock =
      backup === undefined
        ? "There are no backups of the database."
        : backup.lock === undefined
          ? "**The bucket has no lock** (`postgres.backup.lock`): whoever has its keys can delete backups. Copy the bucket first."
          : `Backups younger than ${backup.lock.text} cannot be deleted, not even with the keys.`;
    return [
      lock,
      "Shut the doors: nobody in, nothing out. Do not pay, do not clean up: keep the disks for those who look later.",
      shell(
        ...Object.keys(settings.parts).map(
          (part) => `${kubectlOf(facts)} scale deployment/${part} --replicas=0`,
        ),
      ),
      "Take the keys away: of the cloud, the cluster, the registry, the repository. Then a new cluster, as in **A lost cluster**, with `to:` the last moment that is surely clean, and every secret anew, as in **A leaked secret**.",
      shell(`./slipway backups ${stack}`),
    ].join("\n\n");
  },
};

const leaked: Disaster = {
  title: "A leaked secret",
  text: ({ settings, stack }) => {
    const of = (kind: "generated" | "external" | "given") =>
      Object.entries(settings.secrets).flatMap(([name, source]) => (source.kind === kind ? [name] : []));
    const [generated, external, given] = [of("generated"), of("external"), of("given")];
    return [
      "Make it worthless first, find out how it got out second.",
      ...(generated.length === 0
        ? []
        : [
            "Generated here; each is new after the deploy, and the parts that read it start anew:",
            shell(
              ...generated.map((name) => `./slipway rotate ${stack} ${name}`),
              `./slipway deploy ${stack}`,
            ),
          ]),
      ...(given.length === 0
        ? []
        : [
            "Given by you: have the vendor make a new one, then",
            shell(
              ...given.map(
                (name) => `pulumi config set --secret --path 'slipway:secrets["${name}"]' --stack ${stack}`,
              ),
              `./slipway deploy ${stack}`,
            ),
          ]),
      ...(external.length === 0
        ? []
        : [
            `In an external store (change them there, they are read again by themselves): ${external.join(", ")}.`,
          ]),
    ].join("\n\n");
  },
};

const overload: Disaster = {
  title: "Overload",
  text: (facts) => {
    const { settings, stack } = facts;
    const scales = Object.entries(settings.parts).map(
      ([name, { scale }]) => `| ${name} | ${scale.min} | ${scale.max} | \`parts.${name}.scale.max\` |`,
    );
    const limits = settings.routes
      .filter(({ limit }) => limit !== undefined)
      .map(
        ({ host, path, limit }) => `| ${host} ${path} | ${limit?.rate.text ?? ""} | ${limit?.burst ?? ""} |`,
      );
    return [
      "More visitors than it was made for, or fewer who want too much.",
      shell(`./slipway status ${stack}`),
      ["| part | at least | at most | to raise |", "| --- | --- | --- | --- |", ...scales].join("\n"),
      ...(limits.length === 0
        ? ["No route has a limit: `routes[].limit` is the way to slow a few for the sake of the rest."]
        : [["| route | each visitor | burst |", "| --- | --- | --- |", ...limits].join("\n")]),
      "Change the stack file, then",
      shell(`./slipway deploy ${stack}`),
    ].join("\n\n");
  },
};

export const disasters: readonly Disaster[] = [corrupt, server, cluster, queue, ransom, leaked, overload];
