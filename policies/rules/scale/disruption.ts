import { given } from "../../cel/text";
import { pages } from "../../frameworks";
import { podDisruptionBudget } from "../../kinds";
import { objectRule } from "../../rule";

const most = "object.spec.maxUnavailable";
const least = "object.spec.minAvailable";

export const drainable = objectRule({
  name: "disruption-budgets-allow-drains",
  title: "A disruption budget lets at least one pod go, or no node can ever be drained.",
  severity: "medium",
  on: [podDisruptionBudget],
  validations: [
    {
      when: given(most),
      holds: `${most} != 0 && ${most} != '0%' && ${most} != '0'`,
      property: "spec.maxUnavailable",
      wanted: "1 or more",
      message: "the budget lets no pod go",
    },
    {
      when: given(least),
      holds: `${least} != '100%'`,
      property: "spec.minAvailable",
      wanted: "less than all",
      message: "the budget lets no pod go",
    },
  ],
  fix: "Set maxUnavailable to 1.",
  url: pages.disruptions,
});
