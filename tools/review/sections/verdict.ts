/** One line a stack: what happens to it, and how bad that is. */
import { code, plural, table } from "../markdown";
import { count, type StackReview } from "../model";
import { countsText, took } from "../words";

export function verdictTable(reviews: StackReview[]): string {
  const rows = reviews.map((review) => [
    `${sign(review)} ${code(review.stack)}`,
    `**${verdict(review)}**`,
    countsText(count(review.changes)) || "none",
    policyText(review),
    took(review.seconds),
  ]);
  return table(["Stack", "Verdict", "Changes", "Policy", "Took"], rows);
}

function sign(review: StackReview): string {
  if (review.outcome === "failed") return "❌";
  if (review.outcome === "violated") return "⛔";
  if (dangers(review) > 0) return "🔴";
  return review.outcome === "changed" ? "🟡" : "🟢";
}

function verdict(review: StackReview): string {
  const danger = dangers(review);
  const unchecked = review.unchecked === undefined ? "" : " (unchecked)";
  const dangerous = danger > 0 ? plural(danger, "dangerous change") : "";
  switch (review.outcome) {
    case "failed":
      return `preview failed${unchecked}`;
    case "violated":
      return `against the policy${danger > 0 ? `, ${dangerous}` : ""}${unchecked}`;
    case "changed":
      return `${dangerous || "changes, no danger found"}${unchecked}`;
    case "unchanged":
      return `no change${unchecked}`;
  }
}

const dangers = ({ changes }: StackReview) => changes.filter((change) => change.danger !== undefined).length;

function policyText({ findings, notEvaluated, packs }: StackReview): string {
  if (packs.length === 0 && findings.length === 0) return "not run";
  const mandatory = findings.filter(({ level }) => level === "mandatory").length;
  const parts = [
    mandatory > 0 ? `**${plural(mandatory, "violation")}**` : "",
    findings.length > mandatory ? plural(findings.length - mandatory, "warning") : "",
    notEvaluated.length > 0 ? `${notEvaluated.length} not evaluated` : "",
  ].filter((part) => part !== "");
  return parts.join(", ") || "passed";
}
