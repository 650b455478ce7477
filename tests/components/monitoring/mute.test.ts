import assert from "node:assert/strict";
import { spans } from "../../../components/monitoring/mute";

const window = (said: Partial<Parameters<typeof spans>[0]>) =>
  spans({ from: "02:00", name: "night", severities: ["low"], to: "04:00", zone: "UTC", ...said });

describe("a time to stay silent", () => {
  it("is what it says in UTC", () => {
    assert.deepEqual(window({ days: ["sun"] }), [
      { times: [{ endTime: "04:00", startTime: "02:00" }], weekdays: ["sunday"] },
    ]);
  });

  it("over midnight is two, the second a day later", () => {
    assert.deepEqual(window({ days: ["sat"], from: "22:00", to: "04:00" }), [
      { times: [{ endTime: "24:00", startTime: "22:00" }], weekdays: ["saturday"] },
      { times: [{ endTime: "04:00", startTime: "00:00" }], weekdays: ["sunday"] },
    ]);
    assert.deepEqual(window({ from: "22:00", to: "00:00" }), [
      { times: [{ endTime: "24:00", startTime: "22:00" }] },
    ]);
  });

  it("follows its zone's clocks, and is the shorter in the months they change", () => {
    assert.deepEqual(window({ days: ["sun"], zone: "Europe/Berlin" }), [
      {
        months: ["1", "2", "11", "12"],
        times: [{ endTime: "03:00", startTime: "01:00" }],
        weekdays: ["sunday"],
      },
      { months: ["3", "10"], times: [{ endTime: "02:00", startTime: "01:00" }], weekdays: ["sunday"] },
      {
        months: ["4", "5", "6", "7", "8", "9"],
        times: [{ endTime: "02:00", startTime: "00:00" }],
        weekdays: ["sunday"],
      },
    ]);
  });

  it("may begin on the day before", () => {
    assert.deepEqual(window({ days: ["mon"], from: "05:00", to: "10:00", zone: "Asia/Tokyo" }), [
      { times: [{ endTime: "24:00", startTime: "20:00" }], weekdays: ["sunday"] },
      { times: [{ endTime: "01:00", startTime: "00:00" }], weekdays: ["monday"] },
    ]);
  });
});
