/**
 * Records previews by the real engine, for the tests that need none:
 *
 *     node -r ts-node/register tests/tools/review/recorder/record.ts [SCENARIO...]
 *
 * Each is deployed as `base` first (manifests rendered to files: no cluster), then previewed as the scenario.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { engine } from "../../../../toolchain/engine";
import { checkout } from "../../../../toolchain/lib/paths";
import { run } from "../../../../toolchain/lib/run";
import { runPreview, stackSecrets, type PreviewRun } from "../../../../tools/review/preview-run";
import { recordings, SECRET, type Scenario } from "../recordings";

export interface Recorder {
  /** The engine's preview of the scenario, after `base` has been deployed. */
  preview(scenario: Scenario): Promise<PreviewRun & { secrets: string[] }>;
  folder: string;
  env: Record<string, string>;
  close(): void;
}

/** A project of its own in a temporary folder, with a deployed stack `dev`. */
export async function recorder(base: string): Promise<Recorder> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-record-"));
  const here = join(checkout, "tests", "tools", "review", "recorder");
  writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "shop", main: "program.ts" }));
  copyFileSync(join(checkout, "tsconfig.json"), join(folder, "tsconfig.json"));
  copyFileSync(join(here, "program.ts"), join(folder, "program.ts"));
  symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, "state"));
  mkdirSync(join(folder, "out"));
  const env = {
    ...(await engine()).env,
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "recorded",
  };
  const pulumi = (...args: string[]) => run("pulumi", [...args, "--stack=dev"], { cwd: folder, env });
  const scenario = (name: string) => pulumi("config", "set", "review:scenario", name);
  await run("pulumi", ["stack", "init", "dev"], { cwd: folder, env });
  await pulumi("config", "set", "review:out", join(folder, "out"));
  await run("pulumi", ["config", "set", "--secret", "review:jwt", "--stack=dev"], {
    cwd: folder,
    env,
    input: SECRET,
  });
  await scenario(base);
  if (base !== "nothing") await pulumi("up", "--yes", "--skip-preview", "--non-interactive");
  return {
    folder,
    env,
    async preview({ name, pack, config }) {
      await scenario(name);
      for (const [key, value] of Object.entries(config ?? {})) {
        await pulumi("config", "set", "--path", key, value);
      }
      const request = {
        folder,
        stack: "dev",
        env,
        packs: pack === undefined ? [] : [{ folder: join(here, pack) }],
      };
      return { ...(await runPreview(request)), secrets: await stackSecrets(request) };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Without what changes from run to run and what no review reads: debug lines, machine paths, provider identities. */
export function recorded(runOf: PreviewRun, folder: string): string {
  return runOf.events
    .filter((event) => event.diagnosticEvent?.severity !== "debug")
    .map((event, index) => JSON.stringify({ ...event, sequence: index, timestamp: 1_795_000_000 }))
    .join("\n")
    .replaceAll(folder, "/product")
    .replaceAll(checkout, "/product")
    .replaceAll(/"durationSeconds":\d+/g, '"durationSeconds":3')
    .replaceAll(/::[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"/g, '::00000000-0000-4000-8000-000000000000"');
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  for (const scenario of recordings) {
    if (wanted.length > 0 && !wanted.includes(scenario.name)) continue;
    const project = await recorder(scenario.base);
    try {
      const answer = await project.preview(scenario);
      const file = join(checkout, "tests", "tools", "review", "recordings", `${scenario.name}.jsonl.gz`);
      const meta = { code: answer.code, stderr: answer.stderr.replaceAll(project.folder, "/product") };
      writeFileSync(
        file,
        gzipSync(`${JSON.stringify(meta)}\n${recorded(answer, project.folder)}\n`, { level: 9 }),
      );
      process.stderr.write(`${scenario.name}: exit ${answer.code}, ${answer.events.length} events\n`);
    } finally {
      project.close();
    }
  }
}

if (require.main === module) void main();
