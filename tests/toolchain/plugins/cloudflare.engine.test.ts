import assert from "node:assert/strict";
import {
  CheckRequest,
  type CheckResponse,
  InvokeRequest,
  type InvokeResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { call, providerPlugin, struct } from "../../helpers/plugin";
import { project, removeProjects } from "../../helpers/pulumi";

const recordType = "cloudflare:index/dnsRecord:DnsRecord";

const program = (more = "") => `
  import * as cloudflare from "@pulumi/cloudflare";
  import * as pulumi from "@pulumi/pulumi";
  const zone = cloudflare.getZoneOutput({ filter: { name: "example.com" } });
  const record = new cloudflare.DnsRecord("app", {
    zoneId: zone.zoneId, name: "app", type: "A", content: "192.0.2.1", ttl: 1, proxied: true,
  });
  export const id = record.id;
  export const created = record.createdOn;
  export const found = zone.name;
  export const ranges = cloudflare.getIpRangesOutput().ipv4Cidrs;
  ${more}
`;

describe("the cloudflare stand-in in real pulumi runs", function () {
  this.timeout(120_000);
  afterEach(removeProjects);

  it("rehearses a stack through its whole life, and says once a run that it does", async () => {
    const made = await project(program());
    const preview = await made.preview();
    assert.equal(preview.code, 0, preview.text);
    assert.match(preview.text, /id\s*: \[unknown\]/);
    const created = await made.up();
    assert.equal(created.code, 0, created.text);
    const diagnostics = created.text.slice(created.text.indexOf("Diagnostics:"));
    assert.equal(diagnostics.match(/Cloudflare is only rehearsed/g)?.length, 1);
    const outputs = await made.outputs();
    assert.match(String(outputs.id), /^rehearsed-[0-9a-f]{32}$/);
    assert.equal(outputs.created, "rehearsed-createdOn");
    assert.equal(outputs.found, "example.com");
    assert.deepEqual(outputs.ranges, ["192.0.2.0/24", "198.51.100.0/24"]);
    assert.match((await made.preview("--expect-no-changes")).text, /2 unchanged/);
    assert.match((await made.refresh()).text, /2 unchanged/);
    made.program(program().replace("192.0.2.1", "192.0.2.2"));
    assert.match((await made.up()).text, /~ 1 updated/);
    assert.equal((await made.resource(recordType)).outputs?.content, "192.0.2.2");
    made.program(program().replace("zone.zoneId", '"another"'));
    assert.match((await made.preview()).text, /replace \[diff: .*zoneId/);
    assert.match((await made.destroy()).text, /- 2 deleted/);
  });

  it("keeps secret inputs and outputs out of the state", async () => {
    const made = await project(
      program(`
        export const tunnel = new cloudflare.ZeroTrustTunnelCloudflared("t", { accountId: "a", name: "t", tunnelSecret: "geheimnis" }).tunnelSecret;
        export const kept = new cloudflare.WorkersKv("kv", { accountId: "a", namespaceId: "n", keyName: "k", value: pulumi.secret("verborgen") }).value;
        export const token = new cloudflare.ApiToken("token", {
          name: "backup", policies: [{ effect: "allow", permissionGroups: [{ id: "x" }], resources: "{}" }],
        }).value;
      `),
    );
    const outcome = await made.up();
    assert.equal(outcome.code, 0, outcome.text);
    const outputs = await made.outputs();
    assert.equal(outputs.tunnel, "geheimnis");
    assert.equal(outputs.kept, "verborgen");
    const stored = made.stored();
    for (const secret of ["geheimnis", "verborgen", String(outputs.token)]) {
      assert.ok(secret.length > 8 && !stored.includes(secret), `${secret} lies in clear in the state`);
      assert.ok(!outcome.text.includes(secret), `${secret} was shown`);
    }
  });

  it("refuses what is missing and what does not exist, with its place, before anything is recorded", async () => {
    const made = await project(
      program(`
        new cloudflare.Ruleset("limits", {
          zoneId: zone.zoneId, kind: "zone", name: "limits", phase: "http_ratelimit",
          rules: [{ actio: "block", expression: "true", ratelimit: { period: 10 } } as any],
        });
      `),
    );
    const outcome = await made.preview();
    assert.notEqual(outcome.code, 0);
    for (const line of [
      /rules\[0\]\.action: missing required property/,
      /rules\[0\]\.actio: no such property; there are action,/,
      /rules\[0\]\.ratelimit\.characteristics: missing required property/,
    ]) {
      assert.match(outcome.text, line);
    }
  });
});

describe("the cloudflare stand-in's gRPC surface", function () {
  this.timeout(120_000);
  afterEach(removeProjects);

  it("checks and looks up with the types of the package that the program uses", async () => {
    const made = await project("");
    const plugin = await providerPlugin("cloudflare", made.folder);
    try {
      const check = new CheckRequest()
        .setUrn(`urn:pulumi:test::project::${recordType}::it`)
        .setNews(struct({ name: "app", ttl: 1, type: "A" }));
      const checked = await call<CheckResponse>((done) => plugin.client.check(check, done));
      assert.deepEqual(
        checked.getFailuresList().map((failure) => failure.getReason()),
        ["zoneId: missing required property"],
      );
      const invoke = new InvokeRequest()
        .setTok("cloudflare:index/getZone:getZone")
        .setArgs(struct({ filter: { name: "example.org" } }));
      const found = await call<InvokeResponse>((done) => plugin.client.invoke(invoke, done));
      const zone = found.getReturn()?.toJavaScript() as Record<string, string> | undefined;
      assert.equal(zone?.name, "example.org");
      assert.equal(zone.id, zone.zoneId);
      assert.match(zone.id ?? "", /^rehearsed-/);
    } finally {
      assert.equal(await plugin.stop(), 0);
    }
  });
});
