import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { CheckRequest, type CheckResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ensureDocker, stopDocker, type Docker, type DockerOptions } from "../../../toolchain/docker";
import { Failure } from "../../../toolchain/lib/failure";
import { quiet } from "../../../toolchain/lib/progress";
import { call, providerPlugin, struct } from "../../helpers/plugin";
import { project, removeProjects, type Project } from "../../helpers/pulumi";
import { eventually, freePort } from "../../helpers/services";

const imageType = "docker:index/image:Image";
const accept = "application/vnd.docker.distribution.manifest.v2+json";

let folder: string;
let options: DockerOptions;
let docker: Docker;

/** A Docker engine and a registry of the tests' own; skips the suite where none can run. */
function ownDocker(): void {
  before(async function () {
    folder = mkdtempSync(join(tmpdir(), "slipway-docker-"));
    options = { state: join(folder, "state"), run: join(folder, "run"), registryPort: await freePort() };
    try {
      docker = await ensureDocker(quiet, options);
    } catch (error) {
      if (!(error instanceof Failure) || process.getuid?.() === 0) throw error;
      this.skip();
    }
  });
  after(async () => {
    await stopDocker(options);
    rmSync(folder, { recursive: true, force: true });
  });
}

/** A program with the one image. */
const program = (args: string) => `
  import * as docker from "@pulumi/docker";
  import * as pulumi from "@pulumi/pulumi";
  const image = new docker.Image("image", ${args});
  export const digest = image.repoDigest;
  export const { imageName, baseImageName, registryServer, platform, context, dockerfile } = image;
`;

const files = {
  "app/Dockerfile": `FROM scratch AS first\nARG GREETING=none\nLABEL greeting=$GREETING\nCOPY words.txt /\nFROM first AS second\nCOPY more.txt /\n`,
  "app/words.txt": "hello",
  "app/more.txt": "more",
  "app/notes.log": "not for the image",
  "app/.dockerignore": "*.log\n",
};

async function imageProject(args: string, env: Record<string, string> = {}): Promise<Project> {
  return project(program(args), { files, env: { DOCKER_HOST: docker.host, DOCKER_CONFIG: folder, ...env } });
}

const named = (tag: string, more = "") =>
  `{ imageName: "${docker.registry}/team/app:${tag}", build: { context: "app" ${more} } }`;

function fetch(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Buffer }> {
  return new Promise((done, fail) => {
    get(`http://${docker.registry}${path}`, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => done({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
    }).on("error", fail);
  });
}

/** The layers that the registry keeps under a digest, unpacked, and the image's own settings. */
async function pushed(reference: string): Promise<{ layers: string; config: string }> {
  const [repository, digest] = reference.replace(`${docker.registry}/`, "").split("@");
  const manifest = await fetch(`/v2/${repository}/manifests/${digest}`, { accept });
  assert.equal(manifest.status, 200, manifest.body.toString());
  const { layers, config } = JSON.parse(manifest.body.toString()) as {
    layers: { digest: string }[];
    config: { digest: string };
  };
  const blob = async (wanted: string) => (await fetch(`/v2/${repository}/blobs/${wanted}`)).body;
  const unpacked = await Promise.all(
    layers.map(async (layer) => gunzipSync(await blob(layer.digest)).toString("latin1")),
  );
  return { layers: unpacked.join("\n"), config: (await blob(config.digest)).toString() };
}

describe("the docker stand-in in real pulumi runs", function () {
  this.timeout(180_000);
  ownDocker();
  afterEach(removeProjects);

  it("builds and pushes, answers the pushed digest, and does nothing while the context is the same", async () => {
    const made = await imageProject(named("one", `, args: { GREETING: "moin" }`));
    assert.match((await made.preview()).text, /2 to create/);
    const created = await made.up();
    assert.equal(created.code, 0, created.text);
    const outputs = await made.outputs();
    assert.match(String(outputs.digest), new RegExp(`^${docker.registry}/team/app@sha256:[0-9a-f]{64}$`));
    assert.deepEqual(
      { ...outputs, digest: undefined },
      {
        digest: undefined,
        imageName: `${docker.registry}/team/app:one`,
        baseImageName: `${docker.registry}/team/app:one`,
        registryServer: "",
        platform: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
        context: "app",
        dockerfile: "Dockerfile",
      },
    );
    const image = await pushed(String(outputs.digest));
    assert.match(image.layers, /words\.txt.*hello/s);
    assert.ok(!image.layers.includes("not for the image"), "an ignored file is in the image");
    assert.match(image.config, /"greeting":"moin"/);
    made.write("app/notes.log", "other notes");
    assert.match((await made.preview("--expect-no-changes")).text, /2 unchanged/);
    assert.match((await made.refresh()).text, /2 unchanged/);
  });

  it("builds anew when a file changes, under another digest, and takes the stack away", async () => {
    const made = await imageProject(named("two"));
    assert.equal((await made.up()).code, 0);
    const before = await made.outputs();
    made.write("app/words.txt", "good evening");
    assert.match((await made.preview()).text, /update \[diff: ~build\]/);
    const updated = await made.up();
    assert.match(updated.text, /~ 1 updated/);
    const after = await made.outputs();
    assert.notEqual(after.digest, before.digest);
    assert.match((await pushed(String(after.digest))).layers, /good evening/);
    assert.match((await made.destroy()).text, /- 2 deleted/);
  });

  it("stops at a target, and keeps an image here with skipPush", async () => {
    const made = await imageProject(
      `{ imageName: "here:only", skipPush: true, build: { context: "app", target: "first" } }`,
    );
    const outcome = await made.up();
    assert.equal(outcome.code, 0, outcome.text);
    assert.match(String((await made.outputs()).digest), /^sha256:[0-9a-f]{64}$/);
    assert.doesNotMatch(outcome.text, /more\.txt/);
    assert.doesNotMatch(outcome.text, /push refers/);
  });

  it("builds with BuildKit where that is asked for", async () => {
    const made = await imageProject(named("kit", `, builderVersion: "BuilderBuildKit"`));
    const outcome = await made.up();
    assert.equal(outcome.code, 0, outcome.text);
    assert.match(outcome.text, /\[first 1\/1\] COPY words\.txt/);
    assert.match((await pushed(String((await made.outputs()).digest))).layers, /words\.txt.*hello/s);
  });

  it("builds in a preview only when told to, and pushes nothing there", async () => {
    const made = await imageProject(named("preview"));
    assert.doesNotMatch((await made.preview()).text, /COPY/);
    made.program(program(named("preview").replace("{ imageName", "{ buildOnPreview: true, imageName")));
    assert.match((await made.preview()).text, /COPY/);
    assert.equal((await fetch("/v2/team/app/manifests/preview", { accept })).status, 404);
  });

  it("ends a failed build with the step that failed, records nothing, and builds once it is mended", async () => {
    const made = await imageProject(named("broken"));
    made.write("app/Dockerfile", "FROM scratch\nCOPY absent.txt /\n");
    const failed = await made.up();
    assert.notEqual(failed.code, 0);
    assert.match(failed.text, /docker\.?:?.*Image.*could not be built.*COPY absent\.txt.*absent\.txt/s);
    assert.ok(!(await made.resources()).some(({ type }) => type === imageType));
    made.write("app/Dockerfile", files["app/Dockerfile"]);
    assert.equal((await made.up()).code, 0);
  });

  it("cancels a build when pulumi is interrupted, and the next up builds", async () => {
    const made = await imageProject(named("cancelled"));
    const tool = existsSync("/bin/busybox") ? "/bin/busybox" : undefined;
    // Without a static program no step can wait; then the long step is the sending of a context without end.
    made.write(
      "app/Dockerfile",
      tool === undefined
        ? "FROM scratch\nCOPY . /\n"
        : 'FROM scratch\nCOPY busybox /\nRUN ["/busybox", "sleep", "600"]\n',
    );
    if (tool === undefined) made.write("app/large", "0".repeat(200_000_000));
    else made.write("app/busybox", readFileSync(tool, "latin1"));
    const running = made.start(["up", "--yes", "--skip-preview"]);
    let seen = "";
    running.child.stdout?.on("data", (chunk: string) => (seen += chunk));
    await eventually("the build to start", () => seen.includes("image creating"), { seconds: 60 });
    running.child.kill("SIGINT");
    assert.notEqual((await running.done).code, 0);
    for (const [name, text] of Object.entries(files)) made.write(name, text);
    const next = await made.up();
    assert.equal(next.code, 0, next.text);
  });

  it("keeps credentials and secret build arguments out of the state and of what is shown", async () => {
    const made = await imageProject(
      named("secret", `, args: { GREETING: pulumi.secret("geheimnis") }`).replace(
        "build:",
        `registry: { server: "${docker.registry}", username: "robot", password: pulumi.secret("verborgen") }, build:`,
      ),
    );
    const outcome = await made.up();
    assert.equal(outcome.code, 0, outcome.text);
    const stored = made.stored();
    for (const secret of ["geheimnis", "verborgen"]) {
      assert.ok(
        stored.includes(imageType) && !stored.includes(secret),
        `${secret} lies in clear in the state`,
      );
      assert.ok(!outcome.text.includes(secret), `${secret} was shown`);
    }
    made.program(readFileSync(join(made.folder, "index.ts"), "utf8").replace("verborgen", "another one"));
    assert.match((await made.preview()).text, /2 unchanged/);
  });

  it("says what is wrong with a name, a Dockerfile's place, a missing engine, and other types", async () => {
    for (const [args, said] of [
      [
        `{ imageName: "team/app:1", build: { context: "app" } }`,
        /does not say which registry to push to: write "docker\.io\/team\/app:1"/,
      ],
      [
        `{ imageName: "x:1", skipPush: true, build: { context: "app", dockerfile: "Dockerfile" } }`,
        /write "app\/Dockerfile"/,
      ],
    ] as const) {
      const outcome = await (await imageProject(args)).preview();
      assert.notEqual(outcome.code, 0);
      assert.match(outcome.text, said);
    }
    const alone = await imageProject(named("alone"), { DOCKER_HOST: `unix://${folder}/nobody.sock` });
    assert.match((await alone.up()).text, /no Docker engine answers at unix:.*nobody\.sock: start it/);
    alone.program(`import * as docker from "@pulumi/docker"; new docker.Network("net");`);
    assert.match(
      (await alone.preview()).text,
      /network:Network "net".*stand-in, which builds and pushes images/s,
    );
  });
});

describe("a registry that asks for a login", function () {
  this.timeout(180_000);
  ownDocker();
  afterEach(removeProjects);

  it("takes a push with the resource's credentials, and refuses one without", async () => {
    const hashing = await project(`
      import * as random from "@pulumi/random";
      const password = new random.RandomPassword("password", { length: 20, special: false });
      export const values = { password: password.result, hash: password.bcryptHash };
    `);
    assert.equal((await hashing.up()).code, 0);
    const { password, hash } = (await hashing.outputs()).values as { password: string; hash: string };
    await stopDocker(options);
    docker = await ensureDocker(quiet, { ...options, htpasswd: `robot:${hash}\n` });
    assert.equal((await fetch("/v2/")).status, 401);

    const login = (given: string) =>
      named("login").replace(
        "build:",
        `registry: { username: "robot", password: pulumi.secret("${given}") }, build:`,
      );
    const refused = await (await imageProject(named("login"))).up();
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /could not be pushed: .*(no basic auth|unauthorized|authentication)/s);
    const wrong = await (await imageProject(login("guessed wrongly"))).up();
    assert.notEqual(wrong.code, 0);
    assert.ok(!wrong.text.includes("guessed wrongly"));
    const allowed = await (await imageProject(login(password))).up();
    assert.equal(allowed.code, 0, allowed.text);
    assert.ok(!allowed.text.includes(password));
  });
});

describe("a Docker engine of Slipway's own", function () {
  this.timeout(120_000);
  ownDocker();

  it("is found running the second time, and gone after a stop", async () => {
    const pid = readFileSync(join(folder, "run", "engine.pid"), "utf8");
    assert.deepEqual(await ensureDocker(quiet, options), docker);
    assert.equal(readFileSync(join(folder, "run", "engine.pid"), "utf8"), pid);
    await stopDocker(options);
    assert.ok(!existsSync(`/proc/${pid}/exe`));
    assert.ok(!readFileSync("/proc/mounts", "utf8").includes(folder), "something is still mounted");
    await assert.rejects(fetch("/v2/"));
  });

  it("comes back after it was killed", async () => {
    await ensureDocker(quiet, options);
    process.kill(Number(readFileSync(join(folder, "run", "engine.pid"), "utf8")), "SIGKILL");
    assert.deepEqual(await ensureDocker(quiet, options), docker);
    assert.equal((await fetch("/v2/")).status, 200);
  });
});

describe("the docker stand-in's gRPC surface", function () {
  this.timeout(120_000);
  afterEach(removeProjects);

  it("records the context's digest among the inputs, and refuses what is no image", async () => {
    const made = await project("", { files });
    const plugin = await providerPlugin("docker", made.folder);
    try {
      const check = async (type: string) => {
        const request = new CheckRequest()
          .setUrn(`urn:pulumi:test::project::${type}::it`)
          .setNews(struct({ imageName: "x:1", skipPush: true, build: { context: "app" } }));
        return call<CheckResponse>((done) => plugin.client.check(request, done));
      };
      const digest = async () => {
        const inputs = (await check(imageType)).getInputs()?.toJavaScript() as {
          build: Record<string, string>;
        };
        return inputs.build.contextDigest ?? "";
      };
      const before = await digest();
      assert.match(before, /^[0-9a-f]{64}$/);
      made.write("app/notes.log", "ignored");
      assert.equal(await digest(), before);
      made.write("app/words.txt", "other words");
      assert.notEqual(await digest(), before);
      await assert.rejects(check("docker:index/volume:Volume"), /stand-in, which builds and pushes images/);
    } finally {
      assert.equal(await plugin.stop(), 0);
    }
  });
});
