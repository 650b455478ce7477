/** A stack's status for the terminal. */
import type { Status } from "./figures";
import { alertTable, partTable, routeTable, signalTable, type Cell, type Table } from "./table";

const RED = "\u001B[31m";
const PLAIN = "\u001B[0m";

export function text(status: Status, colours: boolean): string {
  const time = status.at.toISOString().replace("T", " ").slice(0, 19);
  const tables = [routeTable(status), partTable(status), signalTable(status)];
  return [
    `${status.product}, stack ${status.stack}, ${time} UTC`,
    "",
    ...(status.alerts.length === 0 ? ["Nothing rings."] : drawn(alertTable(status), colours)),
    ...tables.flatMap((table) => (table.rows.length === 0 ? [] : ["", ...drawn(table, colours)])),
    "",
  ].join("\n");
}

function drawn({ head, rows, title }: Table, colours: boolean): string[] {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.text.length ?? 0)),
  );
  const line = (cells: readonly Cell[]) =>
    `  ${cells
      .map(({ bad, text: said }, column) => {
        const padded = said.padEnd(widths[column] ?? 0);
        return colours && bad === true ? `${RED}${padded}${PLAIN}` : padded;
      })
      .join("  ")}`.trimEnd();
  return [
    title,
    line(head.map((name) => ({ text: name }))),
    // Without colours, too, it must be seen what is wrong.
    ...rows.map((row) => `${line(row)}${!colours && row.some(({ bad }) => bad === true) ? "  !" : ""}`),
  ];
}
