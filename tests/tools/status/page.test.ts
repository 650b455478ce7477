import assert from "node:assert/strict";
import type { Status } from "../../../tools/status/figures";
import { html } from "../../../tools/status/html";
import { text } from "../../../tools/status/text";
import { count, duration, ofUnit, perSecond, share } from "../../../tools/status/words";

const QUIET: Status = {
  alerts: [],
  at: new Date("2027-01-02T03:04:05Z"),
  parts: [{ part: "api" }],
  product: "shop",
  routes: [{ part: "api", plots: { errors: [], p95: [], requests: [] }, route: "api-all" }],
  signals: [],
  span: 3600,
  stack: "production",
};

describe("a status", () => {
  it("of which nothing is known says so, and rings nothing", () => {
    assert.equal(
      text(QUIET, false),
      `shop, stack production, 2027-01-02 03:04:05 UTC

Nothing rings.

Routes
  route    part  budget left  30 days  promised  requests  errors  95 of 100 in  promised
  api-all  api   –            –        –         –         –       –             –

Parts
  part  replicas  CPU of limit  memory of limit  restarts in an hour
  api   –         –             –                –
`,
    );
    assert.match(html(QUIET), /Nothing rings\./);
    assert.doesNotMatch(html(QUIET), /<figure>/);
  });

  it("marks what is wrong: by colour on a terminal, by a sign elsewhere", () => {
    const bad = { ...QUIET, parts: [{ part: "api", serving: 1, wanted: 2 }] };
    assert.match(text(bad, false), /^ {2}api {3}1 of 2 .* {2}!$/m);
    assert.ok(text(bad, true).includes("\u001B[31m1 of 2  "));
    assert.match(html(bad), /<td class="bad">1 of 2<\/td>/);
  });

  it("puts no word of others into the page as it is", () => {
    const nasty = '<img src=x onerror="alert(1)">&';
    const page = html({
      ...QUIET,
      alerts: [{ name: nasty, part: nasty, severity: "low", since: QUIET.at, summary: nasty }],
      product: nasty,
      routes: [
        {
          part: nasty,
          plots: { errors: [], p95: [], requests: [[QUIET.at.getTime() / 1000, 1]] },
          route: nasty,
        },
      ],
      stack: nasty,
    });
    assert.doesNotMatch(page, /<img/);
    assert.match(page, /&lt;img src=x onerror=&quot;alert\(1\)&quot;&gt;&amp;/);
  });

  it("draws a plot over its whole span, its greatest value at the top", () => {
    const end = QUIET.at.getTime() / 1000;
    const requests = [
      [end - 3600, 0],
      [end - 1800, 10],
      [end, 5],
    ] as const;
    const [route] = QUIET.routes;
    assert.ok(route);
    const page = html({ ...QUIET, routes: [{ ...route, plots: { ...route.plots, requests } }] });
    assert.match(page, /<path d="M0\.0 54\.0L120\.0 2\.0L240\.0 28\.0"\/>/);
    assert.match(page, /aria-label="api-all: requests, now 5\/s, at most 10\/s"/);
  });
});

describe("numbers in words", () => {
  for (const [said, expected] of [
    [share(0.9995), "99.95 %"],
    [share(1), "100 %"],
    [share(0.25), "25 %"],
    [share(0.0012), "0.12 %"],
    [share(-0.5), "-50 %"],
    [share(undefined), "–"],
    [duration(0.145), "145 ms"],
    [duration(2.5), "2.5 s"],
    [duration(3600), "1 h"],
    [duration(93_600), "1 d 2 h"],
    [duration(59 * 60 + 59), "59 min"],
    [duration(-60), "-1 min"],
    [count(3.14159), "3.14"],
    [count(1234.5), "1235"],
    [perSecond(10), "10/s"],
    [ofUnit("bytes", 5 * 1024 ** 2), "5 MiB"],
  ] as const)
    it(expected, () => assert.equal(said, expected));
});
