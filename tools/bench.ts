/** `slipway bench`: measures what Slipway promises to be quick at, and prints a table with the machine's size. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import type { Command } from "commander";
import { files } from "../toolchain/cluster/layout";
import { Failure } from "../toolchain/lib/failure";
import { steps, type Step } from "../toolchain/lib/progress";
import { benches } from "./bench/list";
import { environment } from "./lib/environment";
import { OwnCluster, ownState } from "./lib/own-cluster";
import { keeps, type Figure, type Measured } from "./bench/figure";

export interface Report {
  machine: { cores: number; cpu: string; memoryGB: number };
  figures: Figure[];
}

interface Options {
  json?: boolean;
  out?: string;
  compare?: string;
  only?: string;
  running?: boolean;
}

export function register(program: Command): void {
  program
    .command("bench")
    .description(
      "measures what Slipway promises; figures are medians, and ratios of one run where that is possible",
    )
    .option("--only <text>", "only the measures whose name has this text")
    .option(
      "--running",
      "on the embedded cluster that runs, as it is; otherwise it steps aside for one of bench's own",
    )
    .option("--json", "as JSON")
    .option("--out <file>", "also writes the JSON here, to compare with later")
    .option("--compare <file>", "shows each figure beside that of an earlier run's JSON")
    .action(async (options: Options) => {
      const report = await measure(options);
      const text = `${JSON.stringify(report, undefined, 2)}\n`;
      if (options.out !== undefined) writeFileSync(options.out, text);
      const earlier = options.compare === undefined ? undefined : read(options.compare);
      process.stdout.write(options.json === true ? text : table(report, earlier));
    });
}

async function measure({ only, running = false }: Options): Promise<Report> {
  const chosen = benches.filter(({ name }) => only === undefined || name.includes(only));
  if (chosen.length === 0) {
    throw new Failure(`no measure has "${only ?? ""}" in its name`, {
      details: benches.map(({ name }) => name),
    });
  }
  const figures: Figure[] = [];
  let env: Record<string, string> = {};
  const own = running ? undefined : new OwnCluster(ownState("bench"));
  const cluster = measured(own);
  try {
    await steps([
      { title: "Engine", run: async (step) => void (env = await environment(step)) },
      ...chosen.map((bench) => ({
        title: bench.name,
        skip: () => bench.skip?.(cluster) ?? false,
        run: async (step: Step) => void figures.push(...(await bench.measure({ env, step, cluster }))),
      })),
    ]);
  } finally {
    await own?.leave();
  }
  return {
    machine: {
      cores: availableParallelism(),
      cpu: cpus()[0]?.model ?? "unknown",
      memoryGB: Math.round(totalmem() / 1e9),
    },
    figures,
  };
}

function measured(own: OwnCluster | undefined): Measured {
  if (own === undefined) {
    return {
      state: {},
      kubeconfig: () =>
        existsSync(files.owner)
          ? Promise.resolve(files.kubeconfig)
          : Promise.reject(
              new Failure("no embedded cluster runs", { next: "./slipway cluster up --isolation" }),
            ),
    };
  }
  const kubeconfig = async () => {
    await own.up("--isolation");
    return (await own.ask("kubeconfig")).trim();
  };
  return { own, state: ownState("bench"), kubeconfig };
}

function read(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch (error) {
    throw new Failure(`${file} is not a report of slipway bench --out`, { cause: error });
  }
}

export function table({ machine, figures }: Report, earlier?: Report): string {
  const before = new Map(earlier?.figures.map((figure) => [figure.name, figure]));
  const rows = figures.map((figure) => {
    const was = before.get(figure.name);
    return [
      figure.name,
      show(figure.value, figure.unit),
      figure.promise === undefined ? "" : `${figure.least ? "≥" : "≤"} ${show(figure.promise, figure.unit)}`,
      figure.promise === undefined ? "" : keeps(figure) ? "kept" : "MISSED",
      ...(earlier === undefined
        ? []
        : [was === undefined ? "new" : `${show(was.value, was.unit)}, ${change(figure.value, was.value)}`]),
    ];
  });
  const head = ["what", "measured", "promised", "", ...(earlier === undefined ? [] : ["before"])];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? "").length)),
  );
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGB} GB`,
    line(head),
    widths.map((width) => "-".repeat(width)).join("  "),
    ...rows.map(line),
    ...figures.flatMap(({ details = [] }) => details.map((text) => `  ${text}`)),
    "",
  ].join("\n");
}

const show = (value: number, unit: Figure["unit"]) =>
  `${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${unit}`.trim();
const change = (now: number, was: number) =>
  was === 0 ? "" : `${now >= was ? "+" : ""}${Math.round((now / was - 1) * 100)} %`;
