/** `slipway policy`: the rules, outside of a preview: over manifests, over a stack's state, and as admission policies. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { stringify } from "yaml";
import { check, type Checked } from "../policies/check";
import { stackFile } from "../policies/engine/stack-file";
import { details, waiverLine } from "../policies/findings";
import { rules } from "../policies/index";
import { fromManifests, fromState } from "../policies/manifests";
import type { Finding } from "../policies/rule";
import type { Resource } from "../policies/resource";
import { careful, fromConfig, fromStack, type Read, type Settings } from "../policies/settings";
import { isObject, type Json } from "../policies/unknown";
import { admissionPolicies } from "../policies/vap";
import { engine } from "../toolchain/engine";
import { Failure, messageOf } from "../toolchain/lib/failure";
import { checkout } from "../toolchain/lib/paths";
import { quiet } from "../toolchain/lib/progress";
import { run } from "../toolchain/lib/run";
import { environment } from "./lib/environment";
import { onCluster } from "./policy/live";

const names = rules.map(({ name }) => name);
const say = (line: string) => process.stdout.write(`${line}\n`);

export function register(program: Command): void {
  const policy = program
    .command("policy")
    .description("the policy pack: list its rules, check with them, print them for the cluster");

  policy
    .command("list")
    .description("the rules, worst first within each area")
    .option("--json", "for machines")
    .action(({ json }: { json?: boolean }) => list(json === true));

  policy
    .command("check")
    .description("checks a folder of manifests, or what a stack has deployed, without running its program")
    .option("--manifests <place>", "a folder of YAML or JSON manifests, or one file")
    .option("--stack <name>", "a stack, by its state")
    .option("--live", "with --stack: the objects as their clusters have them now, not as they were deployed")
    .option("--state <file>", "a state as `pulumi stack export` prints it")
    .option("--config <file>", "a policy config file, as for --policy-pack-config")
    .option("--each", "only the rules about single resources: nothing is expected of the rest of the folder")
    .option("--json", "for machines")
    .action((options: CheckOptions) => checkAll(options));

  policy
    .command("vap")
    .description("prints the same rules as ValidatingAdmissionPolicies with their bindings")
    .option(
      "--label <name=value>",
      "namespaces (and cluster-wide objects) with this label are policed",
      label,
      ["slipway.dev/policies", "enforced"] as const,
    )
    .option(
      "--action <deny|warn>",
      "refuse, or only warn and write to the audit log",
      action,
      "deny" as const,
    )
    .option("--config <file>", "a policy config file: its tier and registries count")
    .action((options: { label: readonly [string, string]; action: "deny" | "warn"; config?: string }) => {
      const { settings, problems } = configured(options.config, { settings: careful, problems: [] });
      refuse(problems);
      const manifests = admissionPolicies(rules, settings, { label: options.label, action: options.action });
      process.stdout.write(
        manifests
          .map((manifest) => stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false }))
          .join("---\n"),
      );
    });
}

function label(text: string): readonly [string, string] {
  const [name, value, ...rest] = text.split("=");
  if (name === undefined || name === "" || value === undefined || rest.length > 0) {
    throw new InvalidArgumentError("Write it as name=value, for example slipway.dev/policies=enforced.");
  }
  return [name, value];
}

function action(text: string): "deny" | "warn" {
  if (text !== "deny" && text !== "warn") throw new InvalidArgumentError("Allowed: deny, warn.");
  return text;
}

function list(json: boolean): void {
  if (json) {
    say(
      JSON.stringify(
        rules.map(({ name, title, severity, type, frameworks = [], fix, url }) => ({
          name,
          title,
          severity,
          type,
          frameworks,
          fix,
          url,
        })),
        undefined,
        2,
      ),
    );
    return;
  }
  const width = Math.max(...names.map((name) => name.length));
  for (const { name, severity, title } of rules)
    say(`${name.padEnd(width)}  ${severity.padEnd(8)}  ${title}`);
}

interface CheckOptions {
  manifests?: string;
  stack?: string;
  live?: boolean;
  state?: string;
  config?: string;
  each?: boolean;
  json?: boolean;
}

async function checkAll(options: CheckOptions): Promise<void> {
  const given = [options.manifests, options.stack, options.state].filter((place) => place !== undefined);
  if (given.length !== 1) {
    throw new Failure("policy check wants one thing to check", {
      next: "slipway policy check --manifests FOLDER, or --stack NAME, or --state FILE",
    });
  }
  if (options.live === true && options.stack === undefined) {
    throw new Failure("--live is for what a stack has deployed", {
      next: "slipway policy check --stack NAME --live",
    });
  }
  const state = options.manifests === undefined ? await stateOf(options) : undefined;
  const resources = state === undefined ? manifestsAt(options.manifests ?? "") : resourcesOf(state, options);
  const { settings, problems } = configured(options.config, ofStack(resources));
  refuse(problems);
  const wanted = options.each === true ? rules.filter(({ type }) => type !== "stack") : rules;
  const live =
    options.live === true ? await onCluster(state, resources, wanted, await environment(quiet)) : undefined;
  const checked = check(wanted, resources, settings, new Date(), live);
  if (options.json === true)
    say(JSON.stringify({ resources: resources.length, tier: settings.tier, ...checked }, undefined, 2));
  else print(checked, resources.length, settings);
  if (fails(checked, settings)) process.exitCode = 1;
}

function manifestsAt(place: string): readonly Resource[] {
  if (!existsSync(place))
    throw new Failure(`${place} is not there`, { next: "name a folder of manifests, or one file" });
  const { resources, problems } = fromManifests(place);
  if (problems.length > 0) {
    throw new Failure("some manifests cannot be read", {
      details: [...problems],
      next: "mend them, then check again",
    });
  }
  if (resources.length === 0) throw new Failure(`${place} has no manifests (.yaml, .yml or .json)`);
  return resources;
}

async function stateOf(options: CheckOptions): Promise<unknown> {
  const { stack, state } = options;
  const text = state === undefined ? await exported(stack ?? "") : readFileSync(state, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure(`${placeOf(options)} is no state`, { details: [messageOf(error)] });
  }
}

function resourcesOf(state: unknown, options: CheckOptions): Resource[] {
  const resources = fromState(state);
  if (resources === undefined || resources.length === 0) {
    throw new Failure(`${placeOf(options)} has no resources`, {
      next: "deploy it first, or check its manifests",
    });
  }
  return resources;
}

const placeOf = ({ stack, state }: CheckOptions): string => state ?? `stack ${stack ?? ""}`;

async function exported(stack: string): Promise<string> {
  const answer = await run("pulumi", ["stack", "export", "--stack", stack], {
    cwd: checkout,
    env: (await engine()).env,
    allowFailure: true,
  });
  if (answer.code === 0) return answer.stdout;
  throw new Failure(`the state of stack ${stack} cannot be read`, {
    details: answer.stderr.trim().split("\n"),
    next: "pulumi stack ls shows the stacks of this backend",
  });
}

/** What the stack's own file says, when the resources are a stack's. */
function ofStack(resources: readonly Resource[]): Read {
  const urn = resources.find((resource) => resource.urn !== undefined)?.urn;
  const file = urn === undefined ? undefined : stackFile(join(checkout, "policies"), urn);
  return file === undefined ? { settings: careful, problems: [] } : fromStack(file.key, names, file.path);
}

function configured(file: string | undefined, base: Read): Read {
  if (file === undefined) return base;
  if (!existsSync(file)) throw new Failure(`the policy config ${file} is not there`);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Failure(`the policy config ${file} is no JSON`, { details: [messageOf(error)] });
  }
  const settings: Json = isObject(content) && isObject(content.settings) ? content.settings : {};
  const read = fromConfig(settings, names, base.settings);
  return { settings: read.settings, problems: [...base.problems, ...read.problems] };
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Failure("the policy settings cannot be read", {
    details: [...problems],
    next: "mend them, then check again",
  });
}

function print({ findings, waivers }: Checked, count: number, { tier }: Settings): void {
  for (const { waiver, state } of waivers) say(waiverLine(waiver, state));
  if (waivers.length > 0) say("");
  for (const finding of findings) {
    say(heading(finding));
    for (const line of details(finding, rules.find(({ name }) => name === finding.rule) ?? { url: "" }))
      say(`    ${line}`);
  }
  const open = findings.filter(({ unknown }) => unknown === true).length;
  const advice = tier === "local" && findings.length > open ? ", as advice: the stack is local" : "";
  say(
    `${count} resources, ${findings.length - open} findings${advice}, ${open} not evaluated, ${waivers.length} waivers`,
  );
}

const heading = ({ severity, rule, resource, unknown }: Finding) =>
  `${unknown === true ? "not evaluated" : severity}  ${resource}  ${rule}`;

function fails({ findings, waivers }: Checked, { tier }: Settings): boolean {
  return (
    tier !== "local" &&
    (findings.some(({ unknown }) => unknown !== true) || waivers.some(({ state }) => state !== "holds"))
  );
}
