/** The restore that is rehearsed on schedule: a CronJob in a namespace of its own, with the few rights that it takes. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Bytes, type Cpu, type Drill, formatBytes, keeperImage, platform } from "../config";
import {
  BUCKET_KEYS,
  DRILL_LEASE,
  FETCHING_MEMORY,
  KEEPER,
  type Rehearsal as Plan,
  SHARES,
  THROWAWAY,
  throwaway,
} from "../config/rehearsal";
import { parseBytes } from "../config/units";
import type { Transform } from "./component";
import { allow, type Place } from "./network";
import { safeContainer, safePod, seconds } from "./pod";
import type { Kept } from "./postgres";
import { Resident, type ResidentOptions } from "./resident";
import { onSchedule } from "./schedule";
import type { Space } from "./space";

export interface RehearsalArgs {
  /** The namespace it takes place in. */
  space: Space;
  /** The product's own, whose database it is. */
  product: Space;
  /** What reports call it. */
  stack: string;
  kept: Kept;
  database: string;
  owner: string;
  cpu: Cpu;
  memory: Bytes;
  storage: Bytes;
  /** A disk of its own for the write-ahead log. */
  wal?: Bytes | undefined;
  drill: Drill;
  /** The program, as one file for Node. */
  program: pulumi.Input<string>;
  transform?: {
    schedule?: Transform<k8s.batch.v1.CronJobArgs>;
    quota?: Transform<k8s.core.v1.ResourceQuotaArgs>;
    role?: Transform<k8s.rbac.v1.RoleArgs>;
  };
}

/** The user `node` of the official image; any other would do as well. */
const USER = 1000;
const FOLDER = "/keeper";
const PROGRAM = { file: "main.js", plan: "plan.json" } as const;
const MEMORY = { request: mebibytes(64), limit: mebibytes(128) };
const PORT = 5432;
const STATUS_PORT = 8000;
/** Kubernetes' API, whose addresses differ on every platform. */
const API: Place = { ports: [443, 6443], range: "anywhere" };
/** Checks and clearing up may take as long as the restore again, and a while. */
const BESIDE = 20 * 60e3;

/**
 * ```ts
 * const home = new Space("eu-rehearsal", { product: "shop", namespace: "shop-drill", beside: space }, { provider });
 * new Rehearsal("drill", { space: home, product: space, kept: postgres.kept, program: keeper(), … });
 * ```
 *
 * It can make one database, of one name, in its own namespace, and read by name what it copies of the product's. No
 * right of it reaches further, and none lists Secrets. All that its pods use together is one core.
 */
export class Rehearsal extends Resident<NonNullable<RehearsalArgs["transform"]>> {
  constructor(name: string, args: RehearsalArgs, opts?: ResidentOptions) {
    super("Rehearsal", name, args.space, args.transform, opts);
    const account = this.child("account", k8s.core.v1.ServiceAccount, {
      automountServiceAccountToken: false,
      metadata: this.meta("ServiceAccount"),
    });
    const bindings = [
      this.#grant("role", this.space, atHome, account),
      this.#grant("product-role", args.product, ofProduct(args.kept), account),
    ];
    const quota = this.#createQuota(args);
    const ways = [
      ...this.openNetwork([], [], [API, { pods: THEIRS, ports: [PORT] }]),
      this.child("database-network", k8s.networking.v1.NetworkPolicy, {
        metadata: this.meta("NetworkPolicy", "database"),
        spec: allow(THEIRS, this.#waysOfDatabase(args.kept)),
      }),
    ];
    const config = this.child("program", k8s.core.v1.ConfigMap, {
      data: { [PROGRAM.file]: args.program, [PROGRAM.plan]: this.#plan(args) },
      metadata: this.meta("ConfigMap", "program"),
    });
    this.child(
      "schedule",
      k8s.batch.v1.CronJob,
      {
        metadata: this.meta("CronJob"),
        spec: onSchedule({
          ...{ cron: args.drill.every.cron, job: this.#job(args, account, config), labels: this.labels },
          ...{ kept: 1, late: 3600 },
        }),
      },
      { dependsOn: [...this.space.ready, ...ways, ...bindings, quota] },
    );
    this.finish({ namespace: this.space.namespace });
  }

  #grant(
    suffix: "role" | "product-role",
    { namespace }: Space,
    rules: k8s.types.input.rbac.v1.PolicyRule[],
    account: k8s.core.v1.ServiceAccount,
  ): k8s.rbac.v1.RoleBinding {
    const role = this.child(
      suffix,
      k8s.rbac.v1.Role,
      { metadata: { ...this.meta("Role"), namespace }, rules },
      {},
      "role",
    );
    return this.child(suffix.replace("role", "binding"), k8s.rbac.v1.RoleBinding, {
      metadata: { ...this.meta("RoleBinding"), namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: this.space.namespace }],
    });
  }

  /** One core for all that runs here at a time, and room for one database. */
  #createQuota({ drill, memory, storage, wal }: RehearsalArgs): k8s.core.v1.ResourceQuota {
    const fetching = parseBytes(FETCHING_MEMORY)?.value ?? 0;
    const disk = (drill.storage ?? storage).value + (wal?.value ?? 0);
    return this.child("quota", k8s.core.v1.ResourceQuota, {
      metadata: this.meta("ResourceQuota"),
      spec: {
        hard: {
          "limits.cpu": "1",
          "limits.memory": formatBytes(memory.value + fetching + MEMORY.limit.value),
          "requests.storage": formatBytes(disk),
        },
      },
    });
  }

  #waysOfDatabase({ ports }: Kept): { from: Place[]; to: Place[] } {
    const own = { pods: THEIRS, ports: [PORT, STATUS_PORT] };
    return {
      from: [
        own,
        { namespace: platform.postgres.namespace, ports: [PORT, STATUS_PORT] },
        { pods: this.selector, ports: [PORT] },
      ],
      to: [own, { ports: [...new Set([...API.ports, ...ports])], range: "anywhere" }],
    };
  }

  #plan(args: RehearsalArgs): pulumi.Output<string> {
    const { database, drill, kept, owner, product, stack } = args;
    return kept.spec.apply((spec) => {
      const made = throwaway({ ...spec }, args);
      const managed = {
        ensure: "present",
        login: true,
        name: KEEPER.role,
        passwordSecret: { name: KEEPER.secret },
        superuser: true,
      };
      const plan: Plan = {
        ...{ amcheck: drill.amcheck, checks: drill.checks, database, home: this.space.namespaceName },
        labels: { ...this.labels, "app.kubernetes.io/component": "drill" },
        ...{ live: kept.cluster, namespace: product.namespaceName, owner, stack },
        // What asks it has no way into its pod: a role for the length of a drill.
        spec: { ...made, managed: { roles: [managed] } },
        within: drill.timeout.value,
      };
      return JSON.stringify(plan);
    });
  }

  #job(
    { drill, space }: RehearsalArgs,
    account: k8s.core.v1.ServiceAccount,
    config: k8s.core.v1.ConfigMap,
  ): k8s.types.input.batch.v1.JobSpec {
    const own = { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } };
    const container = safeContainer({
      command: ["node", `${FOLDER}/${PROGRAM.file}`, `${FOLDER}/${PROGRAM.plan}`],
      env: [{ name: "JOB", valueFrom: own }],
      image: drill.image?.text ?? keeperImage,
      name: this.short,
      resources: {
        cpu: { limit: millicores(SHARES.program), request: millicores(20) },
        memory: MEMORY,
      },
      volumeMounts: [{ mountPath: FOLDER, name: "program", readOnly: true }],
    });
    const { pullSecret } = space;
    return {
      activeDeadlineSeconds: seconds({ text: "", value: 2 * drill.timeout.value + BESIDE }),
      // A drill that was killed is held again, and clears up first; one that failed has failed.
      backoffLimit: 2,
      podFailurePolicy: {
        rules: [
          { action: "FailJob", onExitCodes: { containerName: this.short, operator: "In", values: [1] } },
          { action: "Ignore", onPodConditions: [{ status: "True", type: "DisruptionTarget" }] },
        ],
      },
      template: {
        metadata: { labels: this.labels },
        spec: safePod({
          automountServiceAccountToken: true,
          containers: [container],
          ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
          priorityClassName: space.priorityClass("low"),
          restartPolicy: "Never",
          serviceAccountName: account.metadata.name,
          stopWithin: { text: "1m", value: 60_000 },
          user: USER,
          volumes: [{ configMap: { name: config.metadata.name }, name: "program" }],
        }),
      },
    };
  }
}

/** What the operator calls the throwaway's pods. */
const THEIRS = { "cnpg.io/cluster": THROWAWAY };
const LOGIN = "postgres-login";

/** By name wherever the API can: also what is made, since it is applied and not created. */
const atHome: k8s.types.input.rbac.v1.PolicyRule[] = [
  {
    apiGroups: ["postgresql.cnpg.io"],
    resourceNames: [THROWAWAY],
    resources: ["clusters"],
    verbs: ["get", "create", "patch", "delete"],
  },
  {
    apiGroups: ["barmancloud.cnpg.io"],
    resourceNames: ["postgres"],
    resources: ["objectstores"],
    verbs: ["create", "patch", "delete"],
  },
  {
    apiGroups: [""],
    resourceNames: [LOGIN, BUCKET_KEYS, KEEPER.secret],
    resources: ["secrets"],
    verbs: ["create", "patch", "delete"],
  },
  // The authority that the throwaway's certificate is of.
  { apiGroups: [""], resourceNames: [`${THROWAWAY}-ca`], resources: ["secrets"], verbs: ["get"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["list"] },
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["list"] },
];

const ofProduct = ({ secrets, store }: Kept): k8s.types.input.rbac.v1.PolicyRule[] => [
  { apiGroups: ["postgresql.cnpg.io"], resources: ["backups"], verbs: ["list"] },
  {
    apiGroups: ["barmancloud.cnpg.io"],
    resourceNames: [store],
    resources: ["objectstores"],
    verbs: ["get"],
  },
  {
    apiGroups: [""],
    resourceNames: pulumi.all([...secrets]).apply((names) => [...new Set(names)].sort()),
    resources: ["secrets"],
    verbs: ["get"],
  },
  {
    apiGroups: ["coordination.k8s.io"],
    resourceNames: [DRILL_LEASE],
    resources: ["leases"],
    verbs: ["get", "create", "patch"],
  },
];

function mebibytes(value: number): Bytes {
  return { text: `${value}Mi`, value: value * 1024 ** 2 };
}
function millicores(value: number): Cpu {
  return { text: `${value}m`, value };
}
