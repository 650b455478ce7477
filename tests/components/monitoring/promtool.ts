/** promtool's own rule tests, as tables: what is read, and exactly what rings at which time. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { RuleGroup } from "../../../components/monitoring/rules/rule";
import { quiet } from "../../../toolchain/lib/progress";
import { run } from "../../../toolchain/lib/run";
import { monitoringTool } from "../../../toolchain/monitoring";
import type { Series } from "./shop";

/** Time since the start, and all that rings then: `NoReplicaAvailable api critical`. */
export type Moment = readonly [at: string, ...ringing: string[]];

export interface Checked {
  readonly good: boolean;
  readonly said: string;
}

/** Syntax, and what promtool's linter knows. */
export async function checkRules(groups: readonly RuleGroup[]): Promise<Checked> {
  return within(async (folder) => {
    writeFileSync(join(folder, "rules.yaml"), stringify({ groups }));
    return promtool(folder, ["check", "rules", "--lint=all", "--lint-fatal", "rules.yaml"]);
  });
}

/** Whether exactly those alerts ring at those times, given those series. */
export async function rehearse(
  groups: readonly RuleGroup[],
  series: Series,
  moments: readonly Moment[],
): Promise<Checked> {
  return within(async (folder) => {
    writeFileSync(join(folder, "rules.yaml"), stringify({ groups }));
    const test = {
      evaluation_interval: "1m",
      rule_files: ["rules.yaml"],
      tests: [
        {
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          interval: "1m",
          promql_expr_test: moments.map(([at, ...ringing]) => ({
            eval_time: at,
            exp_samples: ringing.map((one) => ({ labels: labelsOf(one), value: 1 })),
            expr: 'group by (alertname, part, severity) (ALERTS{alertstate="firing"})',
          })),
        },
      ],
    };
    writeFileSync(join(folder, "test.yaml"), stringify(test));
    return promtool(folder, ["test", "rules", "test.yaml"]);
  });
}

function labelsOf(alert: string): string {
  const [name = "", part = "", severity = ""] = alert.split(" ");
  return `{alertname="${name}", part="${part}", severity="${severity}"}`;
}

async function promtool(cwd: string, words: string[]): Promise<Checked> {
  const { code, stderr, stdout } = await run(await monitoringTool("promtool", quiet), words, {
    allowFailure: true,
    cwd,
  });
  return { good: code === 0, said: `${stdout}${stderr}` };
}

async function within<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-rules-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
