/** The life of the embedded cluster: up, again up, killed in part and whole, and down without a trace. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { down } from "../../../toolchain/cluster/down";
import { kubectl } from "../../../toolchain/cluster/kubectl";
import { files, network, ports, server, state } from "../../../toolchain/cluster/layout";
import { status } from "../../../toolchain/cluster/status";
import { ask } from "../../../toolchain/cluster/supervisor";
import { up } from "../../../toolchain/cluster/up";
import type { Failure } from "../../../toolchain/lib/failure";
import { run } from "../../../toolchain/lib/run";
import { eventually, freePort } from "../../helpers/services";
import { describeOnCluster, eachInSpace, plainUp, pod } from "./harness";
import { listening, processes, traces } from "./traces";

const sleep = "exec sleep 3600";

const pids = async () =>
  new Map((await ask("status"))?.components.map((each) => [each.name, each.pid] as const));

/** A component's process is another one, and ready. */
const replaced = (name: string, before: number | undefined) =>
  eventually(
    `${name} to be back`,
    async () => {
      const now = (await ask("status"))?.components.find((each) => each.name === name);
      return now?.phase === "ready" && now.pid !== before && now.pid !== undefined;
    },
    { seconds: 60, detail: () => `it was ${String(before)}` },
  );

describeOnCluster("the embedded cluster's life", function () {
  this.timeout(180_000);
  const space = eachInSpace();
  after(() => up(plainUp)); // others' tests want it

  it("does nothing on a second up: every process stays, and it takes a moment", async () => {
    const before = await pids();
    const began = Date.now();
    await up(plainUp);
    assert.deepEqual(await pids(), before);
    assert.ok(Date.now() - began < 10_000, `it took ${Date.now() - began} ms`);
  });

  const components = [
    "containerd",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kube-proxy",
  ];
  for (const name of components) {
    it(`brings ${name} back when it is killed, and runs a new pod with it`, async () => {
      const before = (await pids()).get(name);
      assert.ok(before);
      process.kill(before, "SIGKILL");
      await replaced(name, before);
      await eventually("a pod to be taken", () =>
        space()
          .apply(pod("after", { command: sleep }))
          .then(
            () => true,
            () => false,
          ),
      );
      await space().podReady("after");
    });
  }

  it("keeps every component when a supervisor is killed, whichever of the two", async () => {
    const before = await pids();
    const supervisors = () => processes().filter((line) => / run \S+plan\.json$/.test(line));
    for (const role of ["leading", "standing by"]) {
      const two = await eventually("two supervisors", () =>
        supervisors().length === 2 ? supervisors() : undefined,
      );
      const leader = (await ask("status"))?.pid;
      const victim = two
        .map((line) => Number.parseInt(line))
        .find((pid) => (pid === leader) === (role === "leading"));
      assert.ok(victim, `one is ${role}`);
      process.kill(victim, "SIGKILL");
      await eventually(`two again after the one ${role} was killed`, async () => {
        const now = supervisors().map((line) => Number.parseInt(line));
        return now.length === 2 && !now.includes(victim) && (await ask("status")) !== undefined;
      });
    }
    assert.deepEqual(await pids(), before);
    const etcd = before.get("etcd");
    assert.ok(etcd);
    process.kill(etcd, "SIGKILL"); // the new one keeps what it never started
    await replaced("etcd", etcd);
  });

  it("comes up with its data after everything was killed at once", async () => {
    await space().kubectl("create", "configmap", "kept", "--from-literal=said=before");
    await space().apply(pod("survivor", { command: sleep }));
    await space().podReady("survivor");
    // Not one signal is enough: a supervisor started meanwhile would bring the rest back.
    await eventually("every process to be gone", () => {
      const left = processes();
      for (const line of left) kill(Number.parseInt(line));
      return left.length === 0;
    });
    assert.equal(await ask("status"), undefined);
    await up(plainUp);
    assert.equal(
      await space().kubectl("get", "configmap", "kept", "--output=jsonpath={.data.said}"),
      "before",
    );
    await space().podReady("survivor");
  });

  it("leaves nothing on the machine when it goes down, and has its data when it comes again", async () => {
    await down({ take: false });
    const before = await traces();
    await up(plainUp);
    await space().kubectl(
      "label",
      "namespace",
      space().name,
      "pod-security.kubernetes.io/enforce=privileged",
      "--overwrite",
    );
    const container = { ports: [{ containerPort: 8080, hostPort: await freePort(), hostIP: "127.0.0.1" }] };
    await space().apply(pod("published", { command: sleep, container }));
    await space().podReady("published");
    const during = await traces();
    for (const trace of ["processes", "mounts", "links", "tables", "groups", "sockets"] as const) {
      assert.notDeepEqual(during[trace], before[trace], `a running cluster shows in ${trace}`);
    }
    const began = Date.now();
    await down({ take: false });
    const took = Date.now() - began;
    assert.deepEqual(await traces(), before);
    assert.deepEqual([before.processes, before.mounts, before.groups, before.sockets], [[], [], [], []]);
    assert.ok(!existsSync("/run/slipway"));
    assert.ok(took < 15_000, `it took ${took} ms`);
    await up(plainUp);
    await space().podReady("published");
  });

  it("leaves nothing when it goes down after everything was killed", async () => {
    await eventually("every process to be gone", () => {
      const left = processes();
      for (const line of left) kill(Number.parseInt(line));
      return left.length === 0;
    });
    await down({ take: false });
    const left = await traces();
    assert.deepEqual([left.processes, left.mounts, left.groups, left.sockets], [[], [], [], []]);
    assert.ok(!left.links.includes(network.bridge));
    await up(plainUp);
  });

  it("tells a second checkout who owns it, and lets it take over only by saying so", async () => {
    const mine = readFileSync(files.owner, "utf8");
    const elsewhere = { ...(JSON.parse(mine) as object), checkout: "/usr" };
    writeFileSync(files.owner, JSON.stringify(elsewhere));
    try {
      const refused = (error: Failure) =>
        error.exitCode === 3 &&
        error.message.includes("owned by another checkout: /usr") &&
        error.format().includes("--take");
      await assert.rejects(up(plainUp), refused);
      await assert.rejects(down({ take: false }), refused);
      assert.equal((await status()).state, "ready", "it can be looked at");
      await up({ ...plainUp, take: true });
      assert.equal(
        (JSON.parse(readFileSync(files.owner, "utf8")) as { checkout: string }).checkout,
        process.cwd(),
      );
    } finally {
      writeFileSync(files.owner, mine);
    }
  });
});

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // ended meanwhile
  }
}

describeOnCluster("the embedded cluster's doors", () => {
  const space = eachInSpace();
  const ask = (path: string, ...more: string[]) =>
    run("curl", [
      "--silent",
      "--cacert",
      files.pki("ca.crt"),
      "--write-out",
      "%{http_code}",
      "--output",
      "/dev/null",
      ...more,
      `${server}${path}`,
    ]);

  it("knows nobody without a name", async () => {
    for (const path of ["/version", "/readyz", "/api/v1/namespaces"]) {
      assert.equal((await ask(path)).stdout, "401", path);
    }
    const admin = ["--cert", files.pki("admin.crt"), "--key", files.pki("admin.key")];
    assert.equal((await ask("/version", ...admin)).stdout, "200");
  });

  it("gives a service account its own rights only", async () => {
    const token = (await space().kubectl("create", "token", "default")).trim();
    const header = ["--header", `Authorization: Bearer ${token}`];
    assert.equal((await ask("/version", ...header)).stdout, "200");
    assert.equal((await ask(`/api/v1/namespaces/${space().name}/secrets`, ...header)).stdout, "403");
  });

  it("listens on loopback and the pod bridge only", async () => {
    const ours: number[] = Object.values(ports);
    const found = (await listening()).filter((address) => ours.includes(Number(address.split(":").at(-1))));
    assert.ok(found.length >= ours.length);
    assert.deepEqual(
      found.filter((address) => !address.startsWith("127.0.0.1:") && !address.startsWith(`${network.node}:`)),
      [],
    );
  });

  it("keeps its keys and its kubeconfig from other users", () => {
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    assert.equal(mode(files.kubeconfig), "600");
    assert.equal(mode(state()), "700");
    for (const name of readdirSync(state("pki")).filter((each) => each.endsWith(".key"))) {
      assert.equal(mode(join(state("pki"), name)), "600", name);
    }
  });

  it("stores secrets encrypted, and other things as they are", async () => {
    const said = { secret: crypto.randomUUID(), plain: crypto.randomUUID() };
    await kubectl([
      "--namespace",
      space().name,
      "create",
      "secret",
      "generic",
      "hidden",
      `--from-literal=said=${said.secret}`,
    ]);
    await space().kubectl("create", "configmap", "open", `--from-literal=said=${said.plain}`);
    const stored = (value: string) =>
      run("grep", ["--recursive", "--quiet", "--text", value, state("etcd")], { allowFailure: true });
    assert.equal((await stored(said.plain)).code, 0, "the log holds what is not secret");
    assert.equal((await stored(said.secret)).code, 1);
    assert.equal((await stored(Buffer.from(said.secret).toString("base64"))).code, 1);
  });

  it("writes down who changed what, without what secrets say", async () => {
    const said = crypto.randomUUID();
    await space().kubectl("create", "secret", "generic", "noted", `--from-literal=said=${said}`);
    const log = await eventually("the entry", () => {
      const text = readFileSync(state("logs", "audit.log"), "utf8");
      return text.includes(`"namespace":"${space().name}","name":"noted"`) ? text : undefined;
    });
    assert.ok(!log.includes(said) && !log.includes(Buffer.from(said).toString("base64")));
    const entry = log
      .split("\n")
      .find((line) => line.includes('"name":"noted"') && line.includes(space().name));
    assert.match(entry ?? "", /"username":"slipway:admin"/);
    assert.match(entry ?? "", /"verb":"create"/);
  });
});
