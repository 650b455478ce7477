/**
 * A control plane for one test: Kubernetes' own API server, controllers and scheduler, the programs that the embedded
 * cluster runs, as plain processes on loopback ports. Its nodes only pretend to run their pods (kwok), and stages stand in
 * for operators. So no pod costs anything, nothing is shared with the embedded cluster, and neither may be root.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { obtain } from "../../toolchain/cache";
import { fakeNode, stageFiles } from "../../toolchain/cluster/fake";
import { kubectlProgram, kubeProgram, kwokProgram, recipes } from "../../toolchain/cluster/programs";
import { quiet } from "../../toolchain/lib/progress";
import { run, tail } from "../../toolchain/lib/run";
import { eventually, freePort } from "./services";

const TOKEN = "of-this-test-alone";
/** A class of volumes for each cloud's, made as folders: a claim binds when a pod first uses it. */
const classOf = (name: string, index: number) => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": String(index === 0) } },
  provisioner: "kubernetes.io/host-path",
  volumeBindingMode: "WaitForFirstConsumer",
});

export interface About {
  /** Names under which the kubeconfig knows it: the stacks' contexts. */
  contexts: readonly string[];
  /** How many nodes, over three zones. */
  nodes: number;
  /** The first is for claims that name none. */
  storageClasses: readonly string[];
  /** Definitions of custom resources. */
  kinds: readonly object[];
  /** What operators would answer: kwok's stages. */
  stages: readonly object[];
}

/** Why there can be none on this machine. */
export const controlPlaneMissing = (): string | undefined =>
  process.platform === "linux" ? undefined : "Kubernetes' programs are for Linux";

export class ControlPlane {
  readonly folder = mkdtempSync(join(tmpdir(), "slipway-control-plane-"));
  readonly kubeconfig = join(this.folder, "kubeconfig");
  private readonly children: { name: string; child: ChildProcess }[] = [];
  private kubectlPath = "";

  async start({ contexts, kinds, nodes, stages, storageClasses }: About): Promise<void> {
    const kube = await kubeProgram(quiet);
    this.kubectlPath = await kubectlProgram(quiet);
    const [etcd, peers, api, kwokPort] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const keys = this.serviceAccountKeys();
    const tokens = this.write("tokens.csv", `${TOKEN},admin,admin,system:masters\n`);
    const certificates = join(this.folder, "certificates");
    mkdirSync(certificates);
    const at = (port: number) => `http://127.0.0.1:${port}`;
    this.child("etcd", kube, [
      ...["etcd", `--data-dir=${join(this.folder, "etcd")}`, "--unsafe-no-fsync", "--log-level=warn"],
      ...[`--listen-client-urls=${at(etcd)}`, `--advertise-client-urls=${at(etcd)}`],
      ...[`--listen-peer-urls=${at(peers)}`, `--initial-advertise-peer-urls=${at(peers)}`],
      `--initial-cluster=default=${at(peers)}`,
    ]);
    this.child("kube-apiserver", kube, [
      ...["kube-apiserver", `--etcd-servers=${at(etcd)}`, `--token-auth-file=${tokens}`],
      ...["--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", `--secure-port=${api}`],
      ...["--endpoint-reconciler-type=none", `--cert-dir=${certificates}`, "--authorization-mode=RBAC"],
      ...["--service-cluster-ip-range=10.97.0.0/16", "--allow-privileged", "--profiling=false"],
      "--service-account-issuer=https://kubernetes.default.svc",
      ...[`--service-account-key-file=${keys.public}`, `--service-account-signing-key-file=${keys.private}`],
    ]);
    await this.until("its certificate", () => readFileSync(join(certificates, "apiserver.crt"), "utf8"));
    this.writeKubeconfig(`https://127.0.0.1:${api}`, join(certificates, "apiserver.crt"), contexts);
    await this.until("the API server", () => this.kubectl("get", "--raw", "/readyz"));
    const client = [`--kubeconfig=${this.kubeconfig}`];
    this.child("kube-controller-manager", kube, [
      ...["kube-controller-manager", ...client, "--leader-elect=false", "--secure-port=0"],
      ...["--enable-hostpath-provisioner", `--service-account-private-key-file=${keys.private}`],
      `--root-ca-file=${join(certificates, "apiserver.crt")}`,
    ]);
    this.child("kube-scheduler", kube, [
      "kube-scheduler",
      ...client,
      "--leader-elect=false",
      "--secure-port=0",
    ]);
    // Before kwok, which watches the kinds that its stages are about.
    if (kinds.length > 0) {
      await this.apply(kinds);
      await this.kubectl("wait", "customresourcedefinitions", "--all", "--for=condition=Established");
    }
    const own = stages.map((stage, index) => this.write(`stage-${index}.yaml`, stringify(stage)));
    const theirs = stageFiles(await obtain(recipes.kwokStages(), quiet));
    this.child("kwok", await kwokProgram(quiet), [
      ...[...client, "--manage-all-nodes=true", "--node-lease-duration-seconds=40"],
      `--server-address=127.0.0.1:${kwokPort}`,
      ...[...theirs, ...own].map((file) => `--config=${file}`),
    ]);
    await this.apply([...Array.from({ length: nodes }, nodeOf), ...storageClasses.map(classOf)]);
    await this.kubectl("wait", "nodes", "--all", "--for=condition=Ready", "--timeout=60s");
  }

  async kubectl(...words: string[]): Promise<string> {
    return (await run(this.kubectlPath, ["--kubeconfig", this.kubeconfig, ...words])).stdout;
  }

  /** Definitions of kinds are too large for a client's own notes: the server keeps who set what. */
  async apply(items: readonly object[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const words = ["--kubeconfig", this.kubeconfig, "apply", "--server-side", "--filename", "-"];
    await run(this.kubectlPath, words, { input });
  }

  async stop(): Promise<void> {
    // The last to start first: none of them shall complain of one that is gone.
    for (const { child } of this.children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true });
  }

  private write(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  private child(name: string, program: string, args: readonly string[]): void {
    const log = openSync(this.log(name), "w");
    // Ends with this process, however that ends: a run that is killed leaves nobody behind.
    const words = ["--pdeathsig", "KILL", program, ...args];
    this.children.push({ name, child: spawn("setpriv", words, { stdio: ["ignore", log, log] }) });
  }

  private log(name: string): string {
    return join(this.folder, `${name}.log`);
  }

  /** Waits, but not for a child that has ended: then it says what that one said last. */
  private until<T>(what: string, look: () => T | Promise<T>): Promise<T> {
    return eventually(what, async () => {
      const ended = this.children.find(({ child }) => child.exitCode !== null);
      if (ended !== undefined) {
        const said = tail(readFileSync(this.log(ended.name), "utf8")).join("\n");
        throw new Error(`${ended.name} has ended:\n${said}`);
      }
      try {
        return await look();
      } catch {
        return undefined; // not yet
      }
    });
  }

  private serviceAccountKeys(): { public: string; private: string } {
    const pair = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    return {
      public: this.write("accounts.pub", pair.publicKey),
      private: this.write("accounts.key", pair.privateKey),
    };
  }

  private writeKubeconfig(server: string, authority: string, contexts: readonly string[]): void {
    const name = "control-plane";
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server, "certificate-authority": authority } }],
      users: [{ name, user: { token: TOKEN } }],
      contexts: contexts.map((context) => ({ name: context, context: { cluster: name, user: name } })),
      "current-context": contexts[0],
    };
    this.write("kubeconfig", stringify(config));
  }
}

/** One of the embedded cluster's fake nodes, which here all pods may use. */
function nodeOf(_: unknown, index: number): object {
  const node = fakeNode(`node-${index}`);
  const zone = {
    "topology.kubernetes.io/region": "here",
    "topology.kubernetes.io/zone": `here-${index % 3}`,
  };
  return {
    ...node,
    metadata: { ...node.metadata, labels: { ...(node.metadata.labels as object), ...zone } },
    spec: {},
  };
}
