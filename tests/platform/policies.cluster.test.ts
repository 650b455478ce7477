/** The platform's admission policies at work: a good pod is admitted, a bad one refused, and who is not policed is left alone. */
import assert from "node:assert/strict";
import { checkout } from "../../toolchain/lib/paths";
import { files } from "../../toolchain/cluster/layout";
import { run } from "../../toolchain/lib/run";
import { project, removeProjects, type Project } from "../helpers/pulumi";
import { eventually } from "../helpers/services";
import { fixtures, type Loose } from "../policies/fixtures";

const name = `policed-${process.pid}`;
/** Of its own, so that nobody else on the cluster is policed meanwhile. */
const label = "slipway.dev/policed-by-test";

const program = `
import * as kubernetes from "@pulumi/kubernetes";
import { Policies, policiesSchema } from "${checkout}/platform/policies";
const provider = new kubernetes.Provider("cluster", { context: "slipway" });
const policed = new kubernetes.core.v1.Namespace("policed", { metadata: { name: "${name}", labels: { "${label}": "${name}" } } }, { provider });
new kubernetes.core.v1.Namespace("free", { metadata: { name: "${name}-free" } }, { provider });
new Policies("policies", policiesSchema.parse({ action: "deny", label: "${label}=${name}" }), { provider, dependsOn: policed });
`;

describe("the platform's policies", function () {
  this.timeout(180_000);
  let stack: Project;

  before(async () => {
    stack = await project(program, {
      env: { KUBECONFIG: files.kubeconfig },
      runtime: { typescript: false, nodeargs: "--require ts-node/register/transpile-only" },
    });
    await stack.must("up", "--yes", "--skip-preview");
  });
  after(async () => {
    await stack.must("destroy", "--yes", "--skip-preview");
    await removeProjects();
  });

  /** What the API server says to a pod, without keeping it. */
  const ask = async (pod: Loose, namespace = name) => {
    pod.metadata.namespace = namespace;
    delete pod.spec.serviceAccountName; // there is none of that name
    const words = ["--kubeconfig", files.kubeconfig, "create", "--dry-run=server", "--filename", "-"];
    return run("kubectl", words, { input: JSON.stringify(pod), allowFailure: true });
  };
  const rooted = () => {
    const pod: Loose = fixtures.Pod();
    pod.spec.containers[0].securityContext.runAsNonRoot = false;
    return pod;
  };

  it("refuse a bad pod in the rule's words, and admit a good one", async () => {
    // The server's own caches have the policies a moment after it has stored them.
    const { stderr } = await eventually("a refusal", async () => {
      const answer = await ask(rooted());
      return answer.code !== 0 && answer;
    });
    assert.match(
      stderr,
      /slipway-pods-run-as-non-root.* denied request: pods-run-as-non-root: container api may run as root/,
    );
    const good = await ask(fixtures.Pod());
    assert.equal(good.code, 0, good.stderr);
  });

  it("say nothing in other namespaces", async () => {
    const answer = await ask(rooted(), `${name}-free`);
    assert.equal(answer.code, 0, answer.stderr);
    assert.doesNotMatch(answer.stderr, /pods-run-as-non-root/);
  });
});
