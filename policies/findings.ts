/** Findings for people: the worst first, each with the property, what was found, what is wanted and how to get there. */
import { severities, type Finding, type Rule } from "./rule";
import type { Waiver } from "./waivers";

/** Worst first; then by rule, resource and property, so that two runs print the same. */
export function sorted(findings: readonly Finding[]): Finding[] {
  const rank = (finding: Finding) =>
    severities.indexOf(finding.severity) + (finding.unknown === true ? 10 : 0);
  const key = (finding: Finding) => `${finding.rule} ${finding.resource} ${finding.property}`;
  return [...findings].sort((a, b) => rank(a) - rank(b) || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** The lines below a finding's heading. */
export function details(finding: Finding, rule: Pick<Rule, "url">): string[] {
  if (finding.unknown === true) return [`${finding.property}: ${finding.message}; checked again when it is`];
  const found = finding.found === undefined ? "" : `found ${finding.found}, `;
  return [
    finding.message,
    `${finding.property}: ${found}wanted ${finding.wanted}`,
    `to mend: ${finding.fix}`,
    `see ${rule.url}`,
  ];
}

/** A waiver, as every preview shows it. */
export function waiverLine(
  { rule, resource, owner, reason, expires }: Waiver,
  state: "holds" | "expired" | "unused",
): string {
  const what = `${rule} for ${resource}, by ${owner} until ${expires}: ${reason}`;
  switch (state) {
    case "holds":
      return `waived: ${what}`;
    case "expired":
      return `a waiver has expired: ${what}. Mend the finding, or agree on a new day`;
    case "unused":
      return `a waiver is not needed: ${what}. Delete it`;
  }
}
