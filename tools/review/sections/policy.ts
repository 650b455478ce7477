/** What the policy pack found, what it could not judge, and which waivers run out. */
import type { Block } from "../budget";
import { groups } from "../groups";
import { code, plural, row, table, words } from "../markdown";
import type { Finding, NotEvaluated, StackReview, Waiver } from "../model";

/** A waiver is told of this many days before it ends. */
const SOON = 30;

export function policyBlocks({ findings, notEvaluated, waivers }: StackReview): Block[] {
  const soon = waivers.filter(({ daysLeft }) => daysLeft <= SOON);
  if (findings.length + notEvaluated.length + soon.length === 0) return [];
  return [
    {
      text: "#### Policy\n\n",
      inner: [...findingBlocks(findings), ...notEvaluatedBlocks(notEvaluated), ...waiverBlocks(soon)],
    },
  ];
}

function findingBlocks(findings: Finding[]): Block[] {
  if (findings.length === 0) return [];
  const key = ({ rule, level, severity, message }: Finding) =>
    JSON.stringify([rule, level, severity, message]);
  return [
    {
      text: table(["", "Rule", "Resource", "Finding"], []),
      inner: groups(findings, key).map(findingBlock),
      rest: (gone) => row(["", `… and ${gone} more`, "", ""]),
      end: "\n",
    },
  ];
}

/** One rule's finding, with every resource that has it. */
function findingBlock(findings: Finding[]): Block {
  const [first] = findings;
  if (first === undefined) return { text: "" };
  const mandatory = first.level === "mandatory";
  const level = `${mandatory ? "⛔" : "⚠️"} ${first.severity === undefined ? first.level : words(first.severity)}`;
  const head = `| ${level} | ${code(first.rule)} | `;
  return {
    text: head,
    inner: findings.map(({ resource }, index) => ({
      text: `${index === 0 ? "" : ", "}${resource === undefined ? "the stack" : code(resource)}`,
      yields: [{ order: mandatory ? 98 : 97, to: "", lost: ["policy finding", "policy findings"] }],
    })),
    rest: (gone) => ` … and ${gone} more`,
    end: ` | ${words(first.message)} |\n`,
    yields: [
      {
        order: mandatory ? 91 : 75,
        to: head,
        end: " |  |\n",
        lost: ["text of a policy finding", "texts of policy findings"],
      },
    ],
  };
}

function notEvaluatedBlocks(notEvaluated: NotEvaluated[]): Block[] {
  if (notEvaluated.length === 0) return [];
  return [
    {
      text: `<details><summary>${plural(notEvaluated.length, "judgement")} left until the values are known (checked again after the deployment)</summary>\n\n${table(["Rule", "Resource", "Not known yet"], [])}`,
      inner: notEvaluated.map(({ rule, resource, why }) => ({
        text: row([code(rule), resource === undefined ? "the stack" : code(resource), code(why)]),
        yields: [{ order: 70, to: "", lost: ["judgement left open", "judgements left open"] }],
      })),
      rest: (gone) => row([`… and ${gone} more`, "", ""]),
      end: "\n</details>\n\n",
    },
  ];
}

function waiverBlocks(waivers: Waiver[]): Block[] {
  if (waivers.length === 0) return [];
  return [
    {
      text: `**Waivers that run out**\n\n${table(["Rule", "Resource", "Owner", "Ends", "Reason"], [])}`,
      inner: waivers.map(({ rule, resource, owner, reason, expires, daysLeft }) => {
        const ends = `${words(expires)} ${daysLeft < 0 ? "(**expired**)" : `(in ${plural(daysLeft, "day")})`}`;
        return {
          text: row([code(rule), code(resource), code(owner), ends, words(reason, 200)]),
          yields: [{ order: 72, to: "", lost: ["waiver that runs out", "waivers that run out"] }],
        };
      }),
      rest: (gone) => row([`… and ${gone} more`, "", "", "", ""]),
      end: "\n",
    },
  ];
}
