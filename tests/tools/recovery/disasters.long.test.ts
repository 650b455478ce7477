// What goes wrong with backups and with who uses them: it is said, nothing acknowledged is lost, and the next try is good.
import assert from "node:assert/strict";
import type { Drilled } from "../../../tools/recovery/rehearsal";
import type { Restored } from "../../../tools/recovery/restore";
import { inside } from "../../../tools/status/prometheus";
import { run } from "../../../toolchain/lib/run";
import { describeLive } from "../../helpers/live";
import { Project } from "../../../tools/testing/project";
import { ask, small } from "./product";
import { Acknowledged, writer, writing } from "./writer";

const STORE = "objectstores.barmancloud.cnpg.io";
const CLUSTER = "clusters.postgresql.cnpg.io";
/** As many changes as are archived in an hour at most, at one a minute. */
const HOUR = 60;

describeLive("a disaster of backups", function () {
  this.timeout(900_000);
  const product = new Project("disasters-test");
  const prometheus = inside(process.env as Record<string, string>, "slipway");
  const said = new Acknowledged(product);

  before(async () => {
    await product.make();
    const { parts, ...rest } = small(product.stack) as { parts: object };
    await writing(product, said, {
      ...rest,
      monitoring: { enabled: true, interval: "15s" },
      parts: { ...parts, writer: writer() },
    });
  });
  after(async () => {
    await said.stop();
    await product.kubectl("delete", "namespace", `${product.stack}-drill-now`, "--ignore-not-found");
    await product.remove();
  });

  const databases = () => product.kubectl("get", CLUSTER, "-o=jsonpath={.items[*].metadata.name}");
  const patch = (what: string, change: object) =>
    product.kubectl("patch", what, "--type=merge", "--patch", JSON.stringify(change));
  const serves = async () => {
    await said.more(10);
    assert.deepEqual(await said.lost("postgres-1"), []);
  };
  const spec = async (what: string) =>
    (JSON.parse(await product.kubectl("get", what, "-o=json")) as { spec: Record<string, unknown> }).spec;

  it("a moment before the first backup is refused, and nothing was touched", async () => {
    const { code, stderr } = await product.slipway(["restore", "--to", "2020-01-01T00:00:00Z"]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /is before the first backup[^]*The first moment there is: 20\d\d-[^]*slipway backups/,
    );
    assert.equal(await databases(), "postgres");
    await serves();
  });

  it("wrong keys of the bucket are told as such, by each command that needs it", async () => {
    const store = await spec(`${STORE}/postgres`);
    const { configuration } = store as { configuration: { s3Credentials: object } };
    const of = (key: string) => ({ name: "wrong-keys", key });
    const literals = ["id", "key"].map((key) => `--from-literal=${key}=wrong`);
    await product.kubectl("create", "secret", "generic", "wrong-keys", ...literals);
    const wrong = { accessKeyId: of("id"), secretAccessKey: of("key") };
    await patch(`${STORE}/postgres`, {
      spec: { configuration: { s3Credentials: { ...wrong, region: null } } },
    });
    try {
      for (const words of [["backups"], ["restore", "--to", "latest"]]) {
        const { code, stderr } = await product.slipway(words);
        assert.equal(code, 1);
        assert.match(
          stderr,
          /could not be looked into[^]*(InvalidAccessKeyId|SignatureDoesNotMatch|Forbidden|403|access key ID)/,
        );
        assert.match(stderr, /its credentials/);
      }
      assert.equal(await databases(), "postgres");
    } finally {
      await patch(`${STORE}/postgres`, { spec: { configuration } });
    }
    await serves();
  });

  it("a bucket that nobody reaches rings once changes wait, loses nothing, and is caught up with", async () => {
    const policy = await spec("networkpolicy/postgres");
    const { egress } = policy as { egress: { ports?: { port?: number }[] }[] };
    const { configuration } = (await spec(`${STORE}/postgres`)) as { configuration: { endpointURL: string } };
    const bucket = Number(new URL(configuration.endpointURL).port);
    const shut = egress.map((rule) => ({
      ...rule,
      ...(rule.ports === undefined ? {} : { ports: rule.ports.filter(({ port }) => port !== bucket) }),
    }));
    interface Rules {
      items: { spec: { groups: { rules: { alert?: string; expr: string }[] }[] } }[];
    }
    const rules = JSON.parse(await product.kubectl("get", "prometheusrules", "-o=json")) as Rules;
    const alert = rules.items
      .flatMap((one) => one.spec.groups.flatMap((group) => group.rules))
      .find((rule) => rule.alert === "ArchiveFails");
    assert.ok(alert);
    const waiting = "select count(*) from pg_ls_archive_statusdir() where name like '%.ready'";
    const archived = () => ask(product, "postgres-1", "select archived_count from pg_stat_archiver");
    await patch("networkpolicy/postgres", { spec: { egress: shut } });
    try {
      await product.until(async () => {
        await ask(product, "postgres-1", `select pg_switch_wal() where (${waiting}) < ${HOUR}`);
        return (await prometheus.now(alert.expr)).length > 0;
      });
      assert.ok(Number(await ask(product, "postgres-1", waiting)) >= HOUR);
      await serves();
    } finally {
      await patch("networkpolicy/postgres", { spec: { egress } });
    }
    const before = Number(await archived());
    await product.until(async () => Number(await archived()) > before);
    await product.until(async () => (await ask(product, "postgres-1", waiting)) === "0");
    await product.until(async () => (await prometheus.now(alert.expr)).length === 0);
    await serves();
  });

  it("a newest backup whose objects are damaged fails the drill, and a restore takes the one before", async () => {
    const taken = await product.slipway(["backup", "--json"]);
    assert.equal(taken.code, 0, taken.stderr);
    const { id } = JSON.parse(taken.stdout) as { id: string };
    await damage(id);
    const drill = await product.slipway(["drill", "--json"]);
    assert.equal(drill.code, 1);
    assert.match(drill.stderr, new RegExp(`backup ${id} cannot be restored`));
    const restored = await product.slipway(["restore", "--to", "latest", "--into", "look", "--json"]);
    assert.equal(restored.code, 0, restored.stderr);
    const { backup, switched } = JSON.parse(restored.stdout) as Restored;
    assert.deepEqual([backup < id, switched], [true, false]);
    assert.deepEqual(await said.lost("postgres-1"), []);
    await product.kubectl("delete", CLUSTER, "look");
    // So that the newest is a good one again.
    assert.equal((await product.slipway(["backup"])).code, 0);
  });

  /** Other bytes in the place of a backup's, put there by who has the keys. */
  async function damage(id: string): Promise<void> {
    const { configuration } = (await spec(`${STORE}/postgres`)) as {
      configuration: {
        destinationPath: string;
        endpointURL: string;
        s3Credentials: Record<string, Reference>;
      };
    };
    interface Reference {
      name: string;
      key: string;
    }
    const value = async ({ name, key }: Reference) =>
      Buffer.from(
        await product.kubectl("get", "secret", name, `-o=jsonpath={.data.${key}}`),
        "base64",
      ).toString();
    const { accessKeyId, secretAccessKey } = configuration.s3Credentials;
    assert.ok(accessKeyId && secretAccessKey);
    const { hostname, pathname } = new URL(configuration.destinationPath);
    const key = `${pathname.slice(1)}/postgres/base/${id}/data.tar.gz`;
    const keys = {
      aws_access_key_id: await value(accessKeyId),
      aws_secret_access_key: await value(secretAccessKey),
      endpoint_url: configuration.endpointURL,
      region_name: "us-east-1",
    };
    const at = { Bucket: hostname, Key: key };
    const script = `
import boto3
s3 = boto3.client("s3", **${JSON.stringify(keys)})
s3.head_object(**${JSON.stringify(at)})
s3.put_object(**${JSON.stringify(at)}, Body=b"damaged")
`;
    const inside = ["exec", "-i", "postgres-1", "-c", "plugin-barman-cloud", "--", "python3", "-"];
    await run("kubectl", ["--context", "slipway", "--namespace", product.stack, ...inside], {
      input: script,
    });
  }

  it("a drill that is killed half-way leaves nothing that the next one minds", async () => {
    const home = `${product.stack}-drill-now`;
    const there = async () =>
      (await product.kubectl("get", CLUSTER, "-n", home, "-o=name", "--ignore-not-found")) !== "";
    const victim = product.start(["drill"]);
    await product.until(there);
    victim.kill();
    await victim.ended;
    assert.ok(await there());
    const again = await product.slipway(["drill", "--json"]);
    assert.equal(again.code, 0, again.stderr);
    assert.ok((JSON.parse(again.stdout) as Drilled).ok);
    assert.equal(await product.kubectl("get", "namespace", home, "--ignore-not-found"), "");
  });

  it("of two restores at once the second is refused, by the name of the first", async () => {
    const first = product.start(["restore", "--to", "latest", "--into", "look"]);
    const holder = () =>
      product.kubectl(
        "get",
        "lease",
        "slipway-deploy",
        "--ignore-not-found",
        "-o=jsonpath={.spec.holderIdentity}",
      );
    await product.until(async () => (await holder()) !== "");
    const second = await product.slipway(["restore", "--to", "latest", "--into", "other"]);
    first.kill();
    await first.ended;
    assert.equal(second.code, 1);
    assert.match(second.stderr, /\(process \d+\)[^]*Restoring it to the newest moment/);
    assert.doesNotMatch(await databases(), /other/);
    await product.kubectl("delete", CLUSTER, "look", "--ignore-not-found");
    await serves();
  });

  it("an empty bucket is told as such, and what to do", async () => {
    const { configuration } = (await spec(`${STORE}/postgres`)) as {
      configuration: { destinationPath: string };
    };
    const destinationPath = `${configuration.destinationPath}-empty`;
    await patch(`${STORE}/postgres`, { spec: { configuration: { destinationPath } } });
    const list = await product.slipway(["backups"]);
    assert.equal(list.code, 0, list.stderr);
    assert.match(list.stdout, /has no backup of disasters-test yet: \.\/slipway backup disasters-test/);
    const refused = await product.slipway(["restore", "--to", "latest"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /the bucket has no backup of disasters-test to restore[^]*slipway backup/);
    await serves();
  });
});
