/** A rule's CEL against one object, as the API server would evaluate it, with findings that name the property. */
import { program, Subject, type Outcome } from "./cel/engine";
import { isKind } from "./kinds";
import { elements, lists, podPath, podSpec, type Element } from "./lists";
import type { Finding, ObjectRule, Validation } from "./rule";
import type { Resource } from "./resource";
import type { Settings } from "./settings";
import { shown } from "./show";
import { isObject } from "./unknown";

const variablesOf = new WeakMap<ObjectRule, { settings: Settings; variables: Record<string, string> }>();

/** All the variables that a rule's expressions can use, as CEL. */
export function variables(rule: ObjectRule, settings: Settings): Record<string, string> {
  const known = variablesOf.get(rule);
  if (known?.settings === settings) return known.variables;
  const made: Record<string, string> = { pod: podSpec };
  for (const [name, list] of Object.entries(lists)) made[name] = list.cel;
  for (const [name, text] of Object.entries(rule.variables ?? {})) {
    made[name] = typeof text === "string" ? text : text(settings);
  }
  variablesOf.set(rule, { settings, variables: made });
  return made;
}

export function applies(rule: ObjectRule, resource: Resource): boolean {
  return resource.isObject && rule.on.some((kind) => isKind(resource.raw, kind));
}

/** The validation as one expression that is true when all is well: `when` implies `holds`. */
export const implied = ({ when, holds }: Validation): string =>
  when === undefined ? holds : `!(${when}) || (${holds})`;

/** Reads all of a rule's expressions ahead of its first object. */
export function prepare(rule: ObjectRule, settings: Settings): void {
  for (const text of Object.values(variables(rule, settings))) program(text);
  for (const validation of rule.validations) program(implied(validation));
}

export function evaluate(rule: ObjectRule, resource: Resource, settings: Settings): Finding[] {
  const subject = new Subject(resource.raw, variables(rule, settings));
  const findings: Finding[] = [];
  for (const validation of rule.validations) {
    const { each } = validation;
    const among = each === undefined ? [undefined] : elements(resource.raw, each);
    if ("unknown" in among) {
      findings.push(unknown(rule, resource, among.unknown));
      continue;
    }
    for (const element of among) {
      const found = judge(
        rule,
        resource,
        validation,
        subject.evaluate(implied(validation), element),
        element,
      );
      if (found !== undefined) findings.push(found);
    }
  }
  return withoutRepeats(findings);
}

function judge(
  rule: ObjectRule,
  resource: Resource,
  validation: Validation,
  outcome: Outcome,
  element: Element | undefined,
): Finding | undefined {
  if ("unknown" in outcome) return unknown(rule, resource, outcome.unknown);
  if ("value" in outcome && outcome.value === true) return undefined;
  const property = place(resource, validation.property, element);
  const what = named(validation, element);
  const about = base(rule, resource);
  if ("error" in outcome) {
    return {
      ...about,
      property,
      wanted: validation.wanted,
      message: `${what}cannot be judged: ${outcome.error}`,
    };
  }
  return {
    ...about,
    property,
    found: shown(resource.raw, property),
    wanted: validation.wanted,
    message: `${what}${validation.message}`,
  };
}

function base(rule: ObjectRule, resource: Resource) {
  return {
    rule: rule.name,
    severity: rule.severity,
    resource: resource.label,
    urn: resource.urn,
    fix: rule.fix,
  };
}

function unknown(rule: ObjectRule, resource: Resource, property: string): Finding {
  return {
    ...base(rule, resource),
    property,
    wanted: "",
    message: "not evaluated: the value is not known before up",
    unknown: true,
  };
}

function place(resource: Resource, property: string, element: Element | undefined): string {
  if (property.startsWith("pod:")) return `${podPath(resource.raw)}.${property.slice(4)}`;
  if (element === undefined) return property;
  return property === "" ? element.path : `${element.path}.${property}`;
}

/** What a list calls its elements, for messages of both engines. */
export const nouns: Readonly<Record<NonNullable<Validation["each"]>, string>> = {
  containers: "container",
  ownContainers: "container",
  longRunning: "container",
  volumes: "volume",
  listeners: "listener",
  rules: "rule",
  ports: "port",
};

function named({ each }: Validation, element: Element | undefined): string {
  if (each === undefined || element === undefined) return "";
  const name =
    isObject(element.value) && typeof element.value.name === "string" ? ` ${element.value.name}` : "";
  return `${nouns[each]}${name} `;
}

/** One unknown value can leave several validations of a rule open; saying so once is enough. */
function withoutRepeats(findings: Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    if (finding.unknown !== true) return true;
    const fresh = !seen.has(finding.property);
    seen.add(finding.property);
    return fresh;
  });
}
