/** The page in a real browser: what a visitor does, and how it looks in both lights (pictures in artefacts/). */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { browserArguments, browserMissing, browserPath } from "../helpers/browser";
import { bundle, run, serve, storeEnv, type Bundles, type Program } from "../helpers/demo";
import {
  eventually,
  freePort,
  describeWith,
  servicesMissing,
  startPostgres,
  startRedis,
  type Service,
} from "../helpers/services";

const pictures = resolve(__dirname, "../../artefacts/demo-page");

describeWith(servicesMissing() ?? browserMissing, "demo page", function () {
  this.timeout(120_000);
  let postgres: Service, redis: Service, bundles: Bundles, env: Record<string, string>;
  let api: Program, worker: Program, web: Program, profile: string, browser: BrowserContext, page: Page;
  const complaints: string[] = [];

  before(async () => {
    [postgres, redis, bundles] = await Promise.all([
      startPostgres(),
      startRedis(),
      bundle("api", "worker", "web"),
    ]);
    env = { ...storeEnv(postgres, redis), RELEASE: "2.3.1" };
    assert.equal(await run(bundles, "api", ["migrate"], env).exit(), 0);
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    [api, worker] = await Promise.all([
      serve(bundles, "api", { ...env, CORS_ORIGINS: origin }),
      serve(bundles, "worker", { ...env, CONCURRENCY: "6" }),
    ]);
    web = run(
      bundles,
      "web",
      [],
      { RELEASE: "2.3.1", API_URL: api.url, PORT: String(port), DRAIN_SECONDS: "0" },
      origin,
    );
    await eventually(
      "the web server",
      async () => (await fetch(`${origin}/healthz`).catch(() => undefined))?.ok,
    );
    mkdirSync(pictures, { recursive: true });
    profile = mkdtempSync(join(tmpdir(), "slipway-test-chromium-"));
    browser = await chromium.launchPersistentContext(profile, {
      executablePath: browserPath ?? assert.fail(),
      args: browserArguments,
      viewport: { width: 1280, height: 860 },
      colorScheme: "light",
    });
  });
  after(async () => {
    await browser.close();
    await Promise.all([api, worker, web].map((program) => program.stop("SIGKILL")));
    await Promise.all([postgres.stop(), redis.stop()]);
    bundles.remove();
    rmSync(profile, { recursive: true, force: true });
  });

  // A tab of its own for each test: signed out, in the light.
  beforeEach(async () => {
    complaints.length = 0;
    page = await browser.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(web.url);
    await page.evaluate("localStorage.clear()");
  });
  afterEach(() => page.close());

  const enter = async (email: string) => {
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password").fill("correct horse battery");
    await page.locator("#enter").click();
    await page.locator("#live.on").waitFor();
  };
  const picture = (name: string) => page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  const count = async (state: string) =>
    Number((await page.locator(`#count-${state}`).innerText()).replace(/,/g, ""));
  const problemsSoFar = () => complaints.splice(0);

  // One visit from the first look to the last, as a visitor would: each step stands on the one before.
  it("serves a visitor from the first look to the last job", async () => {
    await page.locator(".part.up").nth(4).waitFor();
    assert.equal(await page.locator(".part.up").count(), 5, "all five parts are up");
    assert.equal(await page.locator("#release").innerText(), "2.3.1");
    await picture("signed-out-light");

    await page.getByLabel("E-mail address").fill("ada@example.com");
    await page.getByLabel("Password").fill("short");
    await page.locator("#enter").click();
    await page.getByText("password must have at least 10 characters").waitFor();
    // The browser itself writes refused requests to the console; nothing else may be there.
    assert.deepEqual(
      problemsSoFar().filter((text) => !text.includes("400 (Bad Request)")),
      [],
    );

    await enter("ada@example.com");
    await page.getByText("No jobs yet.").waitFor();
    assert.equal(await page.locator("#who").innerText(), "ada@example.com");

    await page.locator("select[name=pauseMs]").selectOption("0");
    await page.getByRole("button", { name: "Order one" }).click();
    await page.locator("#latest").getByText("12 words, 11 different").waitFor();
    await page.locator("select[name=pauseMs]").selectOption("300");
    await page.getByRole("button", { name: "100" }).click();
    await eventually(
      "jobs running and done at once",
      async () => (await count("running")) > 0 && (await count("done")) > 30,
    );
    await page.locator("#stream-start").click();
    await eventually(
      "half of the lines, not yet all",
      async () => (await page.locator("#stream-lines .here").count()) === 6,
    );
    await picture("working-light");
    await eventually("all lines", async () => (await page.locator("#stream-lines .here").count()) === 12);
    await eventually("101 jobs done", async () => (await count("done")) === 101);
    assert.deepEqual([await count("queued"), await count("running"), await count("failed")], [0, 0, 0]);
    assert.equal(await page.locator("#wall .done").count(), 101);

    const content = randomBytes(2_000_000);
    const file = join(profile, "cargo.bin");
    writeFileSync(file, content);
    await page.locator("#file").setInputFiles(file);
    await page.getByText("The browser's hash is the same").waitFor();
    await page.getByText(createHash("sha256").update(content).digest("hex")).waitFor();
    await page.getByText("cargo.bin, 2,000,000 bytes").waitFor();

    await eventually("a WebSocket round trip", async () =>
      (await page.locator("#wire-time").innerText()).endsWith(" ms"),
    );
    await page.reload();
    await page.locator("#wall .done").nth(100).waitFor();
    assert.deepEqual(problemsSoFar(), []);
  });

  it("tells a reachable API from one that is gone, and comes back by itself", async () => {
    await enter("grace@example.com");
    const { port } = new URL(api.url);
    await api.stop("SIGKILL");
    await page.locator(".part.down", { hasText: "API" }).waitFor();
    assert.equal(await page.locator("#live.on").count(), 0);
    api = run(bundles, "api", [], { ...env, CORS_ORIGINS: web.url, PORT: port }, api.url);
    await page.locator(".part.up", { hasText: "API" }).waitFor();
    await page.locator("#live.on").waitFor();
    await page.locator("#wire-state", { hasText: "connected" }).waitFor();
  });

  it("looks right in the dark and on a phone", async () => {
    await enter("joan@example.com");
    await page.locator("#theme").click();
    await page.locator("select[name=pauseMs]").selectOption("300");
    await page.getByRole("button", { name: "100" }).click();
    await eventually("work under way", async () => (await count("done")) > 40);
    await picture("working-dark");
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.ok(Number(overflow) <= 0, `the page is ${String(overflow)} px wider than a phone`);
    await picture("phone-dark");
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.locator("#gate").waitFor();
    await picture("signed-out-dark");
  });

  it("has text that can be read in both lights: contrast of at least 4.5", async () => {
    // A colour on its way from one light to the other is no colour to measure.
    await page.emulateMedia({ reducedMotion: "reduce" });
    for (const theme of ["light", "dark"]) {
      const poor = await page.evaluate(`(${contrastProblems.toString()})("${theme}")`);
      assert.deepEqual(poor, [], theme);
    }
  });

  describe("its server", () => {
    const get = (path: string, headers: Record<string, string> = {}) => fetch(web.url + path, { headers });

    it("lets assets be kept for ever and the page be asked for anew", async () => {
      const html = await get("/");
      assert.equal(html.headers.get("cache-control"), "no-cache");
      const [asset] =
        /\/assets\/app-[0-9a-f]{12}\.js/.exec(await html.text()) ?? assert.fail("no hashed script");
      const script = await get(asset);
      assert.equal(script.headers.get("cache-control"), "public, max-age=31536000, immutable");
      const packed = await get(asset, { "accept-encoding": "br" });
      assert.equal(packed.headers.get("content-encoding"), "br");
      const same = await get("/", {
        "if-none-match": html.headers.get("etag") ?? assert.fail("no validator"),
      });
      assert.equal(same.status, 304);
    });

    it("answers the page's own routes with the page, and missing files with 404", async () => {
      const route = await get("/jobs/some/where");
      assert.deepEqual([route.status, route.headers.get("content-type")], [200, "text/html;charset=utf-8"]);
      for (const missing of ["/assets/app-000000000000.js", "/favicon.ico", "/../main.js", "/%2e%2e/main.js"])
        assert.equal((await get(missing)).status, 404, missing);
    });

    it("lets the page run and reach nothing but its own", async () => {
      const policy = (await get("/")).headers.get("content-security-policy") ?? "";
      assert.match(policy, /default-src 'none'; script-src 'self'/);
      assert.ok(policy.includes(`connect-src 'self' ${api.url} ${api.url.replace("http", "ws")};`));
      assert.doesNotMatch(policy, /unsafe/);
    });

    it("refuses to be written to", async () => {
      const response = await fetch(web.url, { method: "POST", body: "x" });
      assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
    });
  });
});

/** Runs in the page: every visible text whose contrast with what lies behind it is below WCAG AA. */
function contrastProblems(theme: string): string[] {
  /* eslint-disable @typescript-eslint/no-explicit-any -- the browser's world, which this file's types do not know */
  const { document, getComputedStyle } = globalThis as any;
  document.documentElement.dataset.theme = theme;
  for (const id of ["gate", "desk"]) document.getElementById(id).hidden = false;
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour: string): number[] => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data] as number[];
  };
  const light = (colour: number[]) => {
    const [r = 0, g = 0, b = 0] = colour.map((c) =>
      c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: any): number[] => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const poor: string[] = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(
      (node: any) => node.nodeType === 3 && node.textContent.trim() !== "",
    );
    if (!own || element.closest(".hidden, .skip, [hidden]")) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${element.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  /* eslint-enable */
  return poor;
}
