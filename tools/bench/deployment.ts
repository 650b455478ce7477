/** A Deployment of two replicas through `pulumi up`, awaited, and the preview that finds nothing to do. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cannotRun } from "../../toolchain/cluster/preflight";
import { ensureImages } from "../../toolchain/images/ensure";
import { reference } from "../../toolchain/images/image";
import { image } from "../../toolchain/images/list";
import { run } from "../../toolchain/lib/run";
import { median, seconds, type Bench } from "./figure";
import { project } from "./project";

const ROUNDS = 3;
const stack = "bench";

export const deployment: Bench = {
  name: "deployment by pulumi up",
  skip: () => cannotRun() ?? false,
  measure: async ({ env: engine, cluster, step }) => {
    const kubeconfig = await cluster.kubeconfig();
    await ensureImages(["busybox"], step);
    const folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
    const env = {
      ...engine,
      KUBECONFIG: kubeconfig,
      PULUMI_BACKEND_URL: `file://${folder}/state`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
    };
    mkdirSync(join(folder, "state"));
    const cwd = project(folder, "deployment", program(`bench-${crypto.randomUUID().slice(0, 8)}`));
    const pulumi = (verb: string, ...flags: string[]) =>
      run("pulumi", [verb, "--stack", stack, "--non-interactive", "--suppress-progress", ...flags], {
        cwd,
        env,
      });
    const change = (verb: string) => pulumi(verb, "--yes", "--skip-preview");
    try {
      await run("pulumi", ["stack", "init", stack], { cwd, env });
      const ups: number[] = [];
      const previews: number[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        step.note(`round ${round} of ${ROUNDS}`);
        ups.push(await seconds(() => change("up")));
        previews.push(await seconds(() => pulumi("preview", "--expect-no-changes")));
        await change("destroy");
      }
      return [
        {
          name: "pulumi up of a Deployment, two replicas, awaited",
          value: median(ups),
          unit: "s",
          promise: 8,
        },
        { name: "pulumi preview of it, nothing to do", value: median(previews), unit: "s", promise: 3 },
      ];
    } catch (error) {
      await change("destroy"); // what a failed round left in the cluster
      throw error;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

const program = (namespace: string) => `
import * as kubernetes from "@pulumi/kubernetes";
const space = new kubernetes.core.v1.Namespace("space", { metadata: { name: "${namespace}" } });
const labels = { app: "bench" };
new kubernetes.apps.v1.Deployment("bench", {
  metadata: { namespace: space.metadata.name },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: "main", image: "${reference(image("busybox"))}", command: ["sleep", "3600"] }],
      },
    },
  },
});
`;
