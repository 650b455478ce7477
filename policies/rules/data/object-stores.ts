import { given, text } from "../../cel/text";
import { nsa, pages } from "../../frameworks";
import { objectStore } from "../../kinds";
import { objectRule } from "../../rule";

const store = "object.spec.configuration";

export const backupStores = objectRule({
  name: "backup-stores-are-safe",
  title: "Backups travel encrypted, and are kept for a declared time.",
  severity: "high",
  frameworks: [nsa("Protecting sensitive information")],
  on: [objectStore],
  variables: { tier: ({ tier }) => text(tier) },
  validations: [
    {
      when: "variables.tier != 'local'",
      holds: `!${given(`${store}.endpointURL`)} || ${store}.endpointURL.startsWith('https://')`,
      property: "spec.configuration.endpointURL",
      wanted: "an https:// address",
      message: "backups travel in plain text",
    },
    {
      holds: "has(object.spec.retentionPolicy) && object.spec.retentionPolicy.matches('^[1-9][0-9]*[dwm]$')",
      property: "spec.retentionPolicy",
      wanted: "a time such as 30d",
      message: "nobody said how long backups are kept",
    },
    {
      when: given(`${store}.data.encryption`),
      holds: `${store}.data.encryption in ['AES256', 'aws:kms']`,
      property: "spec.configuration.data.encryption",
      wanted: "AES256 or aws:kms, or nothing for the bucket's own",
      message: "backups are stored unencrypted",
    },
  ],
  fix: "Use an https:// endpoint and say in spec.retentionPolicy how long backups are kept.",
  url: pages.barman,
});
