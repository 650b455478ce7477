/** `slipway policy`: the corpus of good manifests is silent, a bad folder is told in order of gravity, errors are clear. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { parseAllDocuments, stringify } from "yaml";
import { rules } from "../../policies/index";
import { Failure } from "../../toolchain/lib/failure";
import { register } from "../../tools/policy";
import { fixtures } from "./fixtures";

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** The verb as tools/main.ts runs it, in this process: a process for each would take most of the time. */
async function slipway(...args: string[]): Promise<Result> {
  const result: Result = { code: 0, stdout: "", stderr: "" };
  const write = process.stdout.write.bind(process.stdout);
  const program = new Command("slipway")
    .exitOverride()
    .configureOutput({ writeErr: (text) => (result.stderr += text) });
  register(program);
  process.stdout.write = (text: string | Uint8Array) => {
    result.stdout += String(text);
    return true;
  };
  try {
    await program.parseAsync(["policy", ...args], { from: "user" });
    result.code = Number(process.exitCode ?? 0);
  } catch (thrown) {
    if (thrown instanceof Failure) result.stderr += `slipway: ${thrown.format()}\n`;
    else if (!(thrown instanceof CommanderError)) throw thrown;
    result.code = thrown.exitCode;
  } finally {
    process.stdout.write = write;
    process.exitCode = 0;
  }
  return result;
}

describe("slipway policy", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "slipway-policy-"));
  });
  after(() => rmSync(folder, { recursive: true }));
  const put = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };

  it("finds nothing in the corpus of good manifests", async () => {
    const { code, stdout } = await slipway("check", "--manifests", "tests/policies/corpus");
    assert.match(stdout, /^\d\d resources, 0 findings, 0 not evaluated, 0 waivers\n$/);
    assert.equal(code, 0);
  });

  it("tells findings in order of gravity, each with property, found, wanted and how to mend it", async () => {
    const job = fixtures.Job() as {
      spec: { activeDeadlineSeconds?: number; template: { spec: { hostPID?: boolean } } };
    };
    delete job.spec.activeDeadlineSeconds;
    job.spec.template.spec.hostPID = true;
    const { code, stdout } = await slipway("check", "--each", "--manifests", put("job.yaml", stringify(job)));
    assert.equal(
      stdout,
      `critical  Job/shop/api  pods-stay-out-of-host-namespaces
    the pod sees and can signal its node's processes
    spec.template.spec.hostPID: found true, wanted false
    to mend: Delete hostNetwork, hostPID and hostIPC from the pod's spec.
    see https://kubernetes.io/docs/concepts/security/pod-security-standards/
low  Job/shop/api  jobs-end
    a job that hangs runs for ever
    spec.activeDeadlineSeconds: found nothing, wanted seconds (in a CronJob: of its jobTemplate)
    to mend: Set activeDeadlineSeconds of the job, and concurrencyPolicy: Forbid.
    see https://kubernetes.io/docs/concepts/workloads/controllers/job/
1 resources, 2 findings, 0 not evaluated, 0 waivers
`,
    );
    assert.equal(code, 1);
  });

  it("takes findings of a local stack as advice", async () => {
    const job = fixtures.Job() as { spec: { activeDeadlineSeconds?: number } };
    delete job.spec.activeDeadlineSeconds;
    const config = put("config.json", { settings: { tier: "local" } });
    const { code, stdout } = await slipway(
      "check",
      "--each",
      "--manifests",
      put("local.json", job),
      "--config",
      config,
    );
    assert.match(
      stdout,
      /1 resources, 1 findings, as advice: the stack is local, 0 not evaluated, 0 waivers\n$/,
    );
    assert.equal(code, 0);
  });

  it("reads an exported state, sees what is secret there and never shows it", async () => {
    const mark = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "v1:abc",
    };
    const type = "kubernetes:core/v1:ConfigMap";
    const inputs = { ...(fixtures.ConfigMap() as object), data: { greeting: mark } };
    const resources = [{ urn: `urn:pulumi:x::y::${type}::config`, type, protect: false, inputs }];
    const file = put("state.json", { version: 3, deployment: { resources } });
    const { code, stdout } = await slipway("check", "--state", file, "--json");
    const { findings } = JSON.parse(stdout) as { findings: Record<string, string>[] };
    assert.deepEqual(
      findings.map(({ rule, property, found }) => [rule, property, found]),
      [["secret-values-stay-in-secrets", "data.greeting", "a secret (not shown)"]],
    );
    assert.equal(code, 1);
    assert.doesNotMatch(stdout, /v1:abc/);
  });

  it("prints an admission policy and its binding for every rule about one object", async () => {
    const { stdout } = await slipway("vap", "--label", "team=shop", "--action", "warn");
    const manifests = parseAllDocuments(stdout).map(
      (document) => document.toJS() as { kind: string; spec: { validationActions?: string[] } },
    );
    const policies = manifests.filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
    const bindings = manifests.filter(({ kind }) => kind === "ValidatingAdmissionPolicyBinding");
    assert.ok(policies.length >= rules.filter(({ type }) => type === "object").length);
    assert.equal(policies.length, bindings.length);
    assert.deepEqual(
      [...new Set(bindings.map(({ spec }) => spec.validationActions?.join()))],
      ["Warn,Audit"],
    );
    assert.equal(stdout.match(/team: shop/g)?.length, bindings.length);
  });

  const corpus = "tests/policies/corpus";
  const mistakes: [what: string, args: () => string[], says: RegExp][] = [
    [
      "nothing to check",
      () => ["check"],
      /^slipway: policy check wants one thing to check\n.*next: slipway policy check --manifests FOLDER/s,
    ],
    [
      "a folder that is not there",
      () => ["check", "--manifests", "nowhere"],
      /^slipway: nowhere is not there\n/,
    ],
    [
      "broken YAML",
      () => ["check", "--manifests", put("broken.yaml", "kind: Pod\napiVersion: [v1\n")],
      /^slipway: some manifests cannot be read\n {2}\S*broken\.yaml:\d+: /,
    ],
    [
      "YAML that is no object",
      () => ["check", "--manifests", put("other.yaml", "hello: world\n")],
      /other\.yaml:1: no Kubernetes object: it wants apiVersion and kind/,
    ],
    [
      "a state that is none",
      () => ["check", "--state", put("none.json", "{}")],
      /none\.json has no resources/,
    ],
    [
      "a state that is no JSON",
      () => ["check", "--state", put("text.json", "hello")],
      /text\.json is no state/,
    ],
    [
      "a config that is no JSON",
      () => ["check", "--manifests", corpus, "--config", put("bad.json", "{")],
      /bad\.json is no JSON/,
    ],
    [
      "a config with a mistake",
      () => ["check", "--manifests", corpus, "--config", put("odd.json", { settings: { tier: "prod" } })],
      /^slipway: the policy settings cannot be read\n {2}settings of the policy config: tier: found "prod"; allowed: local, staging, production/,
    ],
    ["a label without a value", () => ["vap", "--label", "team"], /Write it as name=value/],
  ];
  for (const [what, args, says] of mistakes) {
    it(`says what to do about ${what}`, async () => {
      const { code, stderr } = await slipway(...args());
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n {4}at /, "a stack trace");
      assert.equal(code, 1);
    });
  }
});
