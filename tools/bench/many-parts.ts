/** How a preview grows with the parts of a product: time and memory for each further part must not rise. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { checkout } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";
import { median, seconds, type Bench } from "./figure";
import { unreachable } from "./project";

const SIZES = [1, 50, 200] as const;
const ROUNDS = 3;

interface Cost {
  time: number;
  /** MiB, of the program's own process. */
  memory: number;
}

export const manyParts: Bench = {
  name: "200 parts",
  measure: async ({ env: engine, step }) => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
    try {
      mkdirSync(join(folder, "state"));
      const env = {
        ...engine,
        KUBECONFIG: unreachable(folder, "bench"),
        PULUMI_BACKEND_URL: `file://${folder}/state`,
        PULUMI_CONFIG_PASSPHRASE: "bench",
      };
      const previews = await Promise.all(SIZES.map((size) => prepare(folder, size, env)));
      const costs: Record<number, Cost[]> = {};
      for (let round = 1; round <= ROUNDS; round++) {
        for (const preview of previews) {
          step.note(`round ${round} of ${ROUNDS}: ${preview.size} parts`);
          (costs[preview.size] ??= []).push(await preview.measure());
        }
      }
      const cost = (size: number, of: keyof Cost) => median((costs[size] ?? []).map((each) => each[of]));
      /** For each part beyond the first, of 200 against of 50. */
      const growth = (of: keyof Cost) =>
        (cost(200, of) - cost(1, of)) / 199 / ((cost(50, of) - cost(1, of)) / 49);
      return [
        { name: "preview of 200 parts", value: cost(200, "time"), unit: "s" },
        { name: "time a part, of 200 against of 50", promise: 1.15, unit: "x", value: growth("time") },
        { name: "memory a part, of 200 against of 50", promise: 1.15, unit: "x", value: growth("memory") },
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

async function prepare(folder: string, size: number, env: Record<string, string>) {
  const stack = `parts-${size}`;
  const file = join(folder, `Pulumi.${stack}.yaml`);
  writeFileSync(file, stringify({ config: stackOf(size) }));
  const settings = join(folder, stack);
  mkdirSync(settings);
  writeFileSync(join(settings, "Pulumi.yaml"), readFileSync(join(checkout, "Pulumi.yaml")));
  await run("pulumi", ["stack", "init", stack], { cwd: settings, env });
  appendFileSync(file, readFileSync(join(settings, `Pulumi.${stack}.yaml`)));
  const peak = join(folder, `${stack}.peak`);
  const hook = join(folder, `${stack}.js`);
  writeFileSync(hook, note(peak));
  const words = [
    "preview",
    "--stack",
    stack,
    "--config-file",
    file,
    "--non-interactive",
    "--suppress-progress",
  ];
  return {
    size,
    measure: async (): Promise<Cost> => {
      writeFileSync(peak, "");
      const time = await seconds(() =>
        run("pulumi", [...words, "--suppress-outputs"], {
          cwd: checkout,
          env: { ...env, NODE_OPTIONS: `--require=${hook}` },
        }),
      );
      const peaks = readFileSync(peak, "utf8").trim().split("\n").map(Number);
      return { memory: Math.max(...peaks) / 1024, time };
    },
  };
}

/** Every Node process of the engine's notes the most it held, in KiB. */
const note = (file: string) => `
process.on("exit", () => require("node:fs").appendFileSync(${JSON.stringify(file)}, process.resourceUsage().maxRSS + "\\n"));
`;

function stackOf(size: number): Record<string, unknown> {
  const names = Array.from({ length: size }, (_, at) => `part-${at}`);
  const settings = {
    product: "many",
    tier: "local",
    clusters: { main: { cloud: "local", context: "bench" } },
    hosts: { app: "app.example.localhost" },
    parts: Object.fromEntries(
      names.map((name) => [name, { image: "example.com/part:1", kind: "api", port: 8000 }]),
    ),
    routes: names.map((name) => ({ host: "app", path: `/${name}`, to: name })),
    tls: { issuer: "local" },
  };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`slipway:${key}`, value]));
}
