/** Every rule as Prometheus itself reads it: firing, not firing, recovering, and nothing else ringing. */
import assert from "node:assert/strict";
import { ruleGroups } from "../../../components/monitoring/rules";
import { views } from "../../../components/monitoring/views";
import { checkRules, type Moment, rehearse } from "./promtool";
import { type Scenario, SCENARIOS } from "./scenarios";
import { GOOD_DAY, of, ownRule, requests, type Series, SHOP, slopes, levels, took } from "./shop";

const assertRings = async (args: typeof SHOP, series: Series, moments: readonly Moment[]) => {
  const { good, said } = await rehearse(ruleGroups(args), { ...GOOD_DAY, ...series }, moments);
  assert.ok(good, said);
};

/** `Alert severity` of whatever does not ring at one moment, does at a later one, and does not at one later still. */
function comeAndGone({ moments }: Scenario): string[] {
  const rung = new Set(moments.flatMap(([, ...ringing]) => ringing));
  return [...rung].flatMap((one) => {
    const [name = "", , severity = ""] = one.split(" ");
    const spelt = moments.map(([, ...ringing]) => (ringing.includes(one) ? "r" : ".")).join("");
    return /\.r+\./.test(spelt) ? [`${name} ${severity}`] : [];
  });
}

describe("the rules, in Prometheus' eyes", function () {
  this.timeout(120_000);

  it("are without fault", async () => {
    const { good, said } = await checkRules(ruleGroups({ ...SHOP, deadman: true }));
    assert.ok(good, said);
  });

  it("and the queries of every dashboard are ones that Prometheus understands", async () => {
    const business = [
      { by: ["shape"], kind: "counter", metric: "patterns_total", title: "Patterns", unit: "count" },
      { by: [], kind: "histogram", metric: "job_seconds", title: "Jobs", unit: "seconds" },
    ] as const;
    const queries = Object.values(views({ ...SHOP, business }, "5m")).flatMap(({ panels }) =>
      panels.flatMap(({ queries: each }) => each.map(({ expr }) => expr)),
    );
    assert.ok(queries.length > 50);
    const rules = queries.map((expr, index) => ({ expr, labels: {}, record: `query:${index}` }));
    const { good, said } = await checkRules([{ name: "queries", rules }]);
    assert.ok(good, said);
  });

  it("are each rehearsed three times over: not yet, then, no more", () => {
    const made = ruleGroups({ ...SHOP, deadman: true }).flatMap(({ rules }) =>
      rules.flatMap((rule) => ("alert" in rule ? [`${rule.alert} ${rule.labels.severity ?? ""}`] : [])),
    );
    // The one that always rings is the sign that the others would.
    const rehearsed = new Set(["AlertingWorks none", ...SCENARIOS.flatMap(comeAndGone)]);
    assert.deepEqual(
      [...new Set(made)].filter((one) => !rehearsed.has(one)),
      [],
    );
  });

  for (const { args, moments, name, series } of SCENARIOS) {
    it(name, () => assertRings({ ...SHOP, ...args }, series, moments));
  }
});

/** The tables of the products this is for: threshold, duration and severity as they were written down. */
describe("a stack's own thresholds, in Prometheus' eyes", function () {
  this.timeout(120_000);
  const RULES = {
    DiskSpaceHigh: ownRule("disk > 80%", "15m", "medium"),
    HighCrashRate: ownRule("metric mobile_crash_rate > 2%", "30m", "high"),
    HighErrorRate: ownRule("errors > 1%", "5m", "critical"),
    SlowAPIResponse: ownRule("p95 > 500ms", "10m", "high"),
    SlowQueries: ownRule("query > 200ms", "15m", "medium"),
    Uptime: ownRule("uptime < 99%", "1h", "high"),
  };
  const args = { ...SHOP, jobs: {}, postgres: undefined, routes: {}, rules: RULES };
  const own = (series: Series, moments: readonly Moment[]) => {
    const groups = ruleGroups(args).filter(({ name }) => name === "shop-own");
    return rehearse(groups, { ...GOOD_DAY, ...series }, moments).then(({ good, said }) =>
      assert.ok(good, said),
    );
  };
  const errors = (each: number) => ({
    [requests("200")]: slopes(0, [60, 1000], [60, 1000 - each], [600, 1000]),
    [requests("500")]: slopes(0, [60, 0], [60, each], [600, 0]),
  });

  it("error rate above 1 % for 5 minutes is critical; 0.9 % is not", async () => {
    await own(errors(9), [["80m"], ["110m"]]);
    await own(errors(20), [["62m"], ["72m", "HighErrorRate api critical"], ["130m"]]);
  });

  it("p95 above 500 ms for 10 minutes is high", () =>
    own(
      {
        [took("0.1")]: slopes(0, [60, 600], [60, 0], [600, 600]),
        [took("0.2")]: slopes(0, [60, 600], [60, 0], [600, 600]),
        [took("0.5")]: slopes(0, [60, 600], [60, 300], [600, 600]),
        [took("1")]: slopes(0, [60, 600], [60, 600], [600, 600]),
      },
      [["68m"], ["78m", "SlowAPIResponse api high"], ["130m"]],
    ));

  it("a disk above 80 % for 15 minutes is medium", () =>
    own(
      {
        [of("kubelet_volume_stats_available_bytes", ',persistentvolumeclaim="postgres-1"')]: levels(
          [10, 21],
          [30, 19],
          [60, 21],
        ),
      },
      [["24m"], ["26m", "DiskSpaceHigh product medium"], ["41m"]],
    ));

  it("a crash rate above 2 % for 30 minutes is high", () =>
    own({ [of("mobile_crash_rate")]: levels([10, 0.02], [60, 0.021], [60, 0.01]) }, [
      ["39m"],
      ["41m", "HighCrashRate product high"],
      ["71m"],
    ]));

  it("a mean query above 200 ms for 15 minutes is medium", () =>
    own(
      {
        'cnpg_pg_stat_statements_total_exec_time_seconds{namespace="shop",pod="postgres-1"}': slopes(
          0,
          [30, 60],
          [60, 1800],
          [60, 60],
        ),
      },
      [["40m"], ["55m", "SlowQueries product medium"], ["100m"]],
    ));

  it("uptime below 99 %, over its own time", () =>
    own({ [of("probe_success", ',instance="https://api"')]: levels([100, 1], [2, 0], [300, 1]) }, [
      ["99m"],
      ["102m", "Uptime product high"],
      ["165m"],
    ]));
});
