/** Names taken out of URNs: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */

/** The logical name: all after the type, which may itself contain `::`. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}

/** `kubernetes:apps/v1:Deployment` -> `Deployment`. */
export function kindOf(type: string): string {
  return type.slice(type.lastIndexOf(":") + 1) || type;
}

export const isStack = (type: string) => type === "pulumi:pulumi:Stack";
export const isProvider = (type: string) => type.startsWith("pulumi:providers:");
