/** Rules as ValidatingAdmissionPolicies: the same CEL, for the API server. */
import { implied, nouns, variables } from "./evaluate";
import { text } from "./cel/text";
import { pod, type Kind } from "./kinds";
import type { ObjectRule, Rule, Validation } from "./rule";
import type { Settings } from "./settings";

export interface Binding {
  /** Label, with its value, of the namespaces (or, for cluster-wide kinds, of the objects) that are policed. */
  readonly label: readonly [name: string, value: string];
  /** `deny` refuses; `warn` lets pass, tells the client and writes to the audit log. */
  readonly action: "deny" | "warn";
}

export type Manifest = Readonly<Record<string, unknown>>;

const api = { apiVersion: "admissionregistration.k8s.io/v1" } as const;

/** Policies and bindings of all rules about single objects. */
export function admissionPolicies(rules: readonly Rule[], settings: Settings, binding: Binding): Manifest[] {
  return rules.flatMap((rule) => {
    if (rule.type !== "object") return [];
    const here = rule.on.filter((kind) => kind.clusterWide !== true);
    const wide = rule.on.filter((kind) => kind.clusterWide === true);
    return [
      ...(here.length === 0 ? [] : pair(rule, here, settings, binding, false)),
      ...(wide.length === 0 ? [] : pair(rule, wide, settings, binding, true)),
    ];
  });
}

function pair(
  rule: ObjectRule,
  kinds: readonly Kind[],
  settings: Settings,
  binding: Binding,
  wide: boolean,
): Manifest[] {
  const name = `slipway-${rule.name}${wide ? "-cluster" : ""}`;
  const [label, value] = binding.label;
  const chosen = { matchLabels: { [label]: value } };
  return [
    {
      ...api,
      kind: "ValidatingAdmissionPolicy",
      metadata: {
        name,
        labels: { "app.kubernetes.io/managed-by": "slipway", "slipway.dev/severity": rule.severity },
        annotations: { "slipway.dev/title": rule.title, "slipway.dev/url": rule.url },
      },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: { resourceRules: resourceRules(kinds) },
        variables: used(rule, settings),
        validations: rule.validations.map((validation) => admission(rule, validation)),
      },
    },
    {
      ...api,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name, labels: { "app.kubernetes.io/managed-by": "slipway" } },
      spec: {
        policyName: name,
        validationActions: binding.action === "deny" ? ["Deny"] : ["Warn", "Audit"],
        matchResources: wide ? { objectSelector: chosen } : { namespaceSelector: chosen },
      },
    },
  ];
}

/** One rule an API group; for pods also the way by which debugging containers come. */
function resourceRules(kinds: readonly Kind[]): Manifest[] {
  const groups = new Map<string, Kind[]>();
  for (const kind of kinds) {
    const group = `${kind.group}/${kind.version}`;
    groups.set(group, [...(groups.get(group) ?? []), kind]);
  }
  const rules = [...groups.values()].map((together): Manifest => ({
    apiGroups: [together[0]?.group ?? ""],
    apiVersions: [together[0]?.version ?? ""],
    operations: ["CREATE", "UPDATE"],
    resources: together.map(({ plural }) => plural),
  }));
  return kinds.some(({ kind }) => kind === pod.kind)
    ? [
        ...rules,
        {
          apiGroups: [""],
          apiVersions: ["v1"],
          operations: ["UPDATE"],
          resources: ["pods/ephemeralcontainers"],
        },
      ]
    : rules;
}

/** The variables that the rule's expressions need, each after those that it needs itself. */
function used(rule: ObjectRule, settings: Settings): { name: string; expression: string }[] {
  const all = variables(rule, settings);
  const order: string[] = [];
  const visit = (expression: string) => {
    for (const [, name] of expression.matchAll(/\bvariables\.(\w+)/g)) {
      const text = name === undefined ? undefined : all[name];
      if (name === undefined || text === undefined || order.includes(name)) continue;
      visit(text);
      order.push(name);
    }
  };
  for (const validation of rule.validations) {
    visit(implied(validation));
    if (validation.each !== undefined) visit(`variables.${validation.each}`);
  }
  return order.map((name) => ({ name, expression: all[name] ?? "" }));
}

function admission(rule: ObjectRule, validation: Validation): Manifest {
  const { each, message, property, wanted } = validation;
  const rest = `${message}; ${property.replace("pod:", "")} should be ${wanted}. To mend: ${rule.fix} See ${rule.url}`;
  const said = `${rule.name}: `;
  const good = implied(validation);
  if (each === undefined) return { expression: good, message: `${said}${rest}`, reason: "Forbidden" };
  const names = `variables.${each}.filter(c, !(${good})).map(c, has(c.name) ? string(c.name) : '?').join(', ')`;
  return {
    expression: `variables.${each}.all(c, ${good})`,
    message: `${said}a ${nouns[each]} ${rest}`,
    messageExpression: `${text(`${said}${nouns[each]} `)} + ${names} + ${text(` ${rest}`)}`,
    reason: "Forbidden",
  };
}
