/**
 * Real faults, and who hears of them: from what breaks, by the part's own metrics, the cluster's Prometheus and Alertmanager,
 * to a receiver that speaks the channel's payload; and silence again when it is mended.
 */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beside } from "../../tools/testing/beside";
import { inside } from "../../tools/status/prometheus";
import { run } from "../../toolchain/lib/run";
import { checkout } from "../../toolchain/lib/paths";
import type { Channels } from "../components/monitoring/channels";
import { ask } from "../helpers/client";
import { alertsTo, listen, pointHere, secretsOfAlerts, toldAt } from "../helpers/ears";
import { describeLive, Live } from "../helpers/live";
import { eventually } from "../helpers/services";

/** What an alert may take beyond its own `for`: a reading, a look at it, and Alertmanager's gathering. */
const LATE = 60;
const own = (when: string, severity: string, of?: string) => ({
  for: "30s",
  severity,
  when,
  ...(of === undefined ? {} : { of }),
});
const WAIT = 30;
/** A message that something is over, in any channel's words. */
const OVER = /\[mended\]|"(status|event_action)":"resolved?"/;

describeLive("a product's alerts", function () {
  this.timeout(900_000);
  let ears: Channels;
  let live: Live;
  const prometheus = inside(process.env as Record<string, string>, "slipway");
  const ringing = async () =>
    (await prometheus.ringing())
      .filter(({ labels }) => labels.namespace === live.name && labels.severity !== "none")
      .map(({ labels }) => `${labels.alertname} ${labels.part} ${labels.severity}`);

  before(async () => {
    ears = await listen();
    const said = beside("alerts") as unknown as Record<string, object>;
    live = new Live("alerts", {
      alerts: {
        ...alertsTo(ears.mail),
        rules: {
          Connections: own("connections > 60%", "critical"),
          Errors: own("errors > 1%", "critical", "api"),
          JobsWait: own("queue-age > 20s", "high"),
          Slow: own("p95 > 2s", "high", "api"),
          CertificateSoon: own("certificate-expiry < 2h", "medium"),
        },
      },
      monitoring: { enabled: true, interval: "15s" },
      postgres: { ...said.postgres, connections: 60 },
      redis: { ...said.redis, exporterImage: "slipway.local/redis-exporter:1.45" },
      secrets: { ...said.secrets, ...secretsOfAlerts() },
    });
    await live.up();
    await pointHere(live, ears);
    await eventually("a sign of life comes", () => ears.at("/alive").length > 0, { seconds: 240 });
  });
  after(async () => {
    await live.remove();
    ears.close();
  });

  /** Waits for the alert at its receiver, then, mended, for its end in Prometheus. */
  async function rings(
    alert: string,
    place: string,
    wait: number,
    mend: () => Promise<unknown>,
  ): Promise<void> {
    const began = Date.now();
    const [name = ""] = alert.split(" ");
    const from = ears.at(place).length;
    const heard = () =>
      ears
        .at(place)
        .slice(from)
        .some((body) => body.includes(name) && !OVER.test(body));
    try {
      await eventually(`${alert} is heard at ${place}`, heard, {
        detail: () => JSON.stringify(ears.heard.map(({ at, body }) => `${at} ${body.slice(0, 200)}`)),
        seconds: wait + LATE,
      });
      const took = Math.round((Date.now() - began) / 1000);
      process.stdout.write(`        ${alert}: heard ${took} s after the fault (for ${wait} s)\n`);
      assert.ok((await ringing()).includes(alert));
    } finally {
      await mend();
    }
    await eventually(`${alert} ends`, async () => !(await ringing()).includes(alert), { seconds: 420 });
  }

  it("are none while nothing is wrong, a sign of life apart", async () => {
    // A probe that came before the first pod was ready has seen an error, and for five minutes that is a share of few requests.
    await eventually("what the start rang for is over", async () => (await ringing()).length === 0, {
      seconds: 420,
    });
    const rung = () => ears.heard.filter(({ at, body }) => at !== "/alive" && !OVER.test(body)).length;
    const before = rung();
    const signs = ears.at("/alive").length;
    await eventually("another sign of life comes", () => ears.at("/alive").length > signs, { seconds: 150 });
    assert.deepEqual(await ringing(), []);
    assert.equal(rung(), before);
  });

  /** `./slipway alert-test alerts`, in a folder that is a project with this one stack. */
  const alertTest = (allowFailure = false) => {
    const folder = dirname(live.file);
    copyFileSync(join(checkout, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    const words = ["-r", "ts-node/register/transpile-only", "tools/main.ts", "alert-test", live.name];
    return run(process.execPath, [...words, "--cwd", folder], { allowFailure, cwd: checkout });
  };

  it("are tested by slipway alert-test, each at its own receiver in its own words", async () => {
    const { stdout } = await alertTest();
    assert.deepEqual(
      stdout.split("\n").filter(Boolean),
      ["critical pagerduty", "critical hook     ", "high     slack    ", "medium   team     "].map(
        (line) => `  ${line}  has taken it`,
      ),
    );
    const pager =
      ears.at("/pagerduty").find((body) => body.includes("Only a test") && !OVER.test(body)) ?? "";
    const { event_action, payload } = JSON.parse(pager) as {
      event_action: string;
      payload: { severity: string; summary: string };
    };
    assert.deepEqual([event_action, payload.severity], ["trigger", "critical"]);
    assert.match(payload.summary, /\[critical\] alerts: Only a test/);
    const slack = ears.at("/slack").find((body) => body.includes("Only a test") && !OVER.test(body)) ?? "";
    assert.match(slack, /\[high\] alerts: Only a test of how high alerts.*"color":"danger"/);
    assert.match(ears.at("mail").join(""), /Subject: .*\[medium\] alerts: Only a test/);
  });

  it("say of a receiver that takes nothing why, and not what its address is", async () => {
    ears.refuse("/slack");
    const { code, stderr } = await alertTest(true);
    ears.accept();
    assert.equal(code, 1);
    assert.match(stderr, /1 of 4 messages did not arrive/);
    assert.match(stderr, /high, slack: .*403/);
    assert.doesNotMatch(stderr, new RegExp(ears.url("slack")));
  });

  /** Asks for a path again and again, until it is told to stop. */
  const asking = (path: string) => {
    const asked = { on: true };
    const work = (async () => {
      while (asked.on) await ask(live.hosts.api, path).catch(() => undefined); // an answer that fails is the fault
    })();
    return async () => {
      asked.on = false;
      await work;
    };
  };

  it("ring for a slow part", async () => {
    const stop = asking("/slow?ms=3000");
    await rings("Slow api high", "/slack", WAIT, stop);
  });

  it("ring for a part that returns errors, and for its promise", async () => {
    await live.kubectl("scale", "deployment/api", "--replicas=0");
    const stop = asking("/health");
    await rings("Errors api critical", "/pagerduty", WAIT, async () => {
      await live.kubectl("scale", "deployment/api", "--replicas=1");
      await stop();
    });
  });

  it("ring for a part that is down, and then for nothing else of it", async () => {
    await live.kubectl("scale", "deployment/web", "--replicas=0");
    await rings("NoReplicaAvailable web critical", "/hook", 120, () =>
      live.kubectl("scale", "deployment/web", "--replicas=1"),
    );
    const others = toldAt(ears, "/hook").filter(({ alert }) => alert.includes(" web "));
    assert.deepEqual([...new Set(others.map(({ alert }) => alert))], ["NoReplicaAvailable web critical"]);
  });

  it("ring for Postgres whose connections are used up", async () => {
    const held = run(
      "kubectl",
      [
        "--context",
        "slipway",
        "--namespace",
        live.name,
        "exec",
        "postgres-1",
        "--container=postgres",
        "--",
        "sh",
        "-c",
        "for i in $(seq 1 40); do psql -qtc 'select pg_sleep(600)' postgres & done; wait",
      ],
      { allowFailure: true },
    );
    await rings("Connections product critical", "/pagerduty", WAIT, async () => {
      const end =
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()";
      await live.kubectl("exec", "postgres-1", "--container=postgres", "--", "psql", "-qtc", end);
      await held;
    });
  });

  it("ring for a certificate that ends", async () => {
    const name = "ending";
    await live.apply({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name },
      spec: {
        dnsNames: ["ending.alerts.localhost"],
        duration: "1h",
        renewBefore: "5m",
        issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "slipway-local" },
        secretName: name,
      },
    });
    await rings("CertificateSoon product medium", "mail", WAIT, () =>
      live.kubectl("delete", "certificate", name),
    );
  });

  it("fall silent with Prometheus itself: no sign of life comes, which is what its owner rings for", async () => {
    const patch = (replicas: number) =>
      run("kubectl", [
        "--context",
        "slipway",
        "--namespace",
        "slipway-monitoring",
        "patch",
        "prometheus",
        "slipway",
        "--type=merge",
        `--patch={"spec":{"replicas":${replicas}}}`,
      ]);
    await patch(0);
    try {
      let last = ears.at("/alive").length;
      let since = Date.now();
      await eventually(
        "for two minutes no sign of life comes",
        () => {
          const now = ears.at("/alive").length;
          if (now !== last) [last, since] = [now, Date.now()];
          return Date.now() - since > 120_000;
        },
        { seconds: 600 },
      );
    } finally {
      await patch(1);
    }
    const before = ears.at("/alive").length;
    await eventually("signs of life come again", () => ears.at("/alive").length > before, { seconds: 240 });
  });
});
