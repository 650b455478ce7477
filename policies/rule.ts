/**
 * What a rule is. A rule about one Kubernetes object is CEL, which two engines read: CrossGuard in preview and
 * the API server at admission. Rules over other resources, or over several, are TypeScript.
 */
import type { Kind } from "./kinds";
import type { Resource, Stack } from "./resource";
import type { Settings } from "./settings";

export type Severity = "critical" | "high" | "medium" | "low";
export const severities: readonly Severity[] = ["critical", "high", "medium", "low"];

/** Where a rule comes from, outside of this house. */
export interface Framework {
  readonly name: string;
  readonly version: string;
  readonly reference: string;
}

interface RuleBase {
  /** Also the name of the CrossGuard policy and of the admission policy. */
  readonly name: string;
  /** What is true when the rule holds, as a sentence. */
  readonly title: string;
  readonly severity: Severity;
  readonly frameworks?: readonly Framework[];
  /** What to do about a finding, in one or two sentences. */
  readonly fix: string;
  readonly url: string;
}

/** Lists whose every element a validation can look at; see lists.ts. */
export type ListName =
  "containers" | "ownContainers" | "longRunning" | "volumes" | "listeners" | "rules" | "ports";

export interface Validation {
  /** Looks at each element of this list, which is `c` in the CEL; without it, at the object. */
  readonly each?: ListName;
  /** CEL: the validation says nothing unless this is true. */
  readonly when?: string;
  /** CEL: true when all is well. */
  readonly holds: string;
  /** The property a finding points at: below the element, below `pod:` (the pod's spec), or of the object. */
  readonly property: string;
  readonly wanted: string;
  /** What is wrong, to follow the name of what it is wrong with: `may run as root`. */
  readonly message: string;
}

/** CEL, or CEL that depends on the stack's settings (a list of registries). */
export type Expression = string | ((settings: Settings) => string);

export interface ObjectRule extends RuleBase {
  readonly type: "object";
  readonly on: readonly Kind[];
  readonly variables?: Readonly<Record<string, Expression>>;
  readonly validations: readonly Validation[];
}

/** What a rule saw that should not be. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** `Deployment/shop/api`, or the resource's type and name. */
  readonly resource: string;
  readonly urn?: string | undefined;
  readonly property: string;
  /** Absent when the value must not be shown. */
  readonly found?: string | undefined;
  readonly wanted: string;
  readonly message: string;
  readonly fix: string;
  /** The value is not known before `up`: nothing is said about it yet. */
  readonly unknown?: boolean;
}

/** What a TypeScript rule says; the rest of the finding is the rule's. */
export type Report = (
  resource: Resource,
  finding: Pick<Finding, "property" | "message" | "wanted"> & Partial<Pick<Finding, "found" | "fix">>,
) => void;

/** A rule over one resource of any provider. */
export interface ResourceRule extends RuleBase {
  readonly type: "resource";
  readonly applies: (resource: Resource) => boolean;
  readonly check: (resource: Resource, report: Report, settings: Settings) => void;
}

/** A rule over the whole stack. */
export interface StackRule extends RuleBase {
  readonly type: "stack";
  readonly check: (stack: Stack, report: Report, settings: Settings) => void;
}

export type Rule = ObjectRule | ResourceRule | StackRule;

export const objectRule = (rule: Omit<ObjectRule, "type">): ObjectRule => ({ type: "object", ...rule });
export const resourceRule = (rule: Omit<ResourceRule, "type">): ResourceRule => ({
  type: "resource",
  ...rule,
});
export const stackRule = (rule: Omit<StackRule, "type">): StackRule => ({ type: "stack", ...rule });
