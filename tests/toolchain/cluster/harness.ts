/** The embedded cluster for tests: brought up once, a namespace a test, everything taken away after it. */
import { kubectl as plainKubectl, type KubernetesObject } from "../../../toolchain/cluster/kubectl";
import { cannotRun } from "../../../toolchain/cluster/preflight";
import { up, type UpOptions } from "../../../toolchain/cluster/up";
import { ensureImages } from "../../../toolchain/images/ensure";
import { reference } from "../../../toolchain/images/image";
import { image } from "../../../toolchain/images/list";
import { quiet } from "../../../toolchain/lib/progress";
import { describeWith, eventually } from "../../helpers/services";

export const busybox = reference(image("busybox"));
export const plainUp: UpOptions = { take: false };

/** A suite on the running cluster; where none can run it is skipped with the reason in its name. */
export function describeOnCluster(
  title: string,
  suite: (this: Mocha.Suite) => void,
  options = plainUp,
): void {
  describeWith(cannotRun(), title, function () {
    this.timeout(120_000);
    before(async function () {
      this.timeout(900_000); // with nothing cached, Kubernetes is built first
      await up(options);
      await ensureImages(["busybox"], quiet);
    });
    suite.call(this);
  });
}

/** kubectl in one namespace. */
export class Space {
  readonly name = `test-${crypto.randomUUID().slice(0, 8)}`;

  async create(level = "restricted"): Promise<void> {
    await plainKubectl(["create", "namespace", this.name]);
    await plainKubectl(["label", "namespace", this.name, `pod-security.kubernetes.io/enforce=${level}`]);
  }

  remove(): Promise<unknown> {
    return plainKubectl(["delete", "namespace", this.name, "--ignore-not-found", "--wait=false"]);
  }

  async kubectl(...args: string[]): Promise<string> {
    return (await plainKubectl(["--namespace", this.name, ...args])).stdout;
  }

  async apply(...objects: KubernetesObject[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    await plainKubectl(["--namespace", this.name, "apply", "-f", "-"], { input: list });
  }

  /** A shell command in a running pod; undefined when it fails. */
  async sh(pod: string, command: string): Promise<string | undefined> {
    const answer = await plainKubectl(["--namespace", this.name, "exec", pod, "--", "sh", "-c", command], {
      allowFailure: true,
    });
    return answer.code === 0 ? answer.stdout.trim() : undefined;
  }

  async json<T>(...what: string[]): Promise<T> {
    return JSON.parse(await this.kubectl("get", ...what, "--output=json")) as T;
  }

  /** Waits for what kubectl prints of a JSON path to be so. */
  until(what: string, path: string, wanted: (value: string) => boolean, seconds = 60): Promise<string> {
    let last = "";
    return eventually(
      `${what} ${path}`,
      async () => {
        const { stdout } = await plainKubectl(
          [
            "--namespace",
            this.name,
            "get",
            ...what.split(" "),
            "--ignore-not-found",
            `--output=jsonpath=${path}`,
          ],
          { allowFailure: true },
        );
        last = stdout;
        return wanted(stdout) ? stdout : undefined;
      },
      { seconds, detail: () => `found: ${last}` },
    );
  }

  podReady(pod: string, seconds = 60): Promise<string> {
    return this.until(
      `pod ${pod}`,
      '{.status.conditions[?(@.type=="Ready")].status}',
      (value) => value === "True",
      seconds,
    );
  }
}

/** A namespace of its own for each test of the suite. */
export function eachInSpace(level = "restricted"): () => Space {
  let space: Space;
  beforeEach(async () => {
    space = new Space();
    await space.create(level);
  });
  afterEach(() => space.remove());
  return () => space;
}

interface PodSpec {
  command: string;
  labels?: Record<string, string>;
  container?: object;
  spec?: object;
}

/** The part of a pod that `restricted` asks for, running a shell command. */
export const podSpec = ({ command, container, spec }: PodSpec) => ({
  terminationGracePeriodSeconds: 0,
  automountServiceAccountToken: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 65532,
    fsGroup: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  },
  containers: [
    {
      name: "main",
      image: busybox,
      command: ["sh", "-c", command],
      resources: { requests: { cpu: "10m", memory: "8Mi" }, limits: { memory: "32Mi" } },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      ...container,
    },
  ],
  ...spec,
});

export const pod = (name: string, about: PodSpec): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { app: name, ...about.labels } },
  spec: podSpec(about),
});

/** Answers every request on 8080 with a text. */
export const serveText = (text: string) =>
  `mkdir -p /tmp/www && echo ${text} > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www`;

export const temporary = {
  container: { volumeMounts: [{ name: "tmp", mountPath: "/tmp" }] },
  spec: { volumes: [{ name: "tmp", emptyDir: {} }] },
};
