/** What became of test alerts, from what Alertmanager counts, lists and complains of. */
import assert from "node:assert/strict";
import { complaintIn, counted, type Routed, type Sent } from "../../../tools/alerts/alertmanager";
import { heardLines, outcomes } from "../../../tools/alerts/outcomes";

const WANTED = { critical: ["pagerduty", "slack"], high: ["slack"] };
const ROUTES: Routed[] = [
  { receivers: ["pagerduty", "slack"], severity: "critical" },
  { receivers: ["slack"], severity: "high" },
];
const came = (
  after: Record<string, Sent>,
  { before = {}, routes = ROUTES }: { before?: Record<string, Sent>; routes?: Routed[] } = {},
) => outcomes(WANTED, routes, before, after).map((one) => `${one.severity} ${one.channel} ${one.came}`);

describe("test alerts", () => {
  it("are waited for until Alertmanager has them and has sent them", () => {
    const all = ["critical pagerduty waiting", "critical slack waiting", "high slack waiting"];
    assert.deepEqual(came({}, { routes: [] }), all);
    assert.deepEqual(came({}), all);
  });

  it("are told when a channel took as many messages as it hears of", () => {
    const slack = (tried: number, failed = 0) => ({
      pagerduty: { failed: 0, tried: 1 },
      slack: { failed, tried },
    });
    assert.deepEqual(came(slack(1)), [
      "critical pagerduty told",
      "critical slack waiting",
      "high slack waiting",
    ]);
    assert.deepEqual(came(slack(2)), ["critical pagerduty told", "critical slack told", "high slack told"]);
    // Tried thrice, failed once: both arrived in the end.
    assert.deepEqual(came(slack(3, 1)).slice(1), ["critical slack told", "high slack told"]);
    assert.deepEqual(came(slack(2, 1)).slice(1), ["critical slack failed", "high slack failed"]);
  });

  it("are not taken for what a channel was told before", () => {
    const before = { pagerduty: { failed: 2, tried: 9 }, slack: { failed: 0, tried: 5 } };
    assert.deepEqual(came(before, { before }), [
      "critical pagerduty waiting",
      "critical slack waiting",
      "high slack waiting",
    ]);
  });

  it("that nobody hears now wait for nothing", () => {
    const routes: Routed[] = [
      { receivers: ["pagerduty", "slack"], severity: "critical" },
      { quiet: "muted", receivers: ["slack"], severity: "high" },
    ];
    const after = { pagerduty: { failed: 0, tried: 1 }, slack: { failed: 0, tried: 1 } };
    assert.deepEqual(came(after, { routes }), [
      "critical pagerduty told",
      "critical slack told",
      "high slack quiet",
    ]);
  });

  it("of a channel that Alertmanager does not know are lost", () => {
    const routes: Routed[] = ROUTES.map((route) => ({ ...route, receivers: ["slack"] }));
    assert.equal(came({}, { routes })[0], "critical pagerduty lost");
  });

  it("are said line by line", () => {
    assert.deepEqual(
      heardLines([
        { came: "told", channel: "slack", severity: "high" },
        { came: "failed", channel: "pagerduty", severity: "critical", why: "status 403" },
      ]),
      ["  high     slack      has taken it", "  critical pagerduty  did not take it: status 403"],
    );
  });
});

describe("Alertmanager's own words", () => {
  it("are counted by receiver", () => {
    const text = [
      "# TYPE alertmanager_notification_requests_total counter",
      'alertmanager_notification_requests_total{integration="slack",receiver_name="shop/monitoring/slack"} 3',
      'alertmanager_notification_requests_failed_total{integration="slack",receiver_name="shop/monitoring/slack"} 1',
      'alertmanager_notifications_total{integration="slack",receiver_name="shop/monitoring/slack"} 2',
      "alertmanager_alerts 3",
    ].join("\n");
    assert.deepEqual(
      counted(text).map(({ name, value }) => [name.includes("failed"), value]),
      [
        [false, 3],
        [true, 1],
      ],
    );
  });

  it("say why a channel did not take a message, and never the address that is its secret", () => {
    const line = (receiver: string, err: string) =>
      `time=x level=WARN msg="Notify attempt failed" component=dispatcher receiver=shop/monitoring/${receiver} integration=webhook[0] err="${err}"`;
    const log = [
      line("hook", "old"),
      line("hook", 'Post \\"https://hooks.example.com/services/T0/SECRET\\": connection refused'),
      line("slack", "other"),
    ].join("\n");
    const said = complaintIn(log, "shop", "hook");
    assert.equal(said, "Post 'https://hooks.example.com/…': connection refused");
    const ended =
      'level=ERROR msg="Notify for alerts failed" num_alerts=1 err="shop/monitoring/pager/pagerduty[0]: notify retry canceled: unexpected status code 403: no"';
    assert.equal(
      complaintIn(ended, "shop", "pager"),
      "notify retry canceled: unexpected status code 403: no",
    );
    assert.equal(complaintIn(log, "shop", "pagerduty"), undefined);
    assert.equal(complaintIn(log, "other", "hook"), undefined);
  });
});
