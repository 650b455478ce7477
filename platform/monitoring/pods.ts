/** What all pods of monitoring have in common: safe without asking, small, and their words for it. */

export interface Small {
  cpu: [request: string, limit: string];
  memory: [request: string, limit: string];
}

export const resources = ({ cpu, memory }: Small) => ({
  requests: { cpu: cpu[0], memory: memory[0] },
  limits: { cpu: cpu[1], memory: memory[1] },
});

export const USER = 65532;
export const safePod = {
  runAsNonRoot: true,
  runAsUser: USER,
  runAsGroup: USER,
  fsGroup: USER,
  seccompProfile: { type: "RuntimeDefault" },
};

export const safeContainer = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

export const namespace = "slipway-monitoring";

export const labelsOf = (name: string) => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/part-of": "slipway-platform",
});

/** Above all products, far below the cluster's own: when room is short, who watches goes last. */
export const priority = { name: "slipway-monitoring", value: 200_000 };

/** A program of one container that is asked over HTTP whether it is well. */
export interface Program {
  name: string;
  image: string;
  command?: string[];
  args: string[];
  port: number;
  health: string;
  small: Small;
  /** Whether it speaks to Kubernetes' API. */
  account?: string;
  volumes?: { name: string; mountPath: string; from: Record<string, unknown> }[];
}

/** Its metadata and pod template, for a Deployment or a DaemonSet. */
export function template(program: Program): Record<string, unknown> {
  const labels = labelsOf(program.name);
  const volumes = program.volumes ?? [];
  const probe = { httpGet: { path: program.health, port: "http" } };
  return {
    metadata: { labels },
    spec: {
      priorityClassName: priority.name,
      ...(program.account === undefined ? {} : { serviceAccountName: program.account }),
      automountServiceAccountToken: program.account !== undefined,
      securityContext: safePod,
      containers: [
        {
          name: program.name,
          image: program.image,
          imagePullPolicy: "IfNotPresent",
          ...(program.command === undefined ? {} : { command: program.command }),
          args: program.args,
          ports: [{ name: "http", containerPort: program.port }],
          readinessProbe: { ...probe, periodSeconds: 5 },
          livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 3 },
          resources: resources(program.small),
          securityContext: safeContainer,
          volumeMounts: volumes.map(({ mountPath, name }) => ({ name, mountPath, readOnly: true })),
        },
      ],
      volumes: volumes.map(({ from, name }) => ({ name, ...from })),
    },
  };
}
