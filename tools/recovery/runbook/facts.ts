/** What a runbook is made of: a stack's settings, and its alerts as the program makes them. */
import type { OperatedPostgres, Settings } from "../../../config";
import type { Manifest } from "../../review/manifests";

export interface Alert {
  name: string;
  severity: string;
  wait: string;
  summary: string;
  description: string;
  part: string;
}

export interface Facts {
  stack: string;
  settings: Settings;
  alerts: readonly Alert[];
  /** The kubeconfig's context of the stack's primary cluster. */
  context: string;
  /** Name of the live database's Cluster; undefined where it is managed elsewhere, or there is none. */
  database: string | undefined;
}

interface Rule {
  alert?: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export function factsOf(stack: string, settings: Settings, manifests: readonly Manifest[]): Facts {
  const named = (kind: string) =>
    manifests.map(({ object }) => object).filter((object) => object.kind === kind);
  const rules = named("PrometheusRule").flatMap(({ spec }) =>
    (spec as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
  );
  const [cluster] = named("Cluster");
  return {
    alerts: rules.flatMap(alertOf),
    context: Object.values(settings.clusters)[0]?.context ?? "CONTEXT",
    database: (cluster?.metadata as { name?: string } | undefined)?.name,
    settings,
    stack,
  };
}

function alertOf({ alert, annotations = {}, labels = {}, for: wait = "0s" }: Rule): Alert[] {
  if (alert === undefined) return [];
  const { description = "", summary = "" } = annotations;
  return [
    { description, name: alert, part: labels.part ?? "", severity: labels.severity ?? "", summary, wait },
  ];
}

export const operated = ({ postgres }: Settings): OperatedPostgres | undefined =>
  postgres?.mode === "operator" ? postgres : undefined;
