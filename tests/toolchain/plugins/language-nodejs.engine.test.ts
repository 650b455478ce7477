import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  GetRequiredPackagesRequest,
  type GetRequiredPackagesResponse,
  ProgramInfo,
  RuntimeOptionsRequest,
  type RuntimeOptionsResponse,
} from "@pulumi/pulumi/proto/language_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { call, languagePlugin, struct } from "../../helpers/plugin";
import { project, removeProjects, type Project } from "../../helpers/pulumi";
import { eventually } from "../../helpers/services";

/** Whether a process runs; one that has ended and waits to be counted does not. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** A program that says who it is and then never ends. */
const endless = `
  import { writeFileSync } from "node:fs";
  import * as random from "@pulumi/random";
  new random.RandomUuid("first");
  writeFileSync("pid", String(process.pid));
  setInterval(() => undefined, 1000);
`;

async function pidOf(made: Project): Promise<number> {
  const file = join(made.folder, "pid");
  return Number(
    await eventually("the program to start", () => existsSync(file) && readFileSync(file, "utf8")),
  );
}

describe("the language host running programs", function () {
  this.timeout(120_000);
  afterEach(removeProjects);

  it("gives a program its settings, keeps secret ones secret, and runs it in its folder", async () => {
    const made = await project(
      `
      import * as pulumi from "@pulumi/pulumi";
      const settings = new pulumi.Config();
      export const plain = settings.requireObject<{ a: number[] }>("plain");
      export const secret = settings.requireSecret("secret");
      export const where = process.cwd();
      export const who = [pulumi.getProject(), pulumi.getStack(), pulumi.getOrganization()];
      `,
      { config: { plain: '{"a":[1,2]}' }, secrets: { secret: "geheimnis" } },
    );
    const outcome = await made.up();
    assert.equal(outcome.code, 0, outcome.text);
    assert.ok(!outcome.text.includes("geheimnis") && !made.stored().includes("geheimnis"));
    assert.deepEqual(await made.outputs(), {
      plain: { a: [1, 2] },
      secret: "geheimnis",
      where: made.folder,
      who: ["project", "test", "organization"],
    });
  });

  it("ends an up whose program throws with the error once, and without a second message about exit codes", async () => {
    const made = await project(`throw new Error("the moon is missing");`);
    const outcome = await made.up();
    assert.equal(outcome.code, 1);
    assert.match(outcome.text, /Error: the moon is missing/);
    assert.doesNotMatch(outcome.text, /non-zero exit code/);
  });

  it("says with which code a program ended that said nothing else", async () => {
    const made = await project(`process.exit(3);`);
    const outcome = await made.up();
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.text, /Program exited with non-zero exit code: 3/);
  });

  it("shows a TypeScript error with its place, when types are checked", async () => {
    const made = await project(`export const port: number = "eighty";`);
    made.write(
      "tsconfig.json",
      JSON.stringify({ compilerOptions: { module: "nodenext", moduleResolution: "nodenext", types: [] } }),
    );
    const outcome = await made.up();
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.text, /index\.ts.*1.14.*TS2322: Type 'string' is not assignable to type 'number'/s);
  });

  it("says what to do when the SDK is not installed", async () => {
    const made = await project("");
    rmSync(join(made.folder, "node_modules"));
    const outcome = await made.up();
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.text, /Pulumi SDK has not been installed.*pulumi install/s);
  });

  it("honours nodeargs, and plain JavaScript with typescript: false", async () => {
    const made = await project("", {
      files: {
        "package.json": JSON.stringify({ name: "project", main: "index.js" }),
        "index.js": `exports.seen = [process.execArgv, require("node:util").types.isRegExp(/x/), process.env.PULUMI_NODEJS_TYPESCRIPT ?? "unset"];`,
      },
      runtime: { typescript: false, nodeargs: `--stack-trace-limit=7 "--title=two words"` },
    });
    const outcome = await made.up();
    assert.equal(outcome.code, 0, outcome.text);
    assert.deepEqual(await made.outputs(), {
      seen: [["--stack-trace-limit=7", "--title=two words"], true, "unset"],
    });
  });

  it("refuses runtime options it does not understand, all at once", async () => {
    const made = await project("", { runtime: { typescript: "yes", packagemanager: "cargo" } });
    const { text, code } = await made.up();
    assert.notEqual(code, 0);
    assert.match(text, /typescript option must be a boolean.*packagemanager option must be one of.*"cargo"/s);
  });

  it("creates, updates and deletes through a dynamic provider", async () => {
    const program = (text: string) => `
      import { appendFileSync } from "node:fs";
      import * as pulumi from "@pulumi/pulumi";
      const note = (line: string) => require("node:fs").appendFileSync("calls", line + "\\n");
      const provider: pulumi.dynamic.ResourceProvider = {
        async create(inputs) { note("create " + inputs.text); return { id: "one", outs: inputs }; },
        async update(id, olds, news) { note("update " + olds.text + " " + news.text); return { outs: news }; },
        async delete(id, props) { note("delete " + props.text); },
      };
      class Note extends pulumi.dynamic.Resource {
        declare readonly text: pulumi.Output<string>;
        constructor(name: string, text: string) { super(provider, name, { text }); }
      }
      export const said = new Note("note", ${JSON.stringify(text)}).text;
    `;
    const made = await project(program("hello"));
    assert.equal((await made.up()).code, 0);
    assert.match((await made.preview("--expect-no-changes")).text, /2 unchanged/);
    made.program(program("goodbye"));
    const updated = await made.up();
    assert.equal(updated.code, 0, updated.text);
    assert.deepEqual(await made.outputs(), { said: "goodbye" });
    assert.equal((await made.destroy()).code, 0);
    assert.equal(
      readFileSync(join(made.folder, "calls"), "utf8"),
      "create hello\nupdate hello goodbye\ndelete goodbye\n",
    );
  });
});

describe("the language host when a run is broken off", function () {
  this.timeout(120_000);
  afterEach(removeProjects);

  it("ends the program when pulumi is interrupted, and the next up works", async () => {
    const made = await project(endless);
    const running = made.start(["up", "--yes", "--skip-preview"]);
    const pid = await pidOf(made);
    assert.ok(runs(pid));
    running.child.kill("SIGINT");
    const outcome = await running.done;
    assert.notEqual(outcome.code, 0);
    await eventually("the program's end", () => !runs(pid), { seconds: 10 });
    made.program(`import * as random from "@pulumi/random"; new random.RandomUuid("first");`);
    const next = await made.up();
    assert.equal(next.code, 0, next.text);
  });

  it("leaves no program behind when pulumi is killed", async () => {
    const made = await project(endless);
    const running = made.start(["preview"]);
    const pid = await pidOf(made);
    running.child.kill("SIGKILL");
    await eventually("the program's end", () => !runs(pid), { seconds: 20 });
  });
});

describe("the language host running policy packs", function () {
  this.timeout(120_000);
  afterEach(removeProjects);

  const pack = (level: string) => ({
    "policies/PulumiPolicy.yaml": "runtime: nodejs\n",
    "policies/package.json": JSON.stringify({ name: "rules", version: "1.2.3", main: "index.ts" }),
    "policies/tsconfig.json": JSON.stringify({
      compilerOptions: { module: "nodenext", moduleResolution: "nodenext" },
      "ts-node": { transpileOnly: true },
    }),
    "policies/index.ts": `
      import * as policy from "@pulumi/policy";
      import * as pulumi from "@pulumi/pulumi";
      new policy.PolicyPack("rules", {
        policies: [{
          name: "long-enough",
          description: "Passwords have at least 12 characters.",
          enforcementLevel: ${JSON.stringify(level)},
          validateResource: (args, report) => {
            if (args.type.includes("RandomPassword") && args.props.length < 12) {
              report("found " + args.props.length + " in " + pulumi.getStack() + " of " + pulumi.getProject());
            }
          },
        }],
      });
    `,
  });
  const short = `import * as random from "@pulumi/random"; new random.RandomPassword("p", { length: 8 });`;

  it("stops an up that breaks a mandatory rule, with the rule's words, and makes nothing", async () => {
    const made = await project(short, { files: pack("mandatory") });
    const outcome = await made.pulumi(["up", "--yes", "--skip-preview", "--policy-pack", "policies"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.text, /rules@v1\.2\.3.*\[mandatory\]\s+long-enough/s);
    assert.match(outcome.text, /found 8 in test of project/);
    assert.ok(!(await made.resources()).some(({ type }) => type.includes("RandomPassword")));
  });

  it("only warns of an advisory one, and passes a program that keeps the rule", async () => {
    const made = await project(short, { files: pack("advisory") });
    const warned = await made.preview("--policy-pack", "policies");
    assert.equal(warned.code, 0, warned.text);
    assert.match(warned.text, /\[advisory\].*found 8/s);
    made.program(short.replace("8", "12"));
    const passed = await made.preview("--policy-pack", "policies");
    assert.equal(passed.code, 0, passed.text);
    assert.doesNotMatch(passed.text, /found/);
  });
});

describe("what the language host tells of a project", function () {
  this.timeout(120_000);
  afterEach(removeProjects);

  it("lists for `pulumi about` Node, the package manager and the plugins in node_modules", async () => {
    const made = await project("");
    const { stdout, code } = await made.pulumi(["about", "--json"]);
    assert.equal(code, 0);
    const about = JSON.parse(stdout) as {
      runtime: { language: string; version: string };
      plugins: { name: string; version: string | null }[];
    };
    assert.equal(about.runtime.language, "nodejs");
    assert.equal(about.runtime.version, process.version);
    const names = about.plugins.map(({ name }) => name);
    for (const name of ["random", "kubernetes", "docker", "cloudflare"])
      assert.ok(names.includes(name), name);
  });

  it("installs what package.json asks for, showing what npm says", async () => {
    const made = await project("", {
      files: {
        "package.json": JSON.stringify({
          name: "project",
          main: "index.ts",
          dependencies: { local: "file:./local" },
        }),
        "local/package.json": JSON.stringify({ name: "local", version: "4.5.6" }),
      },
    });
    rmSync(join(made.folder, "node_modules")); // npm would write into the checkout's
    const outcome = await made.pulumi(["install"]);
    assert.equal(outcome.code, 0, outcome.text);
    assert.match(outcome.text, /Installing dependencies.*added 1 package.*Finished installing dependencies/s);
    assert.ok(existsSync(join(made.folder, "node_modules", "local", "package.json")));
    made.write(
      "package.json",
      JSON.stringify({ name: "project", dependencies: { gone: "file:./gone.tgz" } }),
    );
    const failed = await made.pulumi(["install"]);
    assert.notEqual(failed.code, 0);
    assert.match(failed.text, /gone\.tgz/);
  });

  it("answers over gRPC: packages, prompts and its version", async () => {
    const made = await project("");
    const plugin = await languagePlugin(made.folder);
    try {
      const { client } = plugin;
      const info = new ProgramInfo()
        .setProgramDirectory(made.folder)
        .setRootDirectory(made.folder)
        .setEntryPoint(".");
      const required = await call<GetRequiredPackagesResponse>((done) =>
        client.getRequiredPackages(new GetRequiredPackagesRequest().setInfo(info), done),
      );
      const random = required.getPackagesList().find((found) => found.getName() === "random");
      assert.ok(random);
      assert.equal(random.getKind(), "resource");
      assert.match(random.getVersion(), /^v4\./);
      const prompts = async (options: Record<string, string>) =>
        (
          await call<RuntimeOptionsResponse>((done) =>
            client.runtimeOptionsPrompts(
              new RuntimeOptionsRequest().setInfo(info.setOptions(struct(options))),
              done,
            ),
          )
        ).getPromptsList();
      assert.deepEqual(
        (await prompts({})).map((prompt) => prompt.getKey()),
        ["packagemanager"],
      );
      assert.deepEqual(await prompts({ packagemanager: "npm" }), []);
      assert.match(
        (await call<PluginInfo>((done) => client.getPluginInfo(new Empty(), done))).getVersion(),
        /^\d+\.\d+\.\d+/,
      );
    } finally {
      assert.equal(await plugin.stop(), 0);
    }
  });
});
