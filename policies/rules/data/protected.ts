import { pages } from "../../frameworks";
import { persistentVolumeClaim, postgresCluster, statefulSet } from "../../kinds";
import { resourceRule } from "../../rule";
import type { Resource } from "../../resource";

/** What holds data that nobody can make again. */
function holdsData(resource: Resource): boolean {
  if (resource.is(postgresCluster) || resource.is(persistentVolumeClaim)) return true;
  if (resource.is(statefulSet)) {
    const { spec } = resource.props as { spec?: { volumeClaimTemplates?: unknown[] } };
    return (spec?.volumeClaimTemplates ?? []).length > 0;
  }
  return resource.type === "cloudflare:index/r2Bucket:R2Bucket";
}

/** With `protect` the engine itself refuses to delete or replace it, until someone says `pulumi state unprotect`. */
export const dataProtected = resourceRule({
  name: "data-is-protected",
  title: "What holds data cannot be deleted or replaced by accident.",
  severity: "high",
  applies: (resource) => resource.options !== undefined && holdsData(resource),
  check: (resource, report, { protect }) => {
    if (!protect || resource.options?.protect === true) return;
    report(resource, {
      property: "options.protect",
      found: "false",
      wanted: "true",
      message: "a renamed or removed line would delete this data",
    });
  },
  fix: "Make it with the option {protect: true}; a stack whose data may be lost says protect: false.",
  url: pages.pulumiProtect,
});
