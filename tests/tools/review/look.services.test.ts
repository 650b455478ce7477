import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { comment } from "../../../tools/review/comment";
import { ensurePackages } from "../../../toolchain/packages";
import { checkout } from "../../../toolchain/lib/paths";
import { quiet } from "../../../toolchain/lib/progress";
import { reviewed } from "./recordings";
import { html } from "./render";

const STYLE = `
  body { font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; color: #1f2328; margin: 24px; width: 860px; }
  h2, h3 { border-bottom: 1px solid #d1d9e0; padding-bottom: .3em; } table { border-collapse: collapse; margin-bottom: 16px; }
  td, th { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left; } tr:nth-child(2n) { background: #f6f8fa; }
  code { background: #818b981f; padding: .2em .4em; border-radius: 6px; font: 85% ui-monospace, monospace; }
  pre { background: #f6f8fa; padding: 16px; border-radius: 6px; overflow: auto; } pre code { background: none; padding: 0; }
  blockquote { border-left: .25em solid #0969da; margin: 0 0 16px; padding: 0 1em; color: #59636e; }
  .add { background: #dafbe1; color: #116329; } .del { background: #ffebe9; color: #82071e; } .mod { color: #953800; } .at { color: #6639ba; font-weight: 600; }
  .diff span { display: block; min-height: 1.5em; }`;

describe("comments in a browser", function () {
  this.timeout(180_000);
  let browser: Browser;

  before(async () => {
    await ensurePackages(["chromium", "fonts-noto-color-emoji"], quiet);
    browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: [
        ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
        ...["--disable-background-networking", "--disable-component-update"],
      ],
    });
  });
  after(() => browser.close());

  async function show(name: string, markdown: string, onDialog?: (text: string) => void): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 940, height: 800 } });
    page.on("dialog", (dialog) => {
      onDialog?.(dialog.message());
      void dialog.dismiss();
    });
    await page.setContent(`<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${html(markdown)}`);
    await page.addScriptTag({ path: join(checkout, "node_modules", "mermaid", "dist", "mermaid.min.js") });
    await page.addScriptTag({ path: join(__dirname, "show.js") });
    await page.evaluate("showComment()");
    const folder = join(checkout, "artefacts", "review");
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: name !== "many" });
    return page;
  }

  for (const name of [
    "first",
    "update",
    "replace",
    "delete",
    "policy",
    "failure",
    "several",
    "unicode",
    "advice",
    "many",
  ]) {
    it(`${name}: its tables are tables and its picture is drawn`, async () => {
      const markdown = readFileSync(join(__dirname, "golden", `${name}.md`), "utf8");
      const page = await show(name, markdown);
      const pictures = (markdown.match(/^```mermaid$/gm) ?? []).length;
      assert.equal(await page.locator(".mermaid svg").count(), pictures);
      assert.equal(await page.getByText("Syntax error").count(), 0);
      assert.equal(await page.locator("table").count(), (markdown.match(/^\|(?: --- \|)+$/gm) ?? []).length);
      await page.close();
    });
  }

  it("hostile: the picture is drawn with the names as text, and no script of theirs ran", async () => {
    const one = reviewed("hostile");
    const asked: string[] = [];
    // All eight in the picture: it shows three of a part.
    const changes = one.changes.map((change, index) => ({ ...change, component: `${change.name} ${index}` }));
    const text = comment([{ ...one, changes }], { project: "shop", marker: "<!-- x -->" });
    const page = await show("hostile", text, (said) => asked.push(said));
    assert.equal(await page.locator(".mermaid svg").count(), 1);
    const drawn = (await page.locator(".mermaid svg").textContent()) ?? "";
    for (const name of ["</details><h1>pwned</h1>", "@octocat please review #1", '"]:::delete⏎  end']) {
      assert.ok(drawn.includes(name), `${name} in the picture`);
    }
    assert.equal(
      await page.locator("h1, script:not([src]):text('alert'), a[href^='javascript'], img").count(),
      0,
    );
    assert.deepEqual(asked, []);
    await page.close();
  });
});
