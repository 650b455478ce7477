/**
 * A stack's life on a real API server: `pulumi up` to its end, a second one that changes nothing, the policy pack over what
 * is there then, and `destroy`, after which nothing is left. Nodes and operators are stood in for; see control-plane.ts.
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Cloud, clouds } from "../../clouds";
import { check } from "../../policies/check";
import { rules } from "../../policies/index";
import { fromState } from "../../policies/manifests";
import { fromStack } from "../../policies/settings";
import { Stack } from "../../tools/lib/stack";
import { quiet } from "../../toolchain/lib/progress";
import { ControlPlane } from "../helpers/control-plane";
import { engineEnv } from "../helpers/pulumi";
import { definitions, stages } from "./operators";
import { type Example, fileOf, settingsOf } from "./stacks";

/** Kinds that the cluster makes by itself, of what is there, and forgets by itself. */
const passing = new Set(["events", "events.events.k8s.io", "leases.coordination.k8s.io"]);

export class Lives {
  readonly plane = new ControlPlane();
  /** What pulumi and slipway find its stacks and the API server by. */
  env: Record<string, string> = {};

  async start(examples: readonly Example[]): Promise<void> {
    const contexts = examples.flatMap((example) =>
      Object.values(settingsOf(example).clusters).flatMap(({ context }) => context ?? []),
    );
    const classes = Object.values<Cloud>(clouds).flatMap(({ storageClass }) => storageClass ?? []);
    const storageClasses = [...new Set(["local-path", ...classes])];
    const kinds = await definitions();
    await this.plane.start({ contexts: [...new Set(contexts)], kinds, nodes: 6, stages, storageClasses });
    const state = join(this.plane.folder, "state");
    mkdirSync(state);
    this.env = {
      ...(await engineEnv()),
      PULUMI_BACKEND_URL: `file://${state}`,
      KUBECONFIG: this.plane.kubeconfig,
    };
  }

  /** `midway` is done while all of it is there. */
  async live(example: Example, midway?: (stack: string) => Promise<void>): Promise<void> {
    const { path, product, stack } = example;
    const one = new Stack({ project: "", stack: `${product}-${stack}`, file: path, env: this.env });
    const before = await this.everything();
    const first = await one.up(quiet);
    assert.ok(first.changed > 20, `up made ${first.changed} resources`);
    assert.equal((await one.up(quiet)).changed, 0, "a second up changes something");
    const state = await one.state();
    assert.deepEqual(policed(example, state), []);
    await midway?.(`${product}-${stack}`);
    await one.import(unprotected(state));
    await one.destroy(quiet);
    const after = await this.everything();
    assert.deepEqual(
      after.filter((object) => !before.includes(object)),
      [],
      "destroy leaves something",
    );
  }

  stop(): Promise<void> {
    return this.plane.stop();
  }

  /** Every object of every kind that the API server has. */
  private async everything(): Promise<string[]> {
    const kinds = (await this.plane.kubectl("api-resources", "--verbs=list", "--output=name"))
      .trim()
      .split("\n")
      .filter((kind) => !passing.has(kind));
    const objects = await this.plane.kubectl(
      ...["get", kinds.join(","), "--all-namespaces", "--ignore-not-found", "--output=name"],
    );
    return objects.trim().split("\n");
  }
}

/** The state after `pulumi state unprotect`, which whoever means to end a production stack has to say. */
function unprotected(state: unknown): unknown {
  const freed = structuredClone(state) as { deployment: { resources: { protect?: boolean }[] } };
  for (const resource of freed.deployment.resources) delete resource.protect;
  return freed;
}

/** What the rules say of what the stack has deployed. */
function policed(example: Example, state: unknown): string[] {
  const { raw } = fileOf(example);
  const names = rules.map(({ name }) => name);
  const { settings } = fromStack((key) => raw[key], names, example.path);
  const resources = fromState(state) ?? [];
  assert.ok(resources.length > 20, "the state is next to empty");
  const { findings } = check(rules, resources, settings, new Date());
  return findings.map(({ rule, resource, property }) => `${rule}: ${resource} ${property}`);
}
