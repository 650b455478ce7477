/** A stack's status as one page without anything beside it: no scripts, no fonts, no images from elsewhere. */
import type { Plot, Status } from "./figures";
import { alertTable, partTable, routeTable, signalTable, type Cell, type Table } from "./table";
import { duration, perSecond, share } from "./words";

const STYLE = `
  :root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --bad: #b3261e; --good: #1a7f37; --plot: #0969da; --paper: #fff; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --bad: #ff7b72; --good: #3fb950; --plot: #58a6ff; --paper: #0d1117; } }
  body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1.5rem; }
  h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } p { color: var(--soft); margin: .25rem 0 0; }
  .wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
  th, td { border-bottom: 1px solid var(--line); padding: .35rem .75rem .35rem 0; text-align: left; white-space: nowrap; }
  th { color: var(--soft); font-weight: 500; } td { font-variant-numeric: tabular-nums; }
  .bad { color: var(--bad); font-weight: 600; } .bad::after { content: " ●"; } .well { color: var(--good); font-weight: 600; }
  .plots { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
  figure { border: 1px solid var(--line); border-radius: .5rem; margin: 0; padding: .75rem; } figcaption { color: var(--soft); font-size: .85rem; }
  svg { display: block; height: 3.5rem; margin-top: .35rem; width: 100%; } path { fill: none; stroke: var(--plot); stroke-linecap: round; stroke-width: 2; vector-effect: non-scaling-stroke; }
  a { color: var(--plot); }`;

export function html(status: Status): string {
  const { alerts, at, product, routes, span, stack } = status;
  const time = `${at.toISOString().replace("T", " ").slice(0, 19)} UTC`;
  const tables = [routeTable(status), partTable(status), signalTable(status)];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(`${product}, ${stack}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(product)}</h1>
<p>Stack ${escaped(stack)}, <time datetime="${at.toISOString()}">${time}</time></p>
${alerts.length === 0 ? '<h2>Alerts</h2>\n<p class="well">Nothing rings.</p>' : table(alertTable(status))}
${tables.map((one) => (one.rows.length === 0 ? "" : table(one))).join("\n")}
<h2>The last ${escaped(duration(span))}</h2>
<div class="plots">
${routes
  .flatMap(({ plots, route }) => [
    figure(`${route}: requests`, plots.requests, perSecond, at, span),
    figure(`${route}: errors`, plots.errors, share, at, span),
    figure(`${route}: 95 of 100 within`, plots.p95, duration, at, span),
  ])
  .join("\n")}
</div>
</body>
</html>
`;
}

function table({ head, rows, title }: Table): string {
  const cell = ({ bad, text }: Cell) => `<td${bad === true ? ' class="bad"' : ""}>${escaped(text)}</td>`;
  return `<h2>${escaped(title)}</h2>
<div class="wide"><table>
<thead><tr>${head.map((name) => `<th scope="col">${escaped(name)}</th>`).join("")}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n")}
</tbody>
</table></div>`;
}

const WIDTH = 240;
const HEIGHT = 56;

function figure(title: string, points: Plot, say: (value: number) => string, at: Date, span: number): string {
  if (points.length === 0) return "";
  const most = Math.max(...points.map(([, value]) => value));
  const last = points.at(-1)?.[1] ?? 0;
  const start = at.getTime() / 1000 - span;
  const x = (time: number) => (((time - start) / span) * WIDTH).toFixed(1);
  const y = (value: number) => (HEIGHT - 2 - (most === 0 ? 0 : value / most) * (HEIGHT - 4)).toFixed(1);
  const path = points
    .map(([time, value], index) => `${index === 0 ? "M" : "L"}${x(time)} ${y(value)}`)
    .join("");
  // One point alone is drawn as a dot: a line of no length with round ends.
  const dot = points.length === 1 ? "h0.01" : "";
  const words = `now ${say(last)}, at most ${say(most)}`;
  return `<figure><figcaption>${escaped(title)}: ${escaped(words)}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escaped(`${title}, ${words}`)}"><path d="${path}${dot}"/></svg></figure>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
