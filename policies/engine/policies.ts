/** Rules as CrossGuard policies. */
import type {
  EnforcementLevel,
  PolicyResource,
  ReportViolation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { details, waiverLine } from "../findings";
import { Resource } from "../resource";
import type { Finding, Rule, Severity } from "../rule";
import type { Run } from "../run";
import { careful, fromConfig, fromStack, tiers, type Read } from "../settings";
import type { Json } from "../unknown";
import type { Tap } from "./tap";
import type * as Working from "./working";

/**
 * The policies, and where the engine's facts come from; `folder` is the pack's own.
 *
 * Every rule is a policy of its own, so that the engine lists it, and takes a level for it from a policy config. But only
 * two of them run: the SDK's server decodes a resource anew for every policy that looks at it, which for the whole table
 * took as long as the preview itself. So `settings`, which sees each resource first, runs all rules about single
 * resources, and `waivers` those over the stack; each finding carries its own rule's name, severity and level.
 */
export function policies(
  rules: readonly Rule[],
  { tap, folder, now }: { tap: Tap; folder: string; now: () => Date },
): (ResourceValidationPolicy | StackValidationPolicy)[] {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const names = [...byName.keys()];
  // What the program declared. The final state has it with the API server's defaults and other controllers' changes.
  const declared = new Map<string, Json>();
  let config: Json = {};
  let started: { run: Run; problems: readonly string[] } | undefined;

  /** The run begins with the first resource: before that the engine has told neither stack nor config. */
  function run(urn: string): Run {
    started ??= begin(urn);
    return started.run;
  }

  function begin(urn: string): { run: Run; problems: readonly string[] } {
    const stack = fromEngine() ?? fromFile(urn) ?? { settings: careful, problems: [] };
    const { settings, problems } = fromConfig(config, names, stack.settings);
    const wanted = rules.filter(({ name }) => tap.level(name) !== "disabled");
    const { Run: Work } = working();
    return { run: new Work(wanted, settings, now()), problems: [...stack.problems, ...problems] };
  }

  function fromEngine(): Read | undefined {
    const facts = tap.stack();
    if (facts === undefined) return undefined;
    const key = (name: string) => structured(facts.config(`${facts.project}:${name}`));
    return fromStack(key, names, "the stack's configuration");
  }

  function fromFile(urn: string): Read | undefined {
    const file = working().stackFile(folder, urn);
    return file === undefined ? undefined : fromStack(file.key, names, file.path);
  }

  function deliver(report: ReportViolation, findings: readonly Finding[]): void {
    for (const finding of findings) {
      const rule = byName.get(finding.rule);
      if (rule === undefined) continue;
      say(report, {
        name: finding.rule,
        message: details(finding, rule).join("\n"),
        urn: finding.urn,
        severity: finding.severity,
        enforcementLevel: finding.unknown === true ? "advisory" : level(finding.rule),
      });
    }
  }

  /** A local stack takes findings as advice; elsewhere the policy config decides, and its default is mandatory. */
  function level(rule: string): "advisory" | "mandatory" {
    if (started?.run.settings.tier === "local") return "advisory";
    return tap.level(rule) === "advisory" ? "advisory" : "mandatory";
  }

  const settingsPolicy: ResourceValidationPolicy = {
    name: "settings",
    description: "The stack's policy settings can be read. Runs the rules about single resources.",
    enforcementLevel: "mandatory",
    severity: "critical",
    configSchema: {
      properties: {
        tier: { type: "string", enum: [...tiers] },
        protect: { type: "boolean" },
        registries: { type: "array", items: { type: "string" } },
        rpo: { type: "string" },
        keep: { type: "string" },
        waivers: { type: "array", items: { type: "object" } },
      },
    },
    validateResource: (args, report) => {
      const raw = behind(args.props);
      if (args.type.startsWith("kubernetes:")) declared.set(args.urn, raw);
      if (started === undefined) {
        config = args.getConfig<Json>();
        started = begin(args.urn);
        for (const message of started.problems) {
          // A file that cannot be read must not pass for one without waivers, in any tier.
          say(report, { ...problem, message });
        }
      }
      const { type, name, urn, opts } = args;
      const secrets = () => tap.secretInputs(urn);
      deliver(report, run(urn).single(new Resource({ raw, type, name, urn, options: opts, secrets })));
    },
  };

  const waiversPolicy: StackValidationPolicy = {
    name: "waivers",
    description: "Every waiver is needed, and none has expired. Runs the rules over the whole stack.",
    enforcementLevel: "mandatory",
    severity: "high",
    validateStack: ({ resources }, report) => {
      const current = run(resources[0]?.urn ?? "");
      deliver(report, current.stack(resources.map(inStack)));
      // In a preview nothing more is known than a moment ago.
      if (tap.stack()?.preview !== true) deliver(report, current.owed(resources.map((one) => asIs(one))));
      for (const { waiver, state } of current.book.report()) {
        const holds = state === "holds";
        say(report, {
          name: "waivers",
          message: waiverLine(waiver, state),
          urn: undefined,
          severity: holds ? "low" : "high",
          enforcementLevel: holds ? "advisory" : level("waivers"),
        });
      }
      working().keepParsed();
    },
  };

  /** A resource as declared; what the engine has of it now, where it was not declared in this run. */
  function inStack(resource: PolicyResource): Resource {
    const secrets = resource.type === rootType ? () => tap.secretOutputs(resource.urn) : undefined;
    return asIs(resource, declared.get(resource.urn), secrets);
  }

  return [settingsPolicy, ...rules.map(described), waiversPolicy];
}

/** What it takes to evaluate, loaded when it is first needed: the engine starts the program only once the pack serves. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it at the start
const working = () => require("./working") as typeof Working;

/** Loads it, and reads all rules, while the program is still on its way. */
export function warmUp(rules: readonly Rule[]): void {
  const { prepare } = working();
  for (const rule of rules) if (rule.type === "object") prepare(rule, careful);
}

const problem = {
  name: "settings",
  urn: undefined,
  severity: "critical",
  enforcementLevel: "mandatory",
} as const;

/** What the engine is to know of a rule. */
function described(rule: Rule): ResourceValidationPolicy {
  const frameworks = rule.frameworks ?? [];
  const [framework] = frameworks;
  return {
    name: rule.name,
    description: rule.title,
    enforcementLevel: "mandatory",
    severity: rule.severity,
    remediationSteps: rule.fix,
    url: rule.url,
    tags: frameworks.map(({ name, version, reference }) => `${name} ${version}: ${reference}`),
    ...(framework === undefined ? {} : { framework: { ...framework, specification: framework.reference } }),
  };
}

/** What the pack's server takes beside a text; its types only name the text. */
interface Violation {
  name: string;
  message: string;
  urn: string | undefined;
  severity: Severity;
  enforcementLevel: EnforcementLevel;
}
const say = (report: ReportViolation, violation: Violation) => report(violation as unknown as string);

/** What a proxy of the engine's SDK stands in front of: the values with the marks of unknown ones. */
const behind = (props: Record<string, unknown>): Json => (props.__getSpecialProxyTarget ?? props) as Json;

const rootType = "pulumi:pulumi:Stack";

function asIs(
  { props, type, name, urn, opts }: PolicyResource,
  raw = behind(props),
  secrets?: () => readonly string[] | undefined,
): Resource {
  return new Resource({ raw, type, name, urn, options: opts, secrets });
}

/** Structured configuration comes as JSON, plain values as they are. */
function structured(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
