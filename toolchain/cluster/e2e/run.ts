/** Runs upstream's own end-to-end tests, as they are, against the embedded cluster: named cases, several at once. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { e2eImages, e2eRegistries } from "../../images/e2e";
import { ensureBuilt } from "../../images/ensure";
import { Failure } from "../../lib/failure";
import { cacheDir } from "../../lib/paths";
import type { Step } from "../../lib/progress";
import { run } from "../../lib/run";
import { files } from "../layout";
import { e2eProgram, kubectlProgram } from "../programs";

export interface Outcome {
  name: string;
  state: "passed" | "failed" | "skipped";
  /** Why it did not pass. */
  message?: string;
  seconds: number;
}

interface Options {
  step: Step;
  /** How many run at once. */
  workers?: number;
  kubeconfig?: string;
}

/** Each case by the name that `e2e.test --list-tests` gives it. */
export async function runCases(
  names: string[],
  { step, workers = 3, ...options }: Options,
): Promise<Outcome[]> {
  const program = await e2eProgram(step);
  const kubectl = await kubectlProgram(step);
  await ensureBuilt(e2eImages, step);
  const folder = mkdtempSync(join(tmpdir(), "slipway-e2e-"));
  try {
    const repositories = join(folder, "repositories.yaml");
    writeFileSync(repositories, stringify(e2eRegistries));
    let done = 0;
    const share = async (worker: number) => {
      const mine = names.filter((_, index) => index % workers === worker);
      if (mine.length === 0) return [];
      const report = join(folder, `report-${worker}.json`);
      const log = cacheDir("logs", `e2e-${worker}.log`);
      rmSync(log, { force: true });
      const answer = await run(
        program,
        [
          `--kubeconfig=${options.kubeconfig ?? files.kubeconfig}`,
          `--kubectl-path=${kubectl}`,
          "--provider=skeleton",
          "--dump-logs-on-failure=false",
          "--ginkgo.v", // a line for each case, for the progress shown and for the log
          "--ginkgo.no-color",
          "--ginkgo.timeout=1h",
          `--ginkgo.json-report=${report}`,
          ...mine.map((name) => `--ginkgo.focus= ${escaped(name)}$`),
        ],
        {
          cwd: folder,
          log,
          env: { KUBE_TEST_REPO_LIST: repositories },
          allowFailure: true, // what failed is in the report
          onLine: (line) => {
            if (!/^[•S] ?\[/.test(line)) return;
            done += 1;
            step.note(`${done} of ${names.length} cases`);
          },
        },
      );
      return outcomes(report, mine, log, answer.code);
    };
    return (await Promise.all(Array.from({ length: workers }, (_, worker) => share(worker)))).flat();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const escaped = (name: string) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** What ginkgo writes of each case. */
interface Spec {
  ContainerHierarchyTexts: string[] | null;
  LeafNodeType: string;
  LeafNodeText: string;
  State: string;
  RunTime: number;
  Failure?: { Message: string };
}

function outcomes(report: string, names: string[], log: string, code: number): Outcome[] {
  const specs = new Map<string, Spec>();
  for (const spec of read(report, log, code)) {
    if (spec.LeafNodeType !== "It" && spec.State === "failed") {
      throw new Failure(`upstream's tests could not begin: ${spec.LeafNodeType} failed`, {
        details: (spec.Failure?.Message ?? "").split("\n").slice(0, 6),
        log,
      });
    }
    specs.set([...(spec.ContainerHierarchyTexts ?? []), spec.LeafNodeText].join(" ").trim(), spec);
  }
  return names.map((name) => {
    const spec = specs.get(name);
    if (!spec) {
      throw new Failure(`upstream's tests have no case called ${name}`, {
        next: "take its name from `e2e.test --list-tests`",
      });
    }
    const passed = spec.State === "passed";
    return {
      name,
      state: passed ? "passed" : spec.State === "skipped" ? "skipped" : "failed",
      ...(passed ? {} : { message: spec.Failure?.Message ?? `it is ${spec.State}` }),
      seconds: spec.RunTime / 1e9,
    };
  });
}

function read(report: string, log: string, code: number): Spec[] {
  try {
    const suites = JSON.parse(readFileSync(report, "utf8")) as { SpecReports: Spec[] | null }[];
    return suites.flatMap((suite) => suite.SpecReports ?? []);
  } catch (error) {
    throw new Failure(`upstream's tests ended with ${code} and left no report`, { log, cause: error });
  }
}
