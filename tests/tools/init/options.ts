/** What `init --from-compose` is told when nothing is said. */
import type { ConvertOptions } from "../../../tools/init/compose/convert";

export const options = (more: Partial<ConvertOptions> = {}): ConvertOptions => ({
  alerts: "pagerduty",
  allow: [],
  fallback: "shop",
  keys: {},
  profiles: [],
  tier: "local",
  ...more,
});
