/** The runbook: one Markdown page to be read at night, all names and numbers the stack's own. */
import { rehearsalHome } from "../../../config/rehearsal";
import { ADVICE, USUAL } from "./advice";
import { disasters, kubectlOf } from "./disasters";
import type { Alert, Facts } from "./facts";

const ORDER = ["critical", "high", "medium", "low"];

export function page(facts: Facts): string {
  const { settings, stack } = facts;
  const found = disasters.flatMap(({ title, text }) => {
    const said = text(facts);
    return said === undefined ? [] : [{ said, title }];
  });
  return [
    `# ${settings.product}, ${stack}: runbook`,
    `Made by \`./slipway runbook ${stack}\` from the stack file: change that, not this.`,
    table(facts),
    people(facts),
    "## First",
    [
      "```sh",
      `./slipway status ${stack}   # what rings, what promises are left`,
      `./slipway releases ${stack} # did something just change?`,
      `./slipway smoke ${stack}    # what do visitors see?`,
      "```",
    ].join("\n"),
    "## Disasters",
    found.map(({ title }) => `- [${title}](#${title.toLowerCase().replaceAll(" ", "-")})`).join("\n"),
    ...found.flatMap(({ title, said }) => [`### ${title}`, said]),
    "## Alerts",
    ...alerts(facts),
    "",
  ].join("\n\n");
}

function table({ context, database, settings }: Facts): string {
  const { hosts, namespace, parts, postgres, targets } = settings;
  const backup = postgres?.mode === "operator" ? postgres.backup : undefined;
  const rows: [string, string][] = [
    ["cluster", `\`${context}\`, namespace \`${namespace}\``],
    [
      "hosts",
      Object.values(hosts)
        .map(({ name }) => `<https://${name}>`)
        .join(", "),
    ],
    [
      "parts",
      Object.entries(parts)
        .map(
          ([name, { scale }]) =>
            `${name} (${scale.min === scale.max ? scale.min : `${scale.min} to ${scale.max}`})`,
        )
        .join(", "),
    ],
    ...(database === undefined ? [] : [["database", `\`${database}\``] as [string, string]]),
    ...(backup === undefined
      ? []
      : [
          [
            "backups",
            `\`${backup.bucket.text}\`, ${backup.every.text}, changes within ${backup.wal.text}, kept ${backup.keep.days} days`,
          ] as [string, string],
        ]),
    [
      "promised",
      [
        `${targets.availability.text} available`,
        ...(targets.rpo === undefined ? [] : [`at most ${targets.rpo.text} lost`]),
        ...(targets.rto === undefined ? [] : [`back within ${targets.rto.text}`]),
      ].join(", "),
    ],
  ];
  return ["| what | is |", "| --- | --- |", ...rows.map(([what, is]) => `| ${what} | ${is} |`)].join("\n");
}

function people({ settings: { runbook } }: Facts): string {
  const { contacts, escalateAfter, statusPage } = runbook;
  return [
    contacts.length === 0
      ? "Nobody is named to be called: `runbook.contacts` in the stack file."
      : [
          `To be called, the next one after ${escalateAfter.text}:`,
          "",
          ...contacts.map(({ name, how }, at) => `${at + 1}. ${name}: ${how}`),
        ].join("\n"),
    ...(statusPage === undefined ? [] : [`Users are told on <${statusPage}>.`]),
  ].join("\n\n");
}

/** One section a name, so that an alert's link leads to it: `#errorbudgetburns`. */
function alerts(facts: Facts): string[] {
  if (facts.alerts.length === 0) return ["This stack has none: `monitoring` is off."];
  const byName = new Map<string, Alert[]>();
  for (const alert of facts.alerts) byName.set(alert.name, [...(byName.get(alert.name) ?? []), alert]);
  const worst = (all: Alert[]) => Math.min(...all.map(({ severity }) => ORDER.indexOf(severity)));
  return [...byName]
    .sort(([a, one], [b, other]) => worst(one) - worst(other) || (a < b ? -1 : 1))
    .flatMap(([name, all]) => [`### ${name}`, kinds(all), ...todo(name, facts)]);
}

/** What rings, and how bad it is after how long. */
function kinds(all: readonly Alert[]): string {
  const said = new Map<string, Set<string>>();
  for (const { severity, summary, wait } of all) {
    const how = `**${severity}**${wait === "0s" ? "" : ` after ${wait}`}`;
    said.set(plain(summary), (said.get(plain(summary)) ?? new Set()).add(how));
  }
  return [...said].map(([summary, how]) => `- ${summary}: ${[...how].join(", ")}`).join("\n");
}

/** Prometheus fills these in; here nobody does. */
const plain = (text: string): string => text.replace(/\{\{[^}]*\}\}/g, "…");

/** Parts of one alert share its advice; where there is one part only, it is named. */
function todo(name: string, facts: Facts): string[] {
  const parts = [...new Set(facts.alerts.filter((alert) => alert.name === name).map(({ part }) => part))];
  const part = parts.length === 1 && parts[0] !== "" ? (parts[0] ?? "PART") : "PART";
  const filled = (ADVICE[name] ?? USUAL).map((line) =>
    line
      .replaceAll("KUBECTL", kubectlOf(facts))
      .replaceAll("DRILLS", rehearsalHome(facts.settings.namespace))
      .replaceAll("STACK", facts.stack)
      .replaceAll("POSTGRES", facts.database ?? "postgres")
      .replaceAll("PART", part),
  );
  const blocks: string[] = [];
  for (const line of filled) {
    const command = /^(\.\/slipway|kubectl) /.test(line);
    const last = blocks.at(-1);
    if (command && last?.startsWith("```"))
      blocks[blocks.length - 1] = last.replace(/```$/, `${line}\n\`\`\``);
    else blocks.push(command ? ["```sh", line, "```"].join("\n") : line);
  }
  return blocks;
}
