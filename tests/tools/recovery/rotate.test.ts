/** `slipway rotate`: a line of the stack file, and clear words for what cannot be made anew here. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settingsOf } from "../../../tools/lib/doors";
import { rotated } from "../../../tools/recovery/rotate";
import { slipway } from "../../../tools/program";
import { Failure } from "../../../toolchain/lib/failure";
import { checkout } from "../../../toolchain/lib/paths";

const now = new Date("2026-11-21T15:30:00.123Z");

describe("a secret that is made anew", () => {
  it("is marked in the stack file, whose comments and other lines stay", () => {
    const text = [
      "# ours",
      "config:",
      "  slipway:secrets:",
      "    JWT_SECRET: { generate: { length: 48 } } # tokens",
      "    OTHER: { generate: { rotate: 2026-01 } }",
      "",
    ].join("\n");
    assert.equal(
      rotated(text, ["JWT_SECRET", "OTHER"], now),
      text
        .replace("length: 48 }", 'length: 48, rotate: "2026-11-21T15:30:00Z" }')
        .replace("rotate: 2026-01", 'rotate: "2026-11-21T15:30:00Z"'),
    );
  });

  it("is marked where nothing was said of it but that it is generated", () => {
    const text = "config:\n  slipway:secrets:\n    A:\n      generate:\n";
    assert.match(rotated(text, ["A"], now), /generate: \{ rotate: "2026-11-21T15:30:00Z" \}/);
  });
});

describe("./slipway rotate", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "slipway-rotate-"));
    for (const name of ["Pulumi.yaml", "Pulumi.production.yaml"])
      cpSync(join(checkout, name), join(folder, name));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const rotate = (...words: string[]) =>
    slipway().parseAsync(["rotate", "production", ...words, "--cwd", folder], { from: "user" });

  it("leaves a stack file that is right, with another text in it", async () => {
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = () => true;
    try {
      await rotate("--all");
    } finally {
      process.stdout.write = write;
    }
    const secret = settingsOf("production", folder).secrets.JWT_SECRET;
    assert.ok(secret?.kind === "generated" && /^\d{4}-\d\d-\d\dT/.test(secret.rotate ?? ""));
  });

  it("says of each other secret where it is changed, and changes nothing", async () => {
    const before = readFileSync(join(folder, "Pulumi.production.yaml"), "utf8");
    await assert.rejects(rotate("JWT_SECRET", "SENTRY_DSN", "JWT_SECRT"), (error) => {
      assert.ok(error instanceof Failure);
      assert.match(error.format(), /SENTRY_DSN is read from a store: change it there/);
      assert.match(error.format(), /JWT_SECRT is no secret of production; did you mean "JWT_SECRET"\?/);
      return true;
    });
    assert.equal(readFileSync(join(folder, "Pulumi.production.yaml"), "utf8"), before);
  });

  it("names those there are when none is named", async () => {
    await assert.rejects(rotate(), /no secret is named/);
  });
});
