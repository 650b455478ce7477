import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Bucket, type BucketArgs } from "../../components/bucket";
import { Dns, type DnsArgs, kindOfTarget } from "../../components/dns";
import { programOf } from "../../components/testing";

const ZONE = { "cloudflare:index/getZone:getZone": () => ({ zoneId: "zone" }) };
const dns = (args: Partial<DnsArgs> = {}) =>
  programOf(
    () =>
      void new Dns("dns", {
        comment: "shop, production",
        hosts: { app: { name: "app.example.com", proxied: true } },
        target: "203.0.113.7",
        targetIs: "ip",
        token: pulumi.output("hunter2"),
        zone: "example.com",
        ...args,
      }),
    { calls: ZONE },
  );
const RECORD = "cloudflare:index/dnsRecord:DnsRecord";

describe("Dns", () => {
  it("points full names to an address, as Cloudflare sees fit", async () => {
    const graph = await dns();
    assert.deepEqual(graph.one(RECORD).inputs, {
      comment: "shop, production",
      content: "203.0.113.7",
      name: "app.example.com",
      proxied: true,
      ttl: 1,
      type: "A",
      zoneId: "zone",
    });
    assert.deepEqual(graph.one("slipway:components:Dns").outputs, {
      names: ["app.example.com"],
      zoneId: "zone",
    });
  });

  const kinds: [target: string, kind: DnsArgs["targetIs"], type: string][] = [
    ["203.0.113.7", "ip", "A"],
    ["2001:db8::1", "ipv6", "AAAA"],
    ["lb.example.net", "hostname", "CNAME"],
  ];
  for (const [target, kind, type] of kinds) {
    it(`points to ${target} with ${type}`, async () => {
      assert.equal(kindOfTarget(target), kind);
      assert.equal((await dns({ target, targetIs: kind })).one(RECORD).inputs.type, type);
    });
  }

  it("keeps its token secret, and takes that of whoever runs it when told none", async () => {
    const provider = (await dns()).one("pulumi:providers:cloudflare");
    assert.deepEqual(provider.secrets, ["apiToken"]);
    assert.deepEqual((await dns({ token: undefined })).one("pulumi:providers:cloudflare").inputs, {});
  });

  it("makes its records by its own provider", async () => {
    const graph = await dns();
    assert.equal(graph.one(RECORD).provider, graph.one("pulumi:providers:cloudflare").urn);
  });

  it("takes a transform for each record", async () => {
    const graph = await dns({ transform: { record: { comment: "mine" } } });
    assert.equal(graph.one(RECORD).inputs.comment, "mine");
  });
});

describe("Bucket", () => {
  const bucket = (args: Partial<BucketArgs> = {}) =>
    programOf(() => {
      const made = new Bucket("backups", { account: "abc", bucket: "shop-backups", ...args });
      const { id, key } = made.credentials;
      return { id: "value" in id && id.value, key: "value" in key && key.value };
    });

  it("is there for good, with a token that writes to it alone", async () => {
    const graph = await bucket();
    assert.equal(graph.named("backups-bucket").protect, true);
    const [policy] = graph.named("backups-token").inputs.policies as { effect: string; resources: string }[];
    assert.equal(policy?.effect, "allow");
    assert.deepEqual(JSON.parse(policy.resources), {
      "com.cloudflare.edge.r2.bucket.abc_default_shop-backups": "*",
    });
  });

  it("gives keys as S3 has them, secret", async () => {
    const graph = await bucket();
    // echo -n "token of backups-token" | sha256sum
    assert.deepEqual(graph.outputs, {
      id: "backups-token-id",
      key: "21e3c3db29c4026c9775a80b2cb71de768d0740e387d1248f10e072f3b8612d3",
    });
    assert.deepEqual(graph.outputSecrets, ["id", "key"]);
  });

  it("can be locked for some days", async () => {
    const rules = (await bucket({ lockDays: 14 })).named("backups-lock").inputs.rules as unknown[];
    assert.deepEqual(rules, [
      { condition: { maxAgeSeconds: 1_209_600, type: "Age" }, enabled: true, id: "slipway" },
    ]);
    assert.ok(!(await bucket()).names().includes("backups-lock"));
  });
});
