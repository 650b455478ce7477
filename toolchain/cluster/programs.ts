/** The programs the embedded cluster is made of, built from the modules beside this file. */
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { obtain, type Recipe } from "../cache";
import { go } from "../go";
import { goRecipe, type GoProgram } from "../gobuild";
import { checkout } from "../lib/paths";
import type { Step } from "../lib/progress";
import { run } from "../lib/run";

export const kubernetesVersion = "1.36.3";

const stamp = (name: string) => `-X k8s.io/${name}/version`;
const versionFlags = ["component-base", "client-go/pkg"].flatMap((library) => [
  `${stamp(library)}.gitVersion=v${kubernetesVersion}`,
  `${stamp(library)}.gitMajor=1`,
  `${stamp(library)}.gitMinor=${kubernetesVersion.split(".")[1] ?? ""}`,
]);

/** What a program in Kubernetes' module depends on: the module's versions, and its own folder. */
const ofKubernetes = (folder: string) => (path: string) =>
  path === "go.mod" ||
  path === "go.sum" ||
  (path.endsWith(".go") && folder !== "" && path.startsWith(folder));

/** A program that compiles beside Kubernetes, against the same libraries. */
export function besideKubernetes(
  program: Pick<GoProgram, "name" | "version" | "package"> & Partial<GoProgram>,
): Recipe {
  const folder = program.package.startsWith("./cmd/") ? program.package.slice(2) : "";
  return goRecipe({
    module: "cluster/kube",
    output: program.name,
    sources: ofKubernetes(folder),
    ...program,
  });
}

function kubeRecipe(): Recipe {
  const base = goRecipe({
    name: "kube",
    version: kubernetesVersion,
    module: "cluster/kube",
    package: ".",
    output: "kube",
    ldflags: versionFlags,
    sources: (path) => ["go.mod", "go.sum", "main.go"].includes(path),
  });
  return {
    ...base,
    inputs: [...base.inputs, "kubectl is a link to it"],
    build: async (into, step, log) => {
      await base.build(into, step, log);
      symlinkSync("kube", join(into, "kubectl"));
    },
  };
}

/** Upstream's own end-to-end tests, as one program. */
const e2eRecipe = () =>
  besideKubernetes({
    name: "e2e.test",
    version: kubernetesVersion,
    package: "k8s.io/kubernetes/test/e2e",
    tests: true,
    ldflags: versionFlags,
  });

/** Files that lie in the module of a program, copied out of it: `from` in the module, `to` in the artefact. */
export function moduleFiles(
  about: { name: string; version: string; module: string; source: string },
  copies: { from: string; to: string }[],
): Recipe {
  return {
    name: about.name,
    version: about.version,
    inputs: [about.source, JSON.stringify(copies)],
    build: async (into, step, log) => {
      const cwd = join(checkout, "toolchain", about.module);
      const command = await go(step);
      await run(command, ["mod", "download", about.source], { cwd, log });
      const { stdout } = await run(command, ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", about.source], {
        cwd,
      });
      for (const { from, to } of copies) {
        cpSync(join(stdout.trim(), from), join(into, to), { recursive: true });
      }
      await run("chmod", ["-R", "u+w", into]); // modules are read-only, and caches must be removable
    },
  };
}

export const recipes = {
  kube: kubeRecipe,
  e2e: e2eRecipe,
  supervisor: () =>
    goRecipe({
      name: "supervisor",
      version: "1",
      module: "cluster/supervisor",
      package: ".",
      output: "supervisor",
    }),
  kwokStages: () =>
    moduleFiles(
      { name: "kwok-stages", version: "0.8.0", module: "cluster/kube", source: "sigs.k8s.io/kwok" },
      ["node/fast", "node/heartbeat-with-lease", "pod/fast"].map((stage) => ({
        from: `kustomize/stage/${stage}`,
        to: stage,
      })),
    ),
  kwok: () => besideKubernetes({ name: "kwok", version: "0.8.0", package: "sigs.k8s.io/kwok/cmd/kwok" }),
};

/** Every Kubernetes component in one executable, by its first word. */
export const kubeProgram = async (step: Step) => join(await obtain(recipes.kube(), step), "kube");
export const kubectlProgram = async (step: Step) => join(await obtain(recipes.kube(), step), "kubectl");
export const supervisorProgram = async (step: Step) =>
  join(await obtain(recipes.supervisor(), step), "supervisor");
export const kwokProgram = async (step: Step) => join(await obtain(recipes.kwok(), step), "kwok");
export const e2eProgram = async (step: Step) => join(await obtain(recipes.e2e(), step), "e2e.test");
