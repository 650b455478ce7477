/** The environment is read with defaults, and refused with every problem but no secret. */
import assert from "node:assert/strict";
import { common, port, readSettings, SettingsProblem, stores } from "../../../demo/shared/settings";

const shape = { ...common, ...stores, PORT: port(8000) };
const enough = { DATABASE_URL: "postgresql://db/app", REDIS_URL: "rediss://cache:6380/0" };

describe("demo readSettings", () => {
  it("fills in what is not said", () => {
    const settings = readSettings(shape, enough);
    assert.deepEqual(
      [
        settings.PORT,
        settings.LOG_LEVEL,
        settings.RELEASE,
        settings.SHUTDOWN_SECONDS,
        settings.DATABASE_POOL_SIZE,
      ],
      [8000, "info", "dev", 25, 10],
    );
  });

  for (const [written, meant] of [
    ["WARNING", "warn"],
    ["warning", "warn"],
    ["Debug", "debug"],
  ] as const)
    it(`takes LOG_LEVEL=${written} for ${meant}`, () =>
      assert.equal(readSettings(shape, { ...enough, LOG_LEVEL: written }).LOG_LEVEL, meant));

  it("shows a wrong value, but never that of a secret", () => {
    const wrong = { DATABASE_URL: "secret://in-it", REDIS_URL: "", PORT: "70000", SHUTDOWN_SECONDS: "soon" };
    assert.throws(
      () => readSettings(shape, wrong),
      (error) => {
        assert.ok(error instanceof SettingsProblem);
        assert.match(error.message, /REDIS_URL is missing/);
        assert.match(error.message, /PORT .*\(found "70000"\)/);
        assert.match(error.message, /SHUTDOWN_SECONDS must be a number of seconds \(found "soon"\)/);
        assert.match(error.message, /DATABASE_URL must be a URL beginning with postgres/);
        assert.doesNotMatch(error.message, /in-it/);
        return true;
      },
    );
  });
});
