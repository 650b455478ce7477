import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import {
  CheckRequest,
  type CheckResponse,
  CreateRequest,
  type CreateResponse,
  DiffRequest,
  DiffResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import type { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { call, providerPlugin, struct, type Plugin } from "../../helpers/plugin";
import { project, removeProjects } from "../../helpers/pulumi";

/** How Pulumi marks a secret on the wire. */
const secretMark = "4dabf18193072939515e22adb298388d";
const secretValue = "1b47061264138c4ac30d75fd1eb44270";

const passwordType = "random:index/randomPassword:RandomPassword";

/** A program with the one resource, its result shown. */
const one = (kind: string, args: string, options = "{}") => `
  import * as random from "@pulumi/random";
  const it = new random.${kind}("it", ${args}, ${options});
  export const id = it.id;
  export const result = (it as any).result;
`;

describe("the random stand-in in real pulumi runs", function () {
  this.timeout(120_000);
  afterEach(removeProjects);

  it("makes every resource of the package, changes nothing on the next up, and takes all away", async () => {
    const all = await project(`
      import * as random from "@pulumi/random";
      new random.RandomBytes("bytes", { length: 16 });
      new random.RandomId("id", { byteLength: 4, prefix: "p-" });
      new random.RandomInteger("integer", { min: 3, max: 3 });
      new random.RandomPassword("password", { length: 12 });
      export const pet = new random.RandomPet("pet", { length: 3, prefix: "my", separator: "." }).id;
      export const shuffled = new random.RandomShuffle("shuffle", { inputs: ["a", "b", "c"], resultCount: 2 }).results;
      export const text = new random.RandomString("string", { length: 9, special: false, lower: false, numeric: false }).result;
      export const uuids = [
        new random.RandomUuid("uuid").result, new random.RandomUuid4("uuid4").result, new random.RandomUuid7("uuid7").result,
      ];
    `);
    const created = await all.up();
    assert.equal(created.code, 0, created.text);
    assert.match(created.text, /\+ 11 created/);
    const { pet, shuffled, text, uuids } = (await all.outputs()) as Record<string, string> & {
      shuffled: string[];
      uuids: string[];
    };
    assert.match(pet ?? "", /^my\.[a-z]+\.[a-z]+\.[a-z]+$/);
    assert.equal(new Set(shuffled).size, 2);
    assert.match(text ?? "", /^[A-Z]{9}$/);
    for (const [index, version] of [/./, /^.{14}4/, /^.{14}7/].entries()) {
      assert.match(
        uuids[index] ?? "",
        /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      assert.match(uuids[index] ?? "", version);
    }
    assert.match((await all.preview("--expect-no-changes")).text, /11 unchanged/);
    assert.match((await all.refresh()).text, /10 unchanged|11 unchanged/);
    assert.match((await all.destroy()).text, /- 11 deleted/);
  });

  it("makes a new value when a keeper changes, and when what the value is made of changes", async () => {
    const kept = await project(one("RandomString", `{ length: 8, keepers: { image: "1" } }`));
    assert.equal((await kept.up()).code, 0);
    const before = await kept.outputs();
    kept.program(one("RandomString", `{ length: 8, keepers: { image: "2" } }`));
    assert.match((await kept.preview()).text, /replace \[diff: ~keepers\]/);
    assert.match((await kept.up()).text, /1 replaced/);
    const after = await kept.outputs();
    assert.notEqual(after.result, before.result);
    kept.program(one("RandomString", `{ length: 9, keepers: { image: "2" } }`));
    assert.match((await kept.up()).text, /1 replaced/);
    assert.equal(String((await kept.outputs()).result).length, 9);
  });

  it("updates in place where nothing changes that the value is made of", async () => {
    const kept = await project(one("RandomPassword", `{ length: 8 }`));
    assert.equal((await kept.up()).code, 0);
    const before = await kept.outputs();
    kept.program(
      one("RandomPassword", `{ length: 8, upper: true, minLower: 0, overrideSpecial: "", keepers: {} }`),
    );
    const outcome = await kept.up();
    assert.equal(outcome.code, 0, outcome.text);
    assert.doesNotMatch(outcome.text, /replaced/);
    assert.deepEqual(await kept.outputs(), before);
  });

  it("keeps secret values out of everything that is stored or shown", async () => {
    const guarded = await project(`
      import * as random from "@pulumi/random";
      const password = new random.RandomPassword("password", { length: 24 });
      const bytes = new random.RandomBytes("bytes", { length: 24 });
      export const values = [password.result, password.bcryptHash, bytes.base64, bytes.hex];
    `);
    const outcome = await guarded.up();
    assert.equal(outcome.code, 0, outcome.text);
    const { values } = (await guarded.outputs()) as { values: string[] };
    const stored = guarded.stored();
    assert.ok(stored.includes(passwordType), "the state is being read");
    for (const value of values) {
      assert.ok(value.length >= 24);
      assert.ok(!stored.includes(value), "a secret lies in clear in the state");
      assert.ok(!outcome.text.includes(value), "a secret was shown");
    }
  });

  it("takes over an existing value by the import option, and needs no change after", async () => {
    const taken = await project(one("RandomPassword", `{ length: 13 }`, `{ import: "hunter2hunter" }`));
    const outcome = await taken.up();
    assert.equal(outcome.code, 0, outcome.text);
    assert.match(outcome.text, /1 imported/);
    assert.equal((await taken.outputs()).result, "hunter2hunter");
    taken.program(one("RandomPassword", `{ length: 13 }`));
    assert.match((await taken.preview("--expect-no-changes")).text, /2 unchanged/);
    // The engine's own record of what was imported is all that may hold it.
    const stored = taken.stored().replaceAll('"importID":"hunter2hunter"', "");
    assert.ok(!stored.includes("hunter2hunter"), "the imported password lies in clear in the state");
  });

  it("takes a state that the official plugin wrote as it is", async () => {
    const moved = await project(
      one("RandomPassword", `{ length: 16, minLower: 2, number: true, special: true }`),
    );
    assert.equal((await moved.up()).code, 0);
    const { stdout } = await moved.must("stack", "export");
    const stack = JSON.parse(stdout) as { deployment: { resources: { type: string; outputs: unknown }[] } };
    const password = stack.deployment.resources.find(({ type }) => type === passwordType);
    assert.ok(password);
    // Recorded from version 4.17 of the official plugin.
    password.outputs = {
      __meta: '{"schema_version":"3"}',
      bcryptHash: "$2a$10$HsFvLK4wI7aLBcqPQiJ8DOGYyeymRSM.MNTWUbd/Q3.SykJ/ukpBi",
      id: "none",
      length: 16,
      lower: true,
      minLower: 2,
      minNumeric: 0,
      minSpecial: 0,
      minUpper: 0,
      number: true,
      numeric: true,
      result: "Qp7:#8odTqS)5#bS",
      special: true,
      upper: true,
    };
    moved.write("official.json", JSON.stringify(stack));
    await moved.must("stack", "import", "--file", "official.json");
    assert.match((await moved.preview("--expect-no-changes")).text, /2 unchanged/);
  });

  // One a run: the engine ends at the first error it hears of, whichever resource that is of.
  for (const [wrong, said] of [
    [
      'new random.RandomPassword("it", { length: 4, minUpper: 3, minLower: 2 });',
      /length must be at least the sum of minUpper, minLower, minNumeric and minSpecial \(5\), got: 4/,
    ],
    [
      'new random.RandomString("it", { length: 4, upper: false, lower: false, special: false, numeric: false });',
      /at least one of special, upper, lower and numeric must be true/,
    ],
    ['new random.RandomInteger("it", { min: 5, max: 1 });', /minimum value \(5\)|min.*5.*max.*1/],
  ] as const) {
    it(`names a wrong input before anything is made, and ends with an error: ${wrong}`, async () => {
      const made = await project(`import * as random from "@pulumi/random";\n${wrong}`);
      const outcome = await made.up();
      assert.notEqual(outcome.code, 0);
      assert.match(outcome.text, said);
      assert.deepEqual(
        (await made.resources()).filter(({ type }) => type.startsWith("random:")),
        [],
      );
    });
  }
});

describe("the random stand-in's gRPC surface", function () {
  this.timeout(120_000);
  let plugin: Plugin<ResourceProviderClient>;
  before(async () => {
    plugin = await providerPlugin("random", tmpdir());
  });
  after(async () => assert.equal(await plugin.stop(), 0));

  const urn = `urn:pulumi:test::project::${passwordType}::it`;

  it("checks inputs and says which property is wrong", async () => {
    const request = new CheckRequest().setUrn(urn).setNews(struct({ length: 0 }));
    const answer = await call<CheckResponse>((done) => plugin.client.check(request, done));
    assert.deepEqual(
      answer.getFailuresList().map((failure) => [failure.getProperty(), failure.getReason()]),
      [["length", "length must be at least 1, got: 0"]],
    );
  });

  it("answers secret outputs as secrets", async () => {
    const request = new CreateRequest().setUrn(urn).setProperties(struct({ length: 10 }));
    const made = await call<CreateResponse>((done) => plugin.client.create(request, done));
    assert.equal(made.getId(), "none");
    const { result, length } = made.getProperties()?.toJavaScript() as {
      length: number;
      result: Record<string, string>;
    };
    assert.equal(length, 10);
    assert.equal(result[secretMark], secretValue);
    assert.equal(result.value?.length, 10);
  });

  it("answers a diff by property, with what replaces", async () => {
    const request = new DiffRequest()
      .setUrn(urn)
      .setOlds(struct({ length: 10 }))
      .setNews(struct({ length: 11 }));
    const answer = await call<DiffResponse>((done) => plugin.client.diff(request, done));
    assert.equal(answer.getChanges(), DiffResponse.DiffChanges.DIFF_SOME);
    assert.deepEqual(answer.getReplacesList(), ["length"]);
  });

  it("refuses a type it does not know, by name", async () => {
    const request = new CheckRequest()
      .setUrn("urn:pulumi:test::project::random:index/randomDice:RandomDice::it")
      .setNews(struct({}));
    await assert.rejects(
      call<CheckResponse>((done) => plugin.client.check(request, done)),
      /randomDice.*knows no such type/,
    );
  });
});
