/** A real Prometheus on this machine with the rules of the production stack, reading numbers that a test makes up. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { checkout } from "../../../toolchain/lib/paths";
import { quiet } from "../../../toolchain/lib/progress";
import { monitoringTool } from "../../../toolchain/monitoring";
import { eventually, freePort } from "../../helpers/services";

export interface Reading {
  readonly url: string;
  stop(): Promise<void>;
}

/** `numbers` says, for each reading, what there is to read: series with their values, counters by the seconds that have passed. */
export async function startReading(numbers: (seconds: number) => Record<string, number>): Promise<Reading> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-prometheus-"));
  const began = Date.now();
  const source = createServer((_, response) => {
    const now = numbers((Date.now() - began) / 1000);
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
    const lines = Object.entries(now).map(([series, value]) => `${series} ${value}\n`);
    response.end(lines.join(""));
  }).listen(0, "127.0.0.1");
  await once(source, "listening");
  const target = `127.0.0.1:${(source.address() as AddressInfo).port}`;
  writeFileSync(join(folder, "rules.yaml"), stringify(rulesOfProduction()));
  writeFileSync(
    join(folder, "prometheus.yaml"),
    stringify({
      global: { evaluation_interval: "1s", scrape_interval: "1s" },
      rule_files: ["rules.yaml"],
      scrape_configs: [{ honor_labels: true, job_name: "made-up", static_configs: [{ targets: [target] }] }],
    }),
  );
  const port = await freePort();
  const program = spawn(
    await monitoringTool("prometheus", quiet),
    [
      `--config.file=${join(folder, "prometheus.yaml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  for (const stream of [program.stdout, program.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const url = `http://127.0.0.1:${port}`;
  const ready = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false, // not yet
    );
  await eventually("Prometheus is ready", async () => program.exitCode !== null || (await ready()), {
    detail: () => said,
  });
  if (program.exitCode !== null) throw new Error(`Prometheus ended at once:\n${said}`);
  return {
    stop: async () => {
      const ended = once(program, "exit");
      program.kill();
      await ended;
      source.closeAllConnections();
      source.close();
      rmSync(folder, { recursive: true });
    },
    url,
  };
}

/** As committed: what the cluster's Prometheus would get. */
function rulesOfProduction(): unknown {
  const golden = JSON.parse(readFileSync(join(checkout, "tests/golden/production.json"), "utf8")) as Record<
    string,
    { inputs: { spec?: unknown } }
  >;
  const [, rules] = Object.entries(golden).find(([urn]) => urn.endsWith("monitoring-rules")) ?? [];
  if (rules?.inputs.spec === undefined) throw new Error("the production stack has no rules");
  return rules.inputs.spec;
}
