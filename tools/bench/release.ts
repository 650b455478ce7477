/** A release of the demo from nothing, and the way back by itself after a smoke test that fails. */
import { cannotRun } from "../../toolchain/cluster/preflight";
import { Failure } from "../../toolchain/lib/failure";
import { EXIT } from "../release/outcome";
import { beside } from "../testing/beside";
import { Project } from "../testing/project";
import { slipway } from "../lib/own-cluster";
import type { Bench } from "./figure";

const NAME = "bench-release";

export const release: Bench = {
  name: "release and the way back",
  skip: () => cannotRun() ?? false,
  measure: async ({ cluster, step }) => {
    const KUBECONFIG = await cluster.kubeconfig();
    if (cluster.own !== undefined) {
      step.note("the platform");
      await slipway(["up"], cluster.state);
    }
    const project = new Project(NAME);
    await project.make({ ...cluster.state, KUBECONFIG });
    try {
      step.note("a first release");
      const settings = beside(NAME);
      await project.commit(settings);
      const first = await timed(project, 0);
      step.note("a release whose smoke test fails");
      await project.commit({ ...settings, ...broken(settings) });
      const second = await timed(project, EXIT.rolledBack);
      const failed = second.at("✖ Smoke test");
      return [
        { name: "deploy of the demo, from nothing", promise: 180, unit: "s", value: first.took },
        {
          name: "back by itself after a failed smoke test",
          promise: 60,
          unit: "s",
          value: second.took - failed,
        },
      ];
    } finally {
      await project.remove();
    }
  },
};

/** Another version, with a smoke test that no version passes. */
function broken({ parts }: Record<string, unknown>): Record<string, unknown> {
  const { api, ...others } = parts as Record<string, { env: object }>;
  return {
    parts: { ...others, api: { ...api, env: { ...api?.env, RELEASE: "broken" } } },
    smoke: [{ contains: "no version says this", host: "api", name: "the impossible", path: "/health" }],
  };
}

/** A deployment that must end as it should: how long it took, and when it said what. */
async function timed(project: Project, code: number) {
  const began = performance.now();
  const since = () => (performance.now() - began) / 1000;
  const lines: { line: string; at: number }[] = [];
  const answer = await project.slipway(["deploy", "--json", "--no-policy"], {}, (line) =>
    lines.push({ at: since(), line }),
  );
  const took = since();
  if (answer.code !== code) {
    throw new Failure(`the deployment ended with exit ${answer.code} instead of ${code}`, {
      details: answer.stderr.trim().split("\n").slice(-20),
    });
  }
  return {
    at: (text: string): number => {
      const found = lines.find(({ line }) => line.includes(text));
      if (found === undefined) throw new Failure(`the deployment never said ${text}`);
      return found.at;
    },
    took,
  };
}
