// The demo's page on the cluster, in a real browser: what a visitor sees after `./slipway up`. Its picture is kept.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext } from "playwright-core";
import { checkout } from "../../toolchain/lib/paths";
import { browserArguments, browserPath } from "../helpers/browser";
import { describeLive } from "../helpers/live";

describeLive("the demo page on the cluster", function () {
  let browser: BrowserContext, profile: string;

  before(async function () {
    if (browserPath === undefined) this.skip();
    profile = mkdtempSync(join(tmpdir(), "slipway-browser-"));
    browser = await chromium.launchPersistentContext(profile, {
      executablePath: browserPath,
      args: [...browserArguments, "--host-resolver-rules=MAP *.slipway.localhost 127.0.0.1"],
      // The browser knows nothing of the cluster's authority; routes.product.test.ts checks the certificate.
      ignoreHTTPSErrors: true,
      viewport: { width: 1280, height: 900 },
    });
  });
  after(async () => {
    if (browserPath === undefined) return;
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  });

  it("signs a visitor up, takes an order, and shows it done", async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto("https://app.slipway.localhost/");
    await page.locator(".part.up").nth(4).waitFor();
    assert.equal(await page.locator(".part.up").count(), 5, "all five parts are up");
    await page.getByLabel("E-mail address").fill(`${crypto.randomUUID()}@example.com`);
    await page.getByLabel("Password").fill(crypto.randomUUID());
    await page.locator("#enter").click();
    await page.locator("#live.on").waitFor();
    await page.getByRole("button", { name: "Order one" }).click();
    await page.locator("#latest").getByText("12 words, 11 different").waitFor();
    const pictures = join(checkout, "artefacts", "demo-page");
    mkdirSync(pictures, { recursive: true });
    const picture = join(pictures, "cluster.png");
    await page.screenshot({ path: picture, fullPage: true });
    assert.ok(existsSync(picture));
    assert.deepEqual(complaints, []);
  });
});
