// What kube-score, which knows nothing of Slipway, says of every stack's manifests.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { obtain } from "../../toolchain/cache";
import { kubeScore } from "../../toolchain/kube-score";
import { quiet } from "../../toolchain/lib/progress";
import { run } from "../../toolchain/lib/run";
import { render, stacks, type Rendered } from "./rendered";

const CRITICAL = 1;

/** Where we see it otherwise, and why. */
const ignored: Record<string, string> = {
  "container-image-pull-policy": "an image named by its digest cannot be another one tomorrow",
  "container-security-context-user-group-id":
    "who the user is, the image says; that it is not root, the policies do",
  "container-ephemeral-storage-request-and-limit": "roots are read-only and each volume has its own limit",
  "networkpolicy-targets-pod": "it does not know the pods that operators make",
  "statefulset-has-servicename": "one Redis: nobody asks for it by its pod's name",
  "pod-probes-identical":
    "a page server that answers is both alive and ready; the two differ in their patience",
};

interface Scored {
  object_name: string;
  checks: {
    check: { id: string };
    grade: number;
    skipped: boolean;
    comments: { path: string; summary: string }[] | null;
  }[];
}

describe("kube-score", function () {
  this.timeout(180_000);
  let program = "";
  before(async () => {
    program = join(await obtain(kubeScore(), quiet), "kube-score");
  });

  for (const stack of stacks) {
    it(`finds nothing critical in ${stack}`, async () => {
      const rendered = await render(stack);
      try {
        assert.deepEqual(await critical(rendered), []);
      } finally {
        rendered.remove();
      }
    });
  }

  it("would say so: a container without limits, as root", async () => {
    const rendered = await render("local");
    try {
      const at = rendered.objects.findIndex(({ kind }) => kind === "Deployment");
      const broken = structuredClone(rendered.objects[at]) as unknown as {
        spec: { template: { spec: { containers: Record<string, unknown>[] } } };
      };
      for (const container of broken.spec.template.spec.containers) {
        delete container.resources;
        delete container.securityContext;
      }
      writeFileSync(rendered.files[at] ?? assert.fail(), JSON.stringify(broken));
      const found = (await critical(rendered)).join("\n");
      assert.match(found, /container-resources/);
      assert.match(found, /container-security-context/);
    } finally {
      rendered.remove();
    }
  });

  async function critical({ files }: Rendered): Promise<string[]> {
    const ignore = Object.keys(ignored).flatMap((id) => ["--ignore-test", id]);
    const { stdout } = await run(program, ["score", "--output-format", "json", ...ignore, ...files], {
      allowFailure: true, // it ends with 1 when anything is critical
    });
    return (JSON.parse(stdout) as Scored[]).flatMap(({ object_name, checks }) =>
      checks
        .filter(({ grade, skipped }) => !skipped && grade <= CRITICAL)
        .map(
          ({ check, comments }) =>
            `${object_name}: ${check.id}: ${(comments ?? []).map(({ path, summary }) => `${path} ${summary}`).join("; ")}`,
        ),
    );
  }
});
