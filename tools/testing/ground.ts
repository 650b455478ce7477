/**
 * The ground the suites stand on: an engine, a cluster, the demo product's images. All of it is built and brought up
 * here, in the open and before the first test, so that a test's time limit is about the test.
 *
 * Tests have state of their own. A cluster that was running steps aside, with its data, and comes back after them.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { files } from "../../toolchain/cluster/layout";
import { isolated } from "../../toolchain/cluster/isolation";
import { cannotRun } from "../../toolchain/cluster/preflight";
import { buildImage } from "../../toolchain/images/archive";
import { image } from "../../toolchain/images/list";
import { Failure } from "../../toolchain/lib/failure";
import { checkout, stateDir } from "../../toolchain/lib/paths";
import { steps, type Step } from "../../toolchain/lib/progress";
import { actionlint } from "../../toolchain/actionlint";
import { kubeScore } from "../../toolchain/kube-score";
import { obtain } from "../../toolchain/cache";
import { cannotInstall, ensurePackages } from "../../toolchain/packages";
import { localImages } from "../lib/local-images";
import type { Need } from "./suites";

export type Environment = Record<string, string | undefined>;

/** This machine is of another kind: nothing of the checkout's doing. */
export class Impossible extends Failure {}

/** What the tests' own processes come from, by what needs them. */
const packages = {
  services: ["postgresql", "redis-server", "chromium", "fonts-noto-color-emoji", "docker-registry", "skopeo"],
  engine: ["docker.io", "docker-registry"],
};

const state = stateDir("tests");

/** Neither the user's clusters, nor their stacks, nor their secrets. */
const own: Environment = {
  SLIPWAY_STATE: state,
  KUBECONFIG: undefined,
  PULUMI_BACKEND_URL: `file://${join(state, "stacks")}`,
  PULUMI_CONFIG_PASSPHRASE: undefined,
  PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
  // ./slipway's own way of running TypeScript is not that of the programs under test.
  TS_NODE_PROJECT: undefined,
  TS_NODE_TRANSPILE_ONLY: undefined,
};

export class Ground {
  private aside: "nothing" | "plain" | "isolated" = "nothing";
  private raised = false;

  /** The environment a suite runs in; throws Impossible with the reason where this machine cannot give it. */
  async of(need: Need): Promise<Environment> {
    if (need === "none") return own;
    if (need === "services") {
      await install(packages.services);
      await make([["actionlint", (step) => obtain(actionlint(), step)]]);
      return own;
    }
    if (need === "engine") {
      await install(packages.engine);
      await make([["kube-score", (step) => obtain(kubeScore(), step)]]);
    } else {
      const reason = cannotRun();
      if (reason !== undefined) throw new Impossible(reason);
      await images(need === "cluster" ? ["busybox"] : ["busybox", ...localImages]);
      await this.raise();
    }
    mkdirSync(join(state, "stacks"), { recursive: true, mode: 0o700 });
    const { stdout } = await slipway(["env", "--json"], own);
    return { ...own, ...(JSON.parse(stdout) as Environment) };
  }

  private async raise(): Promise<void> {
    if (!this.raised && existsSync(files.owner)) {
      const was = isolated() ? "isolated" : "plain";
      await slipway(["cluster", "down"], {});
      this.aside = was;
    }
    this.raised = true;
    await slipway(["cluster", "up", "--isolation"], own);
  }

  /** The machine as it was found. */
  async leave(): Promise<void> {
    if (this.raised) await slipway(["cluster", "reset"], own);
    if (this.aside !== "nothing") await slipway(["cluster", "up"], {});
  }
}

/** Where nothing can be installed, each suite that lacks something says what when it is skipped. */
async function install(names: string[]): Promise<void> {
  if ((await cannotInstall()) !== undefined) return;
  await steps([{ title: "Packages", run: (step) => ensurePackages(names, step) }]);
}

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

const images = (names: string[]) =>
  make(names.map((name) => [`Image ${name}`, (step) => buildImage(image(name), step)]));

/** The command in a process of its own, as where its state lies is settled once a process; its progress is passed on. */
function slipway(words: string[], env: Environment): Promise<{ stdout: string }> {
  const child = spawn(process.execPath, [...process.execArgv, join(checkout, "tools", "main.ts"), ...words], {
    cwd: checkout,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => (stdout += chunk));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) =>
      code === 0
        ? done({ stdout })
        : fail(new Failure(`./slipway ${words.join(" ")} failed (exit ${code ?? "by a signal"})`)),
    );
  });
}
