/**
 * The ground the suites stand on: an engine, a cluster, the demo product's images. All of it is built and brought up
 * here, in the open and before the first test, so that a test's time limit is about the test.
 *
 * Tests have state of their own. A cluster that was running steps aside, with its data, and comes back after them.
 */
import { mkdirSync } from "node:fs";
import { cannotRun } from "../../toolchain/cluster/preflight";
import { e2eProgram, kubeProgram, kwokProgram } from "../../toolchain/cluster/programs";
import { buildImage } from "../../toolchain/images/archive";
import { e2eImages } from "../../toolchain/images/e2e";
import type { Image } from "../../toolchain/images/image";
import { image } from "../../toolchain/images/list";
import { Failure } from "../../toolchain/lib/failure";
import { stateDir } from "../../toolchain/lib/paths";
import { monitoringTool, monitoringTools } from "../../toolchain/monitoring";
import { steps, type Step } from "../../toolchain/lib/progress";
import { actionlint } from "../../toolchain/actionlint";
import { kubeScore } from "../../toolchain/kube-score";
import { obtain } from "../../toolchain/cache";
import { cannotInstall, ensurePackages } from "../../toolchain/packages";
import { fullImages, localImages } from "../lib/local-images";
import { OwnCluster, ownState, slipway, type Environment } from "../lib/own-cluster";
import type { Need } from "./suites";

/** This machine is of another kind: nothing of the checkout's doing. */
export class Impossible extends Failure {}

/** What the tests' own processes come from, by what needs them. */
const packages = {
  services: ["postgresql", "redis-server", "chromium", "fonts-noto-color-emoji", "docker-registry", "skopeo"],
  engine: ["docker.io", "docker-registry"],
};

const own = ownState("tests");

/** What suites stand on: prepared before any test, brought up for each suite, left as it was found. */
export interface Footing {
  prepare(need: Need): Promise<void>;
  of(need: Need): Promise<Environment>;
  leave(): Promise<void>;
}

export class Ground implements Footing {
  private readonly cluster = new OwnCluster(own);

  /** Builds what a suite needs, all of it before any test; throws Impossible with the reason where this machine cannot. */
  async prepare(need: Need): Promise<void> {
    if (need === "none") return;
    if (need === "services") {
      await install(packages.services);
      await make([
        ["actionlint", (step) => obtain(actionlint(), step)],
        ...monitoringTools.map((name): Making => [name, (step) => monitoringTool(name, step)]),
      ]);
      return;
    }
    if (need === "engine") {
      await install(packages.engine);
      await make([
        ["kube-score", (step) => obtain(kubeScore(), step)],
        // Kubernetes' programs are for Linux; elsewhere who needs them is skipped, and says so.
        ...(process.platform === "linux" ? kubernetes : []),
      ]);
      await slipway(["env", "--json"], own);
      return;
    }
    const reason = cannotRun();
    if (reason !== undefined) throw new Impossible(reason);
    if (need === "cluster" || need === "long") {
      await make([["Kubernetes' own tests", e2eProgram]]);
      await images(e2eImages);
    }
    const products = need === "cluster" ? [] : [...localImages, ...fullImages].map(image);
    await images([image("busybox"), ...products]);
    await this.cluster.up("--isolation");
  }

  /** The environment a suite runs in, its cluster up whatever the suite before did to it. */
  async of(need: Need): Promise<Environment> {
    if (need === "none" || need === "services") return own;
    if (need !== "engine") await this.cluster.up("--isolation");
    mkdirSync(stateDir("tests", "stacks"), { recursive: true, mode: 0o700 });
    const { stdout } = await slipway(["env", "--json"], own);
    const env = JSON.parse(stdout) as Environment;
    // The tests' cluster and no other: whose contexts a user has must not matter.
    const KUBECONFIG = need === "engine" ? undefined : stateDir("tests", "cluster", "kubeconfig");
    return { ...own, ...env, KUBECONFIG };
  }

  /** The machine as it was found. */
  leave(): Promise<void> {
    return this.cluster.leave();
  }
}

/** Where nothing can be installed, each suite that lacks something says what when it is skipped. */
async function install(names: string[]): Promise<void> {
  if ((await cannotInstall()) !== undefined) return;
  await steps([{ title: "Packages", run: (step) => ensurePackages(names, step) }]);
}

const kubernetes: Making[] = [
  ["Kubernetes", kubeProgram],
  ["kwok", kwokProgram],
];

type Making = [title: string, make: (step: Step) => Promise<unknown>];

const make = (list: Making[]) =>
  steps(
    list.map(([title, work]) => ({
      title,
      run: async (step) => {
        await work(step);
      },
    })),
  );

const images = (wanted: Image[]) =>
  make(wanted.map((each) => [`Image ${each.name}`, (step) => buildImage(each, step)]));
