/** What `up --full` lays over a stack file, key by key. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { full, laidOver, overlay, rememberFull } from "../../../tools/lib/overlay";
import { checkout } from "../../../toolchain/lib/paths";

describe("a file laid over a stack file", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "slipway-overlay-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function laid(under: string, over: string): unknown {
    const file = join(folder, "over.yaml");
    writeFileSync(file, over);
    const document = parseDocument(under);
    overlay(document, file);
    return parseDocument(document.toString()).toJS();
  }

  it("joins maps at every level", () => {
    assert.deepEqual(
      laid(
        "config: {postgres: {pool: {size: 10}, storage: 1Gi}}",
        "config: {postgres: {pool: {overflow: 2}, backup: {bucket: s3://b}}}",
      ),
      {
        config: {
          postgres: { backup: { bucket: "s3://b" }, pool: { overflow: 2, size: 10 }, storage: "1Gi" },
        },
      },
    );
  });

  it("says a list and a plain value anew", () => {
    assert.deepEqual(laid("config: {parts: [a], size: 1}", "config: {parts: [b], size: {big: true}}"), {
      config: { parts: ["b"], size: { big: true } },
    });
  });

  it("takes a map where there was nothing, or something else", () => {
    assert.deepEqual(laid("config: {backup: none}", "config: {backup: {every: daily}, alerts: {high: x}}"), {
      config: { alerts: { high: "x" }, backup: { every: "daily" } },
    });
  });

  it("is remembered of the demo that is up, for whoever backs it up or restores it, and of nothing else", () => {
    const mark = join(folder, "settings", "local.full");
    assert.equal(laidOver("local", checkout, mark), undefined);
    rememberFull(true, mark);
    assert.equal(laidOver("local", checkout, mark), full.product);
    assert.equal(laidOver("staging", checkout, mark), undefined);
    assert.equal(laidOver("local", folder, mark), undefined);
    rememberFull(false, mark);
    assert.equal(laidOver("local", checkout, mark), undefined);
  });
});
