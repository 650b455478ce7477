/** Password hashes: salted, slow enough, checked against their own parameters. */
import assert from "node:assert/strict";
import { scryptSync } from "node:crypto";
import { hashPassword, verifyPassword } from "../../../demo/api/passwords";

describe("demo passwords", () => {
  it("accepts the password and nothing like it", async () => {
    const hash = await hashPassword("correct horse");
    assert.match(hash, /^scrypt\$16384\$8\$5\$/);
    assert.equal(await verifyPassword("correct horse", hash), true);
    for (const wrong of ["Correct horse", "correct horse ", ""])
      assert.equal(await verifyPassword(wrong, hash), false, wrong);
  });

  it("gives two hashes for one password", async () => {
    assert.notEqual(await hashPassword("same"), await hashPassword("same"));
  });

  it("still accepts hashes made when it was cheaper", async () => {
    const salt = Buffer.from("0123456789abcdef");
    const key = scryptSync("old", salt, 32, { N: 1024, r: 8, p: 1 });
    const hash = ["scrypt", 1024, 8, 1, salt.toString("base64url"), key.toString("base64url")].join("$");
    assert.equal(await verifyPassword("old", hash), true);
    assert.equal(await verifyPassword("new", hash), false);
  });

  it("spends as long on nobody's password as on somebody's", async () => {
    const hash = await hashPassword("x");
    // The fastest of three: the machine may be busy, but never faster than the work is long.
    const time = async (against: string | undefined) => {
      const took: number[] = [];
      for (let round = 0; round < 3; round++) {
        const began = performance.now();
        await verifyPassword("y", against);
        took.push(performance.now() - began);
      }
      return Math.min(...took);
    };
    const [known, unknown] = [await time(hash), await time(undefined)];
    assert.ok(unknown > known / 4 && unknown < known * 4, `${known} ms and ${unknown} ms`);
  });

  it("takes an accented letter however it was typed", async () => {
    assert.equal(await verifyPassword("caf\u0065\u0301", await hashPassword("caf\u00e9")), true);
  });
});
