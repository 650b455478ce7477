/** Brings the embedded cluster up: what is needed first is built first, and every wait is for a condition. */
import { existsSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { steps, type Step } from "../lib/progress";
import { ensurePackages } from "../packages";
import { ensureImages } from "../images/ensure";
import { reference } from "../images/image";
import { image } from "../images/list";
import { addonDeployments, addonImages, addons } from "./addons";
import { awaitFakeNodes, kwok, setFakeNodes } from "./fake";
import { nameServers, planned, writeFiles } from "./files";
import { apply, awaitDeployment, get, kubectl, until, type KubernetesObject } from "./kubectl";
import { clusterDomain, files, network, node } from "./layout";
import { assertOwned, recordOwner } from "./owner";
import { isolated, isolationPrograms, prepareIsolation, type Isolation } from "./isolation";
import { isolationPackages, packages } from "./packages";
import { plan, type Component } from "./plan";
import { assertCanRun, assertPortsFree } from "./preflight";
import { kubeProgram, supervisorProgram } from "./programs";
import { ask, awaitComponents, launch, retireOthers, sweep } from "./supervisor";

export interface UpOptions {
  /** Enforce NetworkPolicies; as it was, when not said. */
  isolation?: boolean;
  /** How many nodes only pretend to be; as many as there were, when not said. */
  fakeNodes?: number;
  /** Take the cluster over from another checkout. */
  take: boolean;
}

const START_SECONDS = 90;
const POD_SECONDS = 120;

interface Run {
  supervisor: string;
  kube: string;
  isolation?: Isolation;
  fakeNodes?: Component;
  /** No cluster of ours was running when this began. */
  fresh: boolean;
  began: number;
}

export async function up(options: UpOptions): Promise<void> {
  assertCanRun();
  assertOwned("up", options.take);
  const isolation = options.isolation ?? isolated();
  const fakes = options.fakeNodes === undefined ? planned("kwok") : options.fakeNodes > 0;
  const run: Run = {
    supervisor: "",
    kube: "",
    fresh: (await ask("status")) === undefined,
    began: Date.now(),
  };
  await steps([
    {
      title: "Packages",
      run: (step) => ensurePackages(isolation ? [...packages, ...isolationPackages] : packages, step),
    },
    { title: "Kubernetes", run: (step) => programs(run, isolation, fakes, step) },
    {
      title: "Other pod network: every pod starts anew",
      skip: () => (!run.fresh && isolation !== isolated() ? false : "it stays as it is"),
      run: () => stopFor(run),
    },
    { title: "Control plane", run: (step) => start(run, step) },
    { title: "Images and add-ons", run: installAddons },
    { title: "Node", run: (step) => nodeReady(run.began, run.fresh, step) },
    { title: "Names and volumes", run: workloads },
    {
      title: "Fake nodes",
      skip: () => (options.fakeNodes === undefined && !fakes ? "none asked for" : false),
      run: (step) => fakeNodes(options.fakeNodes, fakes, step),
    },
  ]);
}

async function fakeNodes(count: number | undefined, any: boolean, step: Step): Promise<void> {
  if (count !== undefined) await setFakeNodes(count);
  if (any) await awaitFakeNodes(step, START_SECONDS);
}

/** A pod keeps the network it was born into: to change it, all of them have to go. */
async function stopFor(run: Run): Promise<void> {
  await ask("stop");
  await sweep(run.supervisor);
  run.fresh = true;
}

async function installAddons(step: Step): Promise<void> {
  const built = await ensureImages(addonImages, step);
  const there = await kubectl(["get", "deployments", "--all-namespaces", "--output=name"]);
  // What was applied is in the cluster's data; unless somebody has deleted it there.
  const whole = addonDeployments.every(({ name }) => there.stdout.includes(`deployment.apps/${name}\n`));
  await apply("addons", addons(nameServers(), built), !whole);
}

async function programs(run: Run, isolation: boolean, fakes: boolean, step: Step): Promise<void> {
  run.supervisor = await supervisorProgram(step);
  run.kube = await kubeProgram(step);
  if (isolation) run.isolation = await isolationPrograms(step);
  if (fakes) run.fakeNodes = await kwok(step);
}

async function start(run: Run, step: Step): Promise<void> {
  if (run.fresh && !existsSync(files.owner)) await assertPortsFree();
  recordOwner();
  const changed = await writeFiles({
    plan: plan(run.kube, {
      ...(run.isolation ? { podNetwork: run.isolation.component } : {}),
      ...(run.fakeNodes ? { fakeNodes: run.fakeNodes } : {}),
    }),
    supervisor: run.supervisor,
    pauseImage: reference(image("pause")),
    isolation: run.isolation !== undefined,
    plugins: run.isolation ? [run.isolation.plugin] : [],
  });
  retireOthers(run.supervisor);
  const launched = launch(run.supervisor);
  if (!run.fresh && changed) await ask("reload");
  if (run.isolation) {
    await awaitComponents(launched, step, START_SECONDS, ["kube-apiserver"]);
    await prepareIsolation(run.isolation);
  }
  await awaitComponents(launched, step, START_SECONDS);
}

interface Node extends KubernetesObject {
  status: { conditions: { type: string; status: string; lastHeartbeatTime: string; message: string }[] };
}

/** Ready in this life: what an earlier kubelet said does not count. */
async function nodeReady(began: number, fresh: boolean, step: Step): Promise<void> {
  const ready = async () =>
    (await get<Node>("node", node))?.status.conditions.find((each) => each.type === "Ready");
  await until(
    "the node",
    step,
    START_SECONDS,
    async () => {
      const condition = await ready();
      const told = Date.parse(condition?.lastHeartbeatTime ?? "") + 1000;
      return condition?.status === "True" && (!fresh || told >= began);
    },
    async () => [(await ready())?.message ?? "the kubelet has not registered its node"],
  );
}

async function workloads(step: Step): Promise<void> {
  for (const { name, space, awaited } of addonDeployments) {
    if (awaited) await awaitDeployment(name, space, step, POD_SECONDS);
  }
  await namesAnswer(step);
}

/** A name of the cluster, asked of the cluster's own DNS by its service address. */
async function namesAnswer(step: Step): Promise<void> {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([network.dns]);
  await until("cluster DNS", step, POD_SECONDS, async () => {
    const found = await resolver
      .resolve4(`kubernetes.default.svc.${clusterDomain}`)
      .catch((): string[] => []);
    return found.includes(network.api);
  });
}
