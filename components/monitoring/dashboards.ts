/** The views as dashboards, by Grafana's own SDK. The same views make the same text, letter for letter. */
/* eslint-disable @typescript-eslint/no-deprecated -- the classic form is what dashboards in files are read as in every Grafana in use; the newer one only in the newest */
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  VizLegendOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  type Dashboard,
  DatasourceVariableBuilder,
  type Panel as GrafanaPanel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as NumberBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as PlotBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { physicalName } from "../naming";
import { type Shown, views } from "./views";
import type { Panel, Unit, ViewArgs } from "./views/view";

/** At least four readings, whatever the zoom. */
const WINDOW = "$__rate_interval";
const SOURCE = { type: "prometheus", uid: "${datasource}" };
const UNITS: Readonly<Record<Unit, string>> = {
  "a second": "reqps",
  bytes: "bytes",
  count: "short",
  milliseconds: "ms",
  money: "currencyUSD",
  seconds: "s",
  share: "percentunit",
};
const COLUMNS = 2;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 8;

/** Dashboards by name, as Grafana reads them. */
export function dashboards(args: ViewArgs): Record<string, Dashboard> {
  return Object.fromEntries(
    Object.entries(views(args, WINDOW)).map(([name, shown]) => [name, dashboard(args, name, shown)]),
  );
}

function dashboard({ product, watched }: ViewArgs, name: string, { panels, title }: Shown): Dashboard {
  const builder = new DashboardBuilder(`${product}: ${title}`)
    .uid(physicalName("Dashboard", "slipway", product, name))
    .tags(["slipway", product])
    .readonly()
    .time({ from: "now-6h", to: "now" })
    .refresh("30s")
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"))
    .annotation(
      // A new version is a new ReplicaSet; the time is the value itself.
      new AnnotationQueryBuilder()
        .name("Deploys")
        .datasource(SOURCE)
        .enable(true)
        .iconColor("blue")
        .expr(`kube_replicaset_created{namespace="${watched.namespace}"} * 1000`)
        .useValueForTime(true)
        .titleFormat("Deploy")
        .textFormat("{{replicaset}}"),
    );
  panels.forEach((panel, index) => builder.withPanel(panelOf(panel, index)));
  return builder.build();
}

function panelOf(panel: Panel, index: number): Builder<GrafanaPanel> {
  const number = panel.shows === "number";
  const builder = number
    ? new NumberBuilder().graphMode(BigValueGraphMode.None).colorMode(BigValueColorMode.Value)
    : new PlotBuilder()
        .lineWidth(1)
        .fillOpacity(5)
        .legend(
          new VizLegendOptionsBuilder()
            .showLegend(true)
            .displayMode(LegendDisplayMode.List)
            .placement(LegendPlacement.Bottom),
        );
  builder
    .id(index + 1)
    .title(panel.title)
    .datasource(SOURCE)
    .unit(UNITS[panel.unit])
    .gridPos({
      h: HEIGHT,
      w: WIDTH,
      x: (index % COLUMNS) * WIDTH,
      y: Math.floor(index / COLUMNS) * HEIGHT,
    });
  if (panel.description !== undefined) builder.description(panel.description);
  // What may fall below nought has its limit there.
  if (panel.limit?.worse !== "below") builder.min(0);
  if (panel.limit !== undefined) builder.thresholds(colours(panel.limit));
  panel.queries.forEach(({ expr, legend }, query) => {
    const asked = new DataqueryBuilder()
      .expr(expr)
      .legendFormat(legend)
      .refId(refOf(query))
      .datasource(SOURCE);
    builder.withTarget(number ? asked.instant() : asked.range());
  });
  return builder;
}

function colours({ at, worse }: NonNullable<Panel["limit"]>) {
  const good = "green";
  const bad = "red";
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    // Null is Grafana's least value.
    { color: worse === "above" ? good : bad, value: null },
    { color: worse === "above" ? bad : good, value: at },
  ]);
}

/** A to Z, then AA: Grafana tells queries apart by letters. */
function refOf(index: number): string {
  const letter = String.fromCharCode("A".charCodeAt(0) + (index % 26));
  return index < 26 ? letter : refOf(Math.floor(index / 26) - 1) + letter;
}
