/** How the pack starts: as the engine's own runner starts it, and without what that would load to type-check it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "../../toolchain/lib/paths";

const pack = join(checkout, "policies");
const { runtime } = parse(readFileSync(join(pack, "PulumiPolicy.yaml"), "utf8")) as {
  runtime: { options: { nodeargs: string } };
};

describe("the policy pack's start", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "slipway-pack-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Starts it until it serves; answers its port, and the compilers among what it loaded. */
  async function start(): Promise<{ port: string; compilers: string[] }> {
    const tell = join(folder, "tell.js");
    writeFileSync(
      tell,
      `process.on("SIGTERM", () => { process.stdout.write(Object.keys(require.cache).join("\\n")); process.exit(0); });`,
    );
    const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const words = [...runtime.options.nodeargs.split(" "), "--require", tell, runner, "127.0.0.1:1", pack];
    const child = spawn(process.execPath, words, {
      cwd: pack,
      env: { ...process.env, SLIPWAY_CACHE: join(folder, "cache"), NODE_OPTIONS: "" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => said.push(text));
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    await once(child, "close");
    const [port = "", ...files] = said.join("").split("\n");
    assert.ok(files.some((file) => file.endsWith("policies/pack.ts")));
    return {
      port,
      compilers: files.filter((file) =>
        /\/(ts-node|typescript)\/(dist\/index|lib\/typescript)\.js$/.test(file),
      ),
    };
  }

  it("serves, and loads a compiler the first time only", async () => {
    const first = await start();
    assert.match(first.port, /^\d+$/);
    assert.equal(first.compilers.length, 2, first.compilers.join());
    const second = await start();
    assert.match(second.port, /^\d+$/);
    assert.deepEqual(second.compilers, []);
  });
});
