/** What to do first when an alert rings, by its name. Words in capitals are filled in: STACK, KUBECTL, PART. */
const logs = "KUBECTL logs deployment/PART --all-containers --since=15m --prefix";
const pods = "KUBECTL get pods --selector=app.kubernetes.io/name=PART";
const events = "KUBECTL get events --sort-by=.lastTimestamp";
const status = "./slipway status STACK";
const back = "./slipway rollback STACK";

/** Each line is a command where it begins with one, and a sentence otherwise. */
export const ADVICE: Readonly<Record<string, readonly string[]>> = {
  AlertingWorks: [
    "Rings always. When it stops arriving, Prometheus or Alertmanager is down:",
    "KUBECTL get pods --namespace slipway-monitoring",
  ],
  ArchiveBehind: [
    "Changes reach the bucket too late: what is not there yet is lost with the disk.",
    "KUBECTL logs POSTGRES-1 --container plugin-barman-cloud --since=15m",
    "Is the bucket reachable, are its keys good, is it full?",
  ],
  ArchiveFails: [
    "Changes do not reach the bucket at all; the disk fills with them.",
    "KUBECTL logs POSTGRES-1 --container plugin-barman-cloud --since=15m",
    "Mend the bucket or its keys: Postgres catches up by itself.",
  ],
  AtCeiling: [
    "All replicas that `scale.max` allows are there, and it is not enough.",
    status,
    "Raise `parts.PART.scale.max`, or slow its callers down by `routes[].limit`.",
  ],
  BackupFailed: [
    "./slipway backups STACK",
    "KUBECTL get backups.postgresql.cnpg.io --sort-by=.metadata.creationTimestamp",
    "./slipway backup STACK",
  ],
  BackupMissing: ["No backup was ever good.", "./slipway backup STACK"],
  BackupTooOld: ["./slipway backups STACK", "./slipway backup STACK"],
  CertificateEnds: [
    "KUBECTL describe certificates",
    "KUBECTL get challenges,orders",
    "Visitors are warned away until it is renewed.",
  ],
  CertificateEndsSoon: [
    "Renewal should have happened long ago.",
    "KUBECTL describe certificates",
    "KUBECTL get challenges,orders",
  ],
  ConnectionsNearlyUsedUp: [
    "./slipway status STACK",
    "Less `pool.size`, fewer replicas, or a `postgres.pooler`: the budget is in the error that a wrong one gives.",
  ],
  ConnectionsUsedUp: [
    "Who cannot connect answers errors.",
    'KUBECTL exec POSTGRES-1 --container postgres -- psql -c "select usename, application_name, state, count(*) from pg_stat_activity group by 1,2,3 order by 4 desc"',
    "Restart who holds most: KUBECTL rollout restart deployment/NAME",
  ],
  CopyFailed: [
    "The data itself is well; it has fewer places than were promised. Why, it says itself:",
    "KUBECTL get jobs --selector=app.kubernetes.io/name=PART",
    "KUBECTL logs --selector=app.kubernetes.io/name=PART --all-containers --since=24h",
    "Mend the bucket or its keys, then run it again:",
    "KUBECTL create job again --from=cronjob/PART",
  ],
  CopyLate: ["KUBECTL get cronjobs,jobs", events, "KUBECTL create job again --from=cronjob/PART"],
  CpuAtLimit: [status, "Raise `parts.PART.cpu`, or `scale.max`."],
  CpuThrottled: [status, "Raise `parts.PART.cpu.limit`."],
  DrillFailed: [
    "What the newest backup lacks stands in the report; the one before may still be good.",
    "KUBECTL get lease slipway-drill --output=yaml",
    "KUBECTL logs --selector=app.kubernetes.io/component=rehearsal --tail=40 --namespace DRILLS",
    "./slipway backup STACK",
    "Hold the drill again: KUBECTL create job drill-again --from=cronjob/drill --namespace DRILLS",
  ],
  DrillTooOld: ["Whether the backups can be restored is not known.", "./slipway drill STACK"],
  ErrorBudgetBurns: [status, logs, "Since the last release? Then go back first and look later:", back],
  ErrorsAboveTarget: [status, logs, "Since the last release? Then go back first and look later:", back],
  JobFailed: [
    "KUBECTL get jobs",
    "KUBECTL logs --selector=app.kubernetes.io/name=PART --since=24h --tail=100 --prefix",
    "Run it again: KUBECTL create job again --from=cronjob/PART",
  ],
  JobLate: ["KUBECTL get cronjobs,jobs", events],
  KeepsRestarting: [
    "KUBECTL logs deployment/PART --previous",
    "KUBECTL describe pods --selector=app.kubernetes.io/name=PART",
    "Since the last release? " + back,
  ],
  LatencyBudgetBurns: [
    status,
    logs,
    "Is it Postgres (QueriesSlow), the CPU (CpuThrottled) or what it calls?",
  ],
  MemoryNearLimit: [status, "Raise `parts.PART.memory`, or look for what grows."],
  MetricsMissing: [pods, "Nothing is known of it while this rings: other alerts of it cannot."],
  MigrationFailed: [
    "The old version serves on; nothing was switched.",
    "KUBECTL logs --selector=app.kubernetes.io/name=PART-migration --tail=100 --prefix",
    "./slipway releases STACK",
  ],
  NamesSlow: ["Ask the name yourself; is the DNS vendor in trouble?"],
  NoReplicaAvailable: [pods, events, logs, "Since the last release? " + back],
  OutOfMemory: [
    "It was killed for using more than `parts.PART.memory`: raise it, or look for what grows.",
    "KUBECTL logs deployment/PART --previous",
  ],
  PoolWaits: [
    "Clients wait for a connection of the pooler: raise `postgres.pooler.size`, or look for long transactions.",
  ],
  PostgresDown: [
    "KUBECTL get clusters.postgresql.cnpg.io,pods",
    "KUBECTL logs POSTGRES-1 --container postgres --since=15m",
    "A replica takes over by itself; one instance alone comes back with its disk. Neither: it is begun anew from the bucket, as in **A lost cluster**.",
  ],
  QueriesSlow: [
    "KUBECTL exec POSTGRES-1 --container postgres -- psql -c \"select pid, now() - query_start, left(query, 80) from pg_stat_activity where state = 'active' order by 2 desc limit 10\"",
    "Since the last release? " + back,
  ],
  QueueEvicts: [
    "**Jobs are lost now.** A queue must not evict:",
    "Raise `redis.memory`, and set `redis.role: queue`.",
  ],
  QueueStands: ["Jobs arrive and none is done.", pods, logs, "KUBECTL rollout restart deployment/PART"],
  QueueTooDeep: [status, "Raise `parts.PART.scale.max`."],
  QueueTooOld: [status, logs, "Raise `parts.PART.scale.max`."],
  RedisDown: [
    "KUBECTL get pods --selector=app.kubernetes.io/name=redis",
    "KUBECTL logs statefulset/redis --since=15m",
    "Its data is on its disk, and comes back with it.",
  ],
  RedisNearlyFull: ["Raise `redis.memory`. A queue refuses new jobs when it is full; a cache forgets."],
  ReplicaBehind: [
    "KUBECTL get clusters.postgresql.cnpg.io",
    "A failover now would lose what it has not got, or wait.",
  ],
  RolloutStuck: [pods, events, "./slipway releases STACK", back],
  Unreachable: [
    "From outside nobody gets through: DNS, TLS, the gateway or the part.",
    "./slipway smoke STACK",
    "KUBECTL get gateways,httproutes,certificates",
  ],
  VolumeFillsUp: [
    "KUBECTL get persistentvolumeclaims",
    "Raise `postgres.storage` (or `redis.storage`, or the part's volume): disks grow, they never shrink.",
  ],
  VolumeFull: [
    "KUBECTL get persistentvolumeclaims",
    "Raise its size in the stack file and deploy: ./slipway deploy STACK",
  ],
};

/** Of alerts that a stack file names itself. */
export const USUAL: readonly string[] = [status, logs];
