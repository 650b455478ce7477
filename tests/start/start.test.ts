/** How programs start: what ts-node made is kept, stack traces point into TypeScript, and what the SDK defers still works. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";

const start = join(checkout, "start", "index.js");

describe("a program's start", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "slipway-start-"));
    symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const cache = () => join(folder, "cache");
  const kept = () => readdirSync(join(cache(), "programs")).filter((name) => name.endsWith(".js"));
  const program = () => join(folder, "program.ts");
  const started = (text: string, ...words: string[]) => {
    writeFileSync(program(), text);
    const env = {
      SLIPWAY_CACHE: cache(),
      NODE_OPTIONS: undefined,
      NODE_COMPILE_CACHE: undefined,
      PULUMI_DEBUG_PROMISE_LEAKS: "true",
    };
    return run(process.execPath, [...words, "--require", start, program()], {
      cwd: folder,
      env,
      allowFailure: true,
    });
  };
  /** Runs a program, and answers what it writes. */
  async function go(text: string, ...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await started(text, ...words);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  }
  const compilers = `Object.keys(require.cache).filter((file) => file.includes("/typescript/lib/typescript.js")).length`;

  it("loads the compiler for what is new, and for nothing else", async () => {
    const text = `const count: number = ${compilers}; console.log(count);`;
    assert.equal(await go(text), "1");
    assert.equal(await go(text), "0");
    assert.equal(await go(`${text} // changed`), "1");
    assert.equal(kept().length, 2);
  });

  it("runs without a cache that it may write", async () => {
    mkdirSync(cache());
    writeFileSync(join(cache(), "programs"), "a file where a folder is wanted");
    chmodSync(cache(), 0o500);
    assert.equal(await go(`console.log("still" as string);`), "still");
  });

  it("refuses what is no TypeScript, with the place, as ts-node does", async () => {
    const { code, stderr } = await started("const = 3;");
    assert.notEqual(code, 0);
    assert.match(stderr, /program\.ts\(1,7\): error TS1134|program\.ts:1:7 - error TS1134/);
  });

  it("points into TypeScript in a stack trace, the first time and from what was kept", async () => {
    const text = `interface Much {\n  of: "what";\n  goes: "away";\n}\nconst fails = (): Much => {\n  throw new Error("deliberate");\n};\ntry { fails(); } catch (error) { console.log((error as Error).stack); }\n`;
    const first = await go(text);
    assert.match(first, /^Error: deliberate\n {4}at fails \(.*program\.ts:6:9\)\n {4}at .*program\.ts:8:7/);
    assert.equal(await go(text), first);
  });

  it("says where a promise began that never settles", async () => {
    const text = `
      import { debuggablePromise, leakedPromises } from "@pulumi/pulumi/runtime/debuggable";
      interface Gone { one: number }
      void debuggablePromise(new Promise<void>(() => undefined), "for ever");
      console.error = (text: string) => console.log(text);
      leakedPromises();`;
    assert.match(await go(text), /CONTEXT\(0\): for ever\nSTACK_TRACE:\nError\n.*\n.*program\.ts:4:\d+/);
  });

  it("shows a debugger TypeScript", async () => {
    const seen = `
      import { Session } from "node:inspector";
      const session = new Session();
      session.connect();
      session.on("Debugger.scriptParsed", ({ params }: { params: { url: string; sourceMapURL?: string } }) => {
        if (!params.url.endsWith("program.ts") || !params.sourceMapURL) return;
        const map = Buffer.from(params.sourceMapURL.split(",")[1] ?? "", "base64").toString();
        console.log((JSON.parse(map) as { sources: string[] }).sources[0]);
      });
      session.post("Debugger.enable");`;
    await go(seen); // what was kept, with its map beside it
    assert.match(await go(seen, "--inspect=127.0.0.1:0"), /^file:\/\/.*\/program\.ts$/);
  });

  describe("of the SDK", () => {
    /** A function that is sent away, with what it takes from its program and from a module. */
    const sends = `
      import * as pulumi from "@pulumi/pulumi";
      import { basename } from "node:path";
      const loaded = () => ["@npmcli/arborist/lib", "typescript/lib"].map((part) => Object.keys(require.cache).some((file) => file.includes(part)));
      const greeting: string = "hello";
      const before = JSON.stringify(loaded());
      pulumi.runtime
        .serializeFunction((name: string) => greeting + basename(name))
        .then(({ text, exportName }) => console.log(before + exportName + "\\n" + text));`;

    const tells = `
      import * as pulumi from "@pulumi/pulumi";
      import * as grpc from "@grpc/grpc-js";
      const { EngineService } = require("@pulumi/pulumi/proto/engine_grpc_pb");
      const { Empty } = require("google-protobuf/google/protobuf/empty_pb");
      const settings = require("@pulumi/pulumi/runtime/settings");
      const calls: string[] = [];
      const engine = new grpc.Server();
      engine.addService(EngineService, {
        log: (call: any, answer: any) => { calls.push(call.request.getSeverity() + " " + call.request.getMessage()); answer(null, new Empty()); },
      } as any);
      engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), async (_, port) => {
        settings.resetOptions("shop", "prod", 16, "127.0.0.1:" + port, "", true, "");
        for (let step = 0; step < 100; step++) pulumi.log.debug("step " + step);
        pulumi.log.info("seen");
        await settings.waitForRPCs();
        settings.disconnectSync();
        engine.forceShutdown();
        console.log(JSON.stringify(calls));
      });`;

    it("tells the engine of many steps in one call, of all of them, before it hangs up", async () => {
      const calls = JSON.parse(await go(tells)) as string[];
      assert.deepEqual(calls, [
        "1 seen",
        `0 ${Array.from({ length: 100 }, (_, step) => `step ${step}`).join("\n")}`,
      ]);
    });

    it("leaves out what sends functions away, until one is sent", async () => {
      await go(sends);
      const [before, ...text] = (await go(sends)).split("\n");
      assert.equal(before, "[false,false]handler");
      assert.match(text.join("\n"), /hello/);
    });

    it("sends a function away as it does without", async () => {
      await go(sends);
      const ours = (await go(sends)).split("\n").slice(1);
      const env = { TS_NODE_PROJECT: join(checkout, "tsconfig.json") };
      const words = ["--require", "ts-node/register/transpile-only", program()];
      const plain = (await run(process.execPath, words, { cwd: folder, env })).stdout
        .trim()
        .split("\n")
        .slice(1);
      assert.deepEqual(ours, plain);
    });
  });
});
