import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StackReview } from "../../tools/review/model";
import { readBoundPlan } from "../../tools/review/plan";
import { checkout } from "../../toolchain/lib/paths";
import { run } from "../../toolchain/lib/run";
import { recorder, type Recorder } from "./review/recorder/record";
import { SECRET } from "./review/recordings";
import { serve } from "./review/post/http";

describe("slipway preview and render, with a real engine", function () {
  this.timeout(300_000);
  let project: Recorder;

  before(async () => {
    project = await recorder("base");
    const git = (...args: string[]) =>
      run("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: project.folder });
    writeFileSync(
      join(project.folder, ".gitignore"),
      "node_modules\nstate\nout\nresult\npolicies\nPulumi.dev.yaml\n",
    );
    await git("init", "-q");
    await git("add", "-A");
    await git("commit", "-qm", "the product");
  });
  after(() => project.close());

  const scenario = (name: string) =>
    run("pulumi", ["config", "set", "review:scenario", name, "--stack=dev"], {
      cwd: project.folder,
      env: project.env,
    });
  const slipway = (args: string[], env: Record<string, string> = {}) =>
    run(process.execPath, ["-r", "ts-node/register", "tools/main.ts", ...args, "--cwd", project.folder], {
      cwd: checkout,
      env: { ...project.env, ...env },
      allowFailure: true,
    });
  const preview = async (name: string, ...args: string[]) => {
    await scenario(name);
    return slipway(["preview", "dev", "--no-policy", ...args]);
  };

  it("ends with 0 and says so when nothing changes", async () => {
    const { code, stdout } = await preview("base");
    assert.equal(code, 0, stdout);
    assert.match(stdout, /🟢 <code>dev<\/code> \| \*\*no change\*\*/);
  });

  it("ends with 2 and shows the changes, without the secret", async () => {
    const { code, stdout, stderr } = await preview("update");
    assert.equal(code, 2, stderr);
    assert.match(stdout, /<code>2.3.1&#64;a1a1a1a1a1a1<\/code> \| <code>2.4.0&#64;b2b2b2b2b2b2<\/code>/);
    assert.ok(!`${stdout}${stderr}`.includes(SECRET));
  });

  it("ends with 1 when the program fails, and still writes the comment", async () => {
    const out = join(project.folder, "result", "comment.md");
    const { code } = await preview("failure", "--out", out);
    assert.equal(code, 1);
    assert.match(
      readFileSync(out, "utf8"),
      /preview failed[^]*cannot reach postgres:\/\/shop:\[secret\]@[^]*What to do/,
    );
  });

  it("ends with 3 when a rule is broken", async () => {
    // A pack in the project's own folder is the one that runs.
    const pack = join(project.folder, "policies");
    mkdirSync(pack);
    for (const file of readdirSync(join(__dirname, "review", "recorder", "pack"))) {
      writeFileSync(join(pack, file), readFileSync(join(__dirname, "review", "recorder", "pack", file)));
    }
    await scenario("base");
    const { code, stdout } = await slipway(["preview", "dev", "--json"]);
    assert.equal(code, 3);
    const { stacks } = JSON.parse(stdout) as { stacks: StackReview[] };
    assert.equal(stacks[0]?.outcome, "violated");
    assert.deepEqual(
      stacks[0].findings.filter(({ level }) => level === "mandatory").map(({ rule }) => rule),
      ["service-selects"],
    );
  });

  it("posts, edits in place, and posts the failure too", async () => {
    const comments: { id: number; body: string; html_url: string; user: object }[] = [];
    const server = await serve(({ method, path, body }) => {
      if (path === "/user") return { status: 403, body: {} };
      if (method === "GET") return { status: 200, body: comments };
      const text = String(body.body);
      if (method === "PATCH") {
        const [known] = comments;
        assert.ok(known);
        known.body = text;
        return { status: 200, body: known };
      }
      comments.push({
        id: 5,
        body: text,
        html_url: "https://github.example/5",
        user: { login: "b", type: "Bot" },
      });
      return { status: 201, body: comments[0] };
    });
    try {
      const env = { GITHUB_API_URL: server.url, GITHUB_TOKEN: "ghs_secretsecretsecretsecret" };
      const post = [
        "preview",
        "dev",
        "--no-policy",
        "--post",
        "--json",
        "--repository",
        "acme/shop",
        "--request",
        "7",
      ];
      await scenario("replace");
      const first = await slipway(post, env);
      assert.match(comments[0]?.body ?? "", /2 dangerous changes/);
      assert.equal((JSON.parse(first.stdout) as { posted: { how: string } }).posted.how, "created");
      await scenario("failure");
      const second = await slipway(post, env);
      assert.equal(second.code, 1);
      assert.equal((JSON.parse(second.stdout) as { posted: { how: string } }).posted.how, "edited");
      assert.equal(comments.length, 1);
      assert.match(comments[0]?.body ?? "", /preview failed/);
      assert.ok(!`${first.stdout}${first.stderr}${second.stdout}${second.stderr}`.includes(env.GITHUB_TOKEN));
    } finally {
      await server.close();
    }
  });

  it("leaves a plan that the engine takes, bound to the commit", async () => {
    const folder = join(project.folder, "result", "plans");
    await scenario("update");
    const { code, stderr } = await slipway(["preview", "dev", "--no-policy", "--save-plan", folder]);
    assert.equal(code, 2, stderr);
    const text = readFileSync(join(folder, "dev.plan.json"), "utf8");
    const bound = readBoundPlan(join(folder, "dev.plan.json"));
    assert.equal(bound.stack, "dev");
    assert.match(bound.commit, /^[0-9a-f]{40}$/);
    assert.ok(!text.includes(SECRET));
    assert.ok(Object.keys(bound.plan.resourcePlans as object).length > 5);
  });

  it("without keys, state and cluster shows everything as new and says it is unchecked", async () => {
    const keys = {
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_BACKEND_URL: "file:///nowhere",
      AWS_SECRET_ACCESS_KEY: "x",
    };
    await scenario("update");
    const before = readFileSync(join(project.folder, "Pulumi.dev.yaml"), "utf8");
    const { code, stdout, stderr } = await slipway(["preview", "dev", "--unchecked"], keys);
    assert.equal(code, 2, stderr);
    assert.match(stdout, /\(unchecked\)[^]*\[!NOTE\][^]*7 create|\(unchecked\)[^]*7 create/);
    assert.equal(
      readFileSync(join(project.folder, "Pulumi.dev.yaml"), "utf8"),
      before,
      "the stack file is not touched",
    );
  });

  it("renders manifests without keys, state and cluster", async () => {
    const out = join(project.folder, "result", "manifests");
    const keys = { PULUMI_CONFIG_PASSPHRASE: "", PULUMI_BACKEND_URL: "file:///nowhere" };
    const { code, stderr } = await slipway(["render", "dev", "--out", out], keys);
    assert.equal(code, 0, stderr);
    assert.ok(existsSync(join(out, "shop", "deployment-api.yaml")));
    assert.match(
      readFileSync(join(out, "shop", "deployment-api.yaml"), "utf8"),
      /value: "\[secret\]"[^]*value: "on"/,
    );
    const again = await slipway(["render", "dev", "--out", out], keys);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /is not empty/);
  });

  it("says which stack was meant", async () => {
    const { code, stderr } = await slipway(["preview", "de", "--no-policy"]);
    assert.equal(code, 1);
    assert.match(stderr, /no such stack: de[^]*did you mean dev\?/);
  });
});
