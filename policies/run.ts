/**
 * Rules, settings and waivers at work, whoever asks: the engine resource by resource, or the command over a folder of
 * manifests or a state. It keeps the book: what was waived, and what could not be evaluated yet.
 */
import { applies, evaluate } from "./evaluate";
import { groupOf } from "./kinds";
import { Stack, type Resource } from "./resource";
import type { Finding, ObjectRule, Report, ResourceRule, Rule, StackRule } from "./rule";
import type { Settings } from "./settings";
import { shown } from "./show";
import { Unknown } from "./unknown";
import { WaiverBook } from "./waivers";

export class Run {
  readonly book: WaiverBook;
  /** Rules that met an unknown value, by resource: they are owed an evaluation. */
  readonly #owed = new Map<string, { rule: Exclude<Rule, StackRule>; urn: string }>();

  readonly #byKind = new Map<string, ObjectRule[]>();
  readonly #others: ResourceRule[] = [];

  constructor(
    readonly rules: readonly Rule[],
    readonly settings: Settings,
    now: Date,
  ) {
    this.book = new WaiverBook(settings.waivers, now);
    for (const rule of rules) {
      if (rule.type === "resource") this.#others.push(rule);
      if (rule.type !== "object") continue;
      for (const { group, kind } of rule.on) {
        const key = `${group}/${kind}`;
        this.#byKind.set(key, [...(this.#byKind.get(key) ?? []), rule]);
      }
    }
  }

  /** What all rules over one resource find. */
  single(resource: Resource): Finding[] {
    const kind = resource.isObject ? kindOf(resource) : "";
    return [...(this.#byKind.get(kind) ?? []), ...this.#others].flatMap((rule) => this.one(rule, resource));
  }

  /** What all rules over the stack find. */
  stack(resources: readonly Resource[]): Finding[] {
    return this.rules.flatMap((rule) => (rule.type === "stack" ? this.whole(rule, resources) : []));
  }

  /** What a rule over one resource finds there, waived findings taken out. */
  one(rule: Exclude<Rule, StackRule>, resource: Resource): Finding[] {
    const findings = rule.type === "object" ? this.#object(rule, resource) : this.#resource(rule, resource);
    if (findings.length === 0) {
      this.#settle(rule, resource);
      return [];
    }
    if (this.book.waives(rule.name, resource)) return [];
    if (findings.some((finding) => finding.unknown === true)) this.#owe(rule, resource);
    else this.#settle(rule, resource);
    return findings;
  }

  /** What a rule over the whole stack finds. */
  whole(rule: StackRule, resources: readonly Resource[]): Finding[] {
    const findings: Finding[] = [];
    const say = (resource: Resource, finding: Finding) => {
      if (!this.book.waives(rule.name, resource)) findings.push(finding);
    };
    const stack = new Stack(resources, (resource, property) =>
      say(resource, notKnown(rule, resource, property)),
    );
    rule.check(stack, (resource, said) => say(resource, finding(rule, resource, said)), this.settings);
    return findings;
  }

  /** Evaluates, on the final state, what could not be evaluated before. */
  owed(resources: readonly Resource[]): Finding[] {
    const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    return [...this.#owed.values()].flatMap(({ rule, urn }) => {
      const resource = byUrn.get(urn);
      return resource === undefined ? [] : this.one(rule, resource);
    });
  }

  #object(rule: Extract<Rule, { type: "object" }>, resource: Resource): Finding[] {
    return applies(rule, resource) ? evaluate(rule, resource, this.settings) : [];
  }

  #resource(rule: Extract<Rule, { type: "resource" }>, resource: Resource): Finding[] {
    const findings: Finding[] = [];
    const report: Report = (about, said) => findings.push(finding(rule, about, said));
    try {
      if (rule.applies(resource)) rule.check(resource, report, this.settings);
    } catch (thrown) {
      if (!(thrown instanceof Unknown)) throw thrown;
      findings.push(notKnown(rule, resource, thrown.property));
    }
    return findings;
  }

  #owe(rule: Exclude<Rule, StackRule>, resource: Resource): void {
    if (resource.urn !== undefined)
      this.#owed.set(`${rule.name} ${resource.urn}`, { rule, urn: resource.urn });
  }

  #settle(rule: Rule, resource: Resource): void {
    if (this.#owed.size > 0) this.#owed.delete(`${rule.name} ${resource.urn ?? ""}`);
  }
}

const kindOf = ({ raw }: Resource): string => `${groupOf(raw.apiVersion) ?? "?"}/${String(raw.kind)}`;

function finding(rule: Rule, resource: Resource, said: Parameters<Report>[1]): Finding {
  return {
    rule: rule.name,
    severity: rule.severity,
    resource: resource.label,
    urn: resource.urn,
    fix: rule.fix,
    found: shown(resource.raw, said.property),
    ...said,
  };
}

function notKnown(rule: Rule, resource: Resource, property: string): Finding {
  return {
    ...finding(rule, resource, {
      property,
      wanted: "",
      message: "not evaluated: the value is not known before up",
    }),
    unknown: true,
  };
}
